"""The whole flow: pages in, a folder with the graph, the texts, the open issues and a manifest out.

Documents are independent of one another; batches of them go through an executor, and what all share is told once at
the end. A page that is as it was in an earlier build is not read again. Output is written aside, proved, and swapped in
whole, so a reader sees the old build or the new one, never half of one.
"""

import csv
import ctypes
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from builder import artefacts
from builder.comparable import compare
from builder.corroboration import corroborate
from builder.coverage import count_coverage
from builder.errors import BuilderError, SourceError, StoreError
from builder.evidence import prove
from builder.executing import Limits, Task, beside, complain, run_here, run_there
from builder.exporter import alone, aside, export, flush
from builder.extractor import extract
from builder.facts import (
    Candidate,
    Citation,
    Comparison,
    Extraction,
    FigureClaim,
    Initiative,
    Issue,
    LinkedDocument,
    Observation,
)
from builder.gazetteer import load_gazetteer
from builder.identifiers import document_iri
from builder.keeping import FIGURES, GRAPH, ISSUES, PAGES, TEXTS, Built, fingerprint, page_key, text_path
from builder.ledger import Ledger, PlaceReader
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.lookup import last_day
from builder.merging import Distinct, Sorter, batches, merge_runs
from builder.reader import enter_sources, load_source, looks_vietnamese, read
from builder.reader.sources import Place
from builder.seams import Extractor, Linker, Reader, Writer, compose
from builder.sharding import SHARDS, write_shards
from builder.shelves import EARLIER, Earlier, Journal, Shelf, Shelved
from builder.sparql import load_graph
from builder.stating import STATED_HEAD, read_stated
from builder.syndication import sketch
from builder.vocabulary import CCHC
from builder.writer import (
    shared_references,
    state,
    stated,
    tell_register,
    write_comparison,
    write_corroboration,
    write_coverage,
    write_document,
    write_ontology,
    write_units,
)

if TYPE_CHECKING:
    from builder.extractor.llm import Model

# The rooms fit the types of the seams; mypy says so.
ROOMS: tuple[Reader, Extractor, Linker, Writer] = (read, extract, link_document, write_document)
BATCH = 32
AT_ONCE = 1 << 16  # bytes of a file that are hashed at once; of more, memory is taken anew for every small file
MIN_CONFIDENCE = Decimal("0.5")  # a figure counts where it is likelier right than wrong
_NAMES_OF_UNITS = tuple(
    f"<https://w3id.org/cchc/{scheme}{end}"
    for scheme in ("unit-type", "level", "change-kind", "document-kind")
    for end in "/>"
)
COUNTED = ("observations", "review", "candidates", "initiatives", "citations")
MANIFEST = "manifest.json"
COMPARISON = "comparable.nq"  # beside a build: its figures on the units of another day
FRESH = ".fresh.nq"  # in a build that is being made: the statements of its graph that were not in the earlier one
CORROBORATION = "corroboration.nq"  # beside the graph: what several pages state, and how many independently
DERIVED = (CORROBORATION, COMPARISON)
SEAL = f"{COMPARISON}.sha256"  # as sha256sum writes it


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build made of its pages."""

    pages: int
    observations: int  # figures sure enough to count
    review: int  # figures that wait for review
    candidates: int  # numbers that no indicator explains
    initiatives: int
    citations: int
    issues: int
    quads: int
    unreadable: tuple[str, ...] = ()  # one line each: what, where, what to do
    tally: dict[str, int] = field(default_factory=dict)  # what became of the proposals of a second engine
    kept: int = 0  # pages that are as they were and were not read again
    files: dict[str, str] = field(default_factory=dict)  # path -> SHA-256


@dataclass(frozen=True, slots=True)
class Written:
    """What was written as a graph."""

    shared: int  # statements that are no page's own
    digest: str  # SHA-256


def build_document(
    place: Place, min_confidence: Decimal = MIN_CONFIDENCE, model: "Model | None" = None, made_with: str = ""
) -> Built:
    """Take one page through all rooms; figures of less confidence than asked for are set aside for review.

    Raises:
        SourceError: the page cannot be read.
        EngineError: the model cannot be used.

    """
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    source = load_source(place)
    document = read(source, lexicon)
    extraction = _engine(model)(document, lexicon, gazetteer)
    linked = link_document(document, extraction, gazetteer, lexicon)
    linked = _with_page_issues(set_aside(linked, min_confidence))
    return Built(
        id=document.id,
        key=page_key(source, made_with),
        text=document.text,
        lines=tuple(write_document(linked, lexicon)),
        rows=tuple(_rows(linked)),
        figures=tuple(map("\t".join, state(linked))),
        references=frozenset(shared_references(linked)),
        counts=_count(linked),
        tally=_tally(extraction, linked),
        sketch=str(sketch(document)),
    )


def _engine(model: "Model | None") -> Extractor:
    if model is None:
        return extract
    from builder.extractor.llm import propose

    return compose(extract, partial(propose, model=model))


def _tally(extraction: Extraction, linked: LinkedDocument) -> dict[str, int]:
    """Return what became of a second engine's proposals; the linker refuses those whose unit the page leaves open."""
    open_units = {i.span for i in linked.issues if i.kind in ("ambiguous-unit", "no-locality") and i.span is not None}
    figures = (claim for claim in extraction.claims if isinstance(claim, FigureClaim) and claim.review)
    unsettled = sum(claim.quantity.span in open_units for claim in figures)
    return dict(extraction.tally) | ({"refused unsettled-unit": unsettled} if extraction.tally else {})


def set_aside(linked: LinkedDocument, min_confidence: Decimal) -> LinkedDocument:
    """Return a page with its figures told apart: those sure enough to count, and those that wait for review."""
    facts = tuple(
        replace(fact, accepted=fact.accepted and fact.confidence >= min_confidence)
        if isinstance(fact, Observation)
        else fact
        for fact in linked.facts
    )
    return replace(linked, facts=facts)


def _with_page_issues(linked: LinkedDocument) -> LinkedDocument:
    """Add what is doubtful about the page as a whole: its language, its missing date."""
    document = linked.document
    issues = [*linked.issues, *document.issues]
    if not looks_vietnamese(document.text):
        issues.append(Issue("other-language", "the page does not look like Vietnamese with its marks", document.id))
    if document.published is None:
        issues.append(Issue("no-date", "the page shows no publication date", document.id))
    return LinkedDocument(document, linked.about, linked.facts, tuple(issues))


def _rows(linked: LinkedDocument) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of open issues about a page."""
    text = linked.document.text
    for issue in sorted(linked.issues, key=lambda i: (i.span or (-1, -1), i.kind, i.message)):
        begin, end = issue.span or ("", "")
        quotation = " ".join(issue.span.of(text).split()) if issue.span else ""
        candidates = " ".join(issue.candidates)
        yield linked.document.id, str(begin), str(end), issue.kind, issue.message, candidates, quotation


def _count(linked: LinkedDocument) -> dict[str, int]:
    kinds = {"candidates": Candidate, "initiatives": Initiative, "citations": Citation}
    counts = {name: sum(isinstance(f, kind) for f in linked.facts) for name, kind in kinds.items()}
    states = Counter(fact.accepted for fact in linked.facts if isinstance(fact, Observation))
    return counts | {"observations": states[True], "review": states[False]}


def build_batch(
    places: Sequence[Place],
    min_confidence: Decimal = MIN_CONFIDENCE,
    model: "Model | None" = None,
    made_with: str = "",
) -> list[Built | str]:
    """Build some pages; a page that cannot be read gives one line that says what, where and what to do."""
    results: list[Built | str] = []
    for place in places:
        try:
            results.append(build_document(place, min_confidence, model, made_with))
        except SourceError as problem:
            results.append(str(problem))
        except (BuilderError, MemoryError):
            raise
        except Exception as problem:  # noqa: BLE001  whatever a page does, it does it to no other
            results.append(complain(place, f"the page defeats the reader ({problem!r})"))
    return results


def build(
    inputs: Iterable[Path | str],
    target: Path,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
    min_confidence: Decimal = MIN_CONFIDENCE,
    model: "Model | None" = None,
    fresh: bool = False,
    limits: Limits | None = None,
    shards: int = 0,
) -> Summary:
    """Build the graph of some pages into a folder, replacing an earlier build whole.

    What the earlier build made of pages that are as they were is taken over; the outcome is the same as if all were
    read. With a model all are read: it is the model's answers that are kept, by itself.

    Args:
        inputs: folders, page files, files of many pages, and URLs of these.
        target: the folder to make; if it exists it must hold an earlier build.
        jobs: number of processes of this machine.
        executor: runs the batches instead of them.
        progress: told after each batch how many of how many pages are done.
        min_confidence: from 0 to 1; figures of less are set aside for review.
        model: a language model to ask for a second opinion; the texts of the pages are sent to its address.
        fresh: read all pages, whatever an earlier build or one that was stopped made of them.
        limits: what one page may take; one that takes more is left out. With limits, pages are always read in another
            process than this, which can be killed.
        shards: into how many files the graph is also dealt out, beside what all pages share; none by itself.

    Raises:
        SourceError: there is no page that can be read.
        EngineError: the model cannot be used.
        StoreError: the target cannot be written, holds something else, or another build is being made there.
        BuilderError: the executor takes no more work, or a fact is not proved by its page.

    """
    if min_confidence.is_nan() or not 0 <= min_confidence <= 1:
        raise BuilderError(f"{min_confidence}: no confidence; give a number from 0 to 1")
    target = target.resolve()
    settings = {"min_confidence": str(min_confidence)} | ({"model": model.name} if model else {})
    made_with = fingerprint(settings)
    journal = Journal(target.with_name(f".{target.name}.journal"))
    with ExitStack() as opened:
        opened.enter_context(alone(target))
        _check_target(target)
        ledger = opened.enter_context(closing(_open_ledger(target)))
        unreadable = [str(problem) for problem in enter_sources(inputs, ledger, but=target)]
        earlier = None if fresh or model else opened.enter_context(closing(_open_earlier(target)))
        if not fresh and not model:
            ledger.remember(journal.recall())
        ledger.settle(_as_they_were(ledger, earlier, made_with))
        kept = ledger.count_settled()
        number = len(ledger) - kept
        is_lasting = ledger.remembers() or (number > BATCH and not model)
        shelf = Shelf(opened.enter_context(closing(journal if is_lasting else Journal())), earlier, ledger)
        task = partial(build_batch, min_confidence=min_confidence, model=model, made_with=made_with)
        for done, results in enumerate(_run(ledger.unsettled(), number, task, jobs, executor, limits), 1):
            _keep(shelf, [r for r in results if isinstance(r, Built)])
            unreadable += [r for r in results if isinstance(r, str)]
            progress(min(done * BATCH, number), number)
        if not shelf:
            raise SourceError("\n".join(sorted(unreadable)) or "no pages given; name a folder or file")
        summary = _write_out(shelf, sorted(unreadable), target, settings, ledger.reader(), shards, jobs)
        journal.remove()
    return replace(summary, kept=kept)


def _open_ledger(target: Path) -> Ledger:
    return Ledger(target.with_name(f".{target.name}.pages"), Place.pack, Place.unpack)


def _open_earlier(target: Path) -> Earlier:
    """Return what an earlier build made of its pages; nothing of it where there is none or it is damaged."""
    files = _read_manifest(target) if (target / MANIFEST).is_file() else {}
    return Earlier(target, files, hash_file)


def _as_they_were(ledger: Ledger, earlier: Earlier | None, made_with: str) -> Iterator[tuple[str, int]]:
    """Yield the names of pages where nothing has changed that they were made from, and where a shelf finds them."""
    if not earlier and not ledger.remembers():
        return
    records = earlier.records() if earlier else iter(())
    told = next(records, None)
    for place in ledger.places():
        while told and told["page"] < place.id:
            told = next(records, None)
        with suppress(SourceError):  # told when the page is read
            key = page_key(load_source(place), made_with)
            if (kept := ledger.recall(key)) is not None:
                yield place.id, kept
            elif earlier and told and (told["page"], told["key"]) == (place.id, key) and earlier.holds_text(told):
                yield place.id, EARLIER


def _keep(shelf: Shelf, pages: Sequence[Built]) -> None:
    try:
        shelf.put(pages)
    except OSError as problem:
        raise StoreError(
            f"{shelf.where}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem


def _run(
    places: Iterator[Place], number: int, task: Task, jobs: int, executor: Executor | None, limits: Limits | None
) -> Iterator[list[Built | str]]:
    """Yield what became of the pages, batch by batch; without limits one job is done in this process."""
    waiting = batches(places, BATCH)
    jobs = min(jobs, -(-number // BATCH))
    if executor is not None:
        return run_there(waiting, task, executor, limits)
    if number and (jobs > 1 or limits):
        load_lexicon()  # once for all processes
        load_gazetteer()
        return run_here(waiting, task, jobs, limits)
    return map(task, waiting)


# ---------------------------------------------------------------- the register alone


def export_register(format: str, target: Path) -> int:  # noqa: A002  the word on the command line
    """Write the whole register of units as RDF, with the names of kinds and levels; return the number of statements.

    Raises:
        BuilderError: the format is unknown or the file cannot be written.

    """
    gazetteer = load_gazetteer()
    statements = (s for s in artefacts.ontology_statements() if s.startswith(_NAMES_OF_UNITS))
    lines = [*write_units(gazetteer.versions, gazetteer), *write_ontology(statements)]
    with TemporaryDirectory() as folder:
        graph = Path(folder) / GRAPH
        graph.write_text("".join(sorted(lines)), encoding="utf-8", newline="\n")
        return export(graph, format, target)


# ---------------------------------------------------------------- figures on the units of another day


def derive_comparison(out: Path, day: date | None = None) -> Comparison:
    """Carry the figures of a build to the units of a day and write them beside its graph, in place of earlier ones.

    Args:
        out: the folder of the build.
        day: whose units are meant; by itself the newest day the register knows.

    Raises:
        StoreError: there is no build, or the file cannot be written.

    """
    gazetteer = load_gazetteer()
    comparison = compare(load_graph(_open_whole(out)), day or last_day(gazetteer), gazetteer)
    with aside(out / COMPARISON) as part:
        counted = count_coverage(stated(comparison.figures), CCHC.ComparableFigure, out)
        part.write_text("".join(write_comparison(comparison, counted)), encoding="utf-8", newline="\n")
        digest = hash_file(part)
    with aside(out / SEAL) as part:
        part.write_text(f"{digest}  {COMPARISON}\n", encoding="utf-8", newline="\n")
    return comparison


# ---------------------------------------------------------------- output


def _check_target(target: Path) -> None:
    """Refuse to replace what is no earlier build; go back to one whose replacement was interrupted."""
    go_back(target, MANIFEST)
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        _read_manifest(target)
    except StoreError as problem:
        raise StoreError(f"{target}: exists and is no earlier build; choose another folder or empty it") from problem


def _write_out(
    built: Shelf,
    unreadable: Sequence[str],
    target: Path,
    settings: Mapping[str, str],
    places: PlaceReader,
    shards: int,
    jobs: int,
) -> Summary:
    aside = target.with_name(f".{target.name}.building")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        with TemporaryDirectory(dir=aside, prefix=".sorting.") as folder:
            lines, references = Sorter(Path(folder)), Distinct(Path(folder))
            totals = _write_pages(built, unreadable, aside, lines, references)
            graph = _write_graph(built, aside / GRAPH, lines, references)
        with beside(partial(_prove, aside, places, graph), jobs):
            write_derived(aside)
            if shards:
                write_shards(aside / GRAPH, [aside / CORROBORATION], aside / SHARDS, shards)
        (aside / FRESH).unlink(missing_ok=True)
        summary = _write_manifest(totals, graph, aside, settings)
        swap(aside, target)
    except OSError as problem:
        raise StoreError(
            f"{target}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return summary


class _Totals:
    """How much is told of all pages together."""

    def __init__(self, unreadable: Sequence[str]) -> None:
        self.unreadable = tuple(unreadable)
        self.counts = Counter(dict.fromkeys(COUNTED, 0))
        self.tally = Counter[str]()
        self.pages, self.statements, self.issues = 0, 0, len(unreadable)

    def add(self, page: Shelved) -> None:
        """Count a page."""
        self.pages += 1
        self.statements += page.told["statements"]
        self.issues += page.told["issues"]
        for name, number in page.told["counts"].items():
            self.counts[name] += number
        self.tally.update(page.tally)


def _write_pages(built: Shelf, unreadable: Sequence[str], folder: Path, lines: Sorter, references: Distinct) -> _Totals:
    """Write texts and tables page by page; statements that no earlier build holds, and what they refer to, are sorted.

    These statements are also written apart, where there is an earlier build, to be proved.
    """
    totals = _Totals(unreadable)
    with ExitStack() as opened:
        pages, figures = (opened.enter_context((folder / name).open("wb")) for name in (PAGES, FIGURES))
        fresh = opened.enter_context((folder / FRESH).open("wb")) if built.is_later else None
        write_issues = _open_issues(opened.enter_context((folder / ISSUES).open("w", encoding="utf-8", newline="")))
        write_issues((message.split(": ", 1)[0], "", "", "unreadable", message, "", "") for message in unreadable)
        figures.write(STATED_HEAD)
        for page in built:
            _write_text(page, f"{folder}/{text_path(page.name)}")
            write_issues(page.rows)
            pages.write(page.description)
            figures.writelines(page.figures)
            new = page.lines()
            lines.add(new)
            references.add(f"{each}\n".encode() for each in page.told["references"])
            if fresh:
                fresh.writelines(new)
            totals.add(page)
    return totals


def _open_issues(file: IO[str]) -> Callable[[Iterable[Sequence[str]]], None]:
    """Begin the table of open issues; return what writes its rows, each with its kind in Vietnamese at the end."""
    columns = ("page", "begin", "end", "kind", "message", "candidates", "quotation")
    table = csv.writer(file, delimiter="\t", lineterminator="\n")
    table.writerow((*columns, "kind_vi"))

    def write(rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            kind = artefacts.concept_labels(f"issue-kind/{row[3]}")["vi"]
            table.writerow((*row[: len(columns)], kind))

    return write


def _write_text(page: Shelved, path: str) -> None:
    """Write the text of a page; one that an earlier build holds gets a second name."""
    if page.kept and _link(page.kept, path):
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not page.kept or not _link(page.kept, path):
        Path(path).write_text(page.read_text(), encoding="utf-8", newline="")


def _link(file: str, path: str) -> bool:
    """Give a file a further name; return False where the system cannot, or a folder is missing."""
    try:
        os.link(file, path)
    except (OSError, NotImplementedError, AttributeError):
        return False
    return True


def _write_graph(built: Shelf, path: Path, lines: Sorter, references: Distinct) -> Written:
    """Write the statements of all pages and of what they share, sorted."""
    told, shared = hashlib.sha256(), Distinct(lines.folder)
    referred = (tuple(line[:-1].decode().split("\t")) for line in references.lines())
    shared.add(line.encode() for line in tell_register(referred, load_gazetteer(), load_lexicon()))
    shared.add(line.encode() for line in write_ontology(artefacts.ontology_statements()))
    numbers = count()
    counted = (line for line, _ in zip(shared.lines(), numbers, strict=False))
    with path.open("wb", buffering=0) as file:
        for run in merge_runs(built.earlier_runs(), lines.lines(counted)):
            told.update(run)
            file.write(run)
    return Written(next(numbers), told.hexdigest())


def _prove(folder: Path, places: PlaceReader, written: Written) -> None:
    """Refuse to put in place what its own texts and the pages do not prove.

    Statements of an earlier build were proved in that build; they are the same bytes if the graph is as it was written.
    """
    graph, fresh = folder / GRAPH, folder / FRESH
    is_whole = _is_whole(graph, written.digest)
    with closing(places):
        statements = fresh if is_whole and fresh.is_file() else graph
        proof = prove(statements, folder / TEXTS, lambda path: load_source(places(path)).data)
    wrong = proof.mismatches or ([] if is_whole else [f"{GRAPH}: is not as it was written"])
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BuilderError(
            f"{wrong[0]}{more}; nothing was changed; build again, with --fresh if no page was changed meanwhile"
        )


def write_derived(folder: Path) -> None:
    """Write what is derived from the figures beside their table; ``pages.jsonl`` tells which texts are alike."""
    figures = partial(read_stated, folder / FIGURES)
    with TemporaryDirectory(dir=folder, prefix=".deriving.") as place:
        lines = Sorter(Path(place))
        with corroborate(figures, _sketches(folder / PAGES), Path(place)) as found:
            lines.add(line.encode() for line in write_corroboration(found))
        counted = write_coverage(count_coverage(figures(), CCHC.Observation, Path(place)))
        lines.add(line.encode() for line in counted)
        with (folder / CORROBORATION).open("wb") as file:
            file.writelines(lines.lines())


def _sketches(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the pages with what tells their texts from others."""
    if path.is_file():
        with path.open("rb") as records:
            for told in map(json.loads, records):
                yield document_iri(told["page"]), told["sketch"]


_FILES = '\n "files": {\n'  # in a manifest, before its first file
_TEXT = f'  "{TEXTS}/'  # in a manifest, before the name of a text


def _write_manifest(totals: _Totals, graph: Written, folder: Path, settings: Mapping[str, str]) -> Summary:
    """Write what is told of the build as a whole, with the checksum of every file.

    Those of the texts are copied, one a line, from the table of pages, so that none of them is held.
    """
    summary = Summary(
        pages=totals.pages,
        issues=totals.issues,
        quads=totals.statements + graph.shared,
        unreadable=totals.unreadable,
        tally=dict(sorted((+totals.tally).items())),
        files=hash_files(folder, {GRAPH: graph.digest}, but=TEXTS),
        **totals.counts,
    )
    manifest = {
        "version": package_version(),
        "counts": {"pages": summary.pages, **totals.counts, "issues": summary.issues, "quads": summary.quads},
        **settings,
        **({"proposals": summary.tally} if summary.tally else {}),
        "unreadable": list(totals.unreadable),
        "files": summary.files,
    }
    head, opening, tail = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).partition(_FILES)
    texts = _hashes_of_texts(folder, summary.files)
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as file:
        file.write(head + opening)
        file.writelines(f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(digest)},\n" for name, digest in texts)
        file.write(tail + "\n")
    return summary


def hash_files(folder: Path, known: Mapping[str, str] = MappingProxyType({}), but: str = "") -> dict[str, str]:
    """Return the SHA-256 of every file of a build but its manifest, what is made of it later and a folder, by path."""
    built = (
        name
        for name, _ in _list_files(folder, but)
        if name not in (MANIFEST, COMPARISON) and not name.startswith("report.")
    )
    return {name: known.get(name) or hash_file(folder / name) for name in built}


def _list_files(folder: Path, but: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files of a folder, by their path in it, without those in one of its folders."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(f"{folder}/{inside}") as entries:
            for entry in entries:
                name = f"{inside}{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield name, entry
                elif name != but:
                    waiting.append(f"{name}/")


def hash_file(path: Path | str) -> str:
    """Return the SHA-256 of a file."""
    told, descriptor = hashlib.sha256(), os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        while some := os.read(descriptor, AT_ONCE):
            told.update(some)
    finally:
        os.close(descriptor)
    return told.hexdigest()


def package_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("cchc-graph")
    except PackageNotFoundError:
        return "0+unknown"


def _earlier(target: Path) -> Path:
    """Return where an earlier build waits while its replacement is put in place."""
    return target.with_name(f".{target.name}.earlier")


def go_back(target: Path, marker: str) -> None:
    """Put an earlier folder back whose replacement was interrupted; it is known by a file that it holds."""
    if not target.exists() and (_earlier(target) / marker).is_file():
        _earlier(target).rename(target)


def swap(aside: Path, target: Path) -> None:
    """Put a finished folder in the place of the earlier one, in one step where the system knows how."""
    _flush(aside)
    if not target.exists():
        aside.rename(target)
    elif not _exchange(aside, target):
        _replace(aside, target)
    shutil.rmtree(_earlier(target), ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names at one moment; return False where the system cannot (it is Linux that can)."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def _replace(aside: Path, target: Path) -> None:
    """Put a finished build in place in two steps; the earlier one is kept until the new one stands."""
    earlier = _earlier(target)
    shutil.rmtree(earlier, ignore_errors=True)
    target.rename(earlier)
    try:
        aside.rename(target)
    except OSError:
        earlier.rename(target)
        raise


def _flush(folder: Path) -> None:
    """Make sure that what was written is on disk before it is swapped in; disks take many such wishes at once.

    A file with a second name is one of the earlier build and is there already.
    """
    files = (Path(entry.path) for _, entry in _list_files(folder) if entry.stat(follow_symlinks=False).st_nlink == 1)
    paths = chain((Path(here) for here, _, _ in os.walk(folder)), files)
    with ThreadPoolExecutor(16) as pool:
        while some := list(islice(paths, 512)):
            for _ in pool.map(flush, some):
                pass


def open_build(target: Path) -> Path:
    """Return the graph of a build after checking that nothing in it is missing, changed or added.

    Raises:
        StoreError: the folder holds no build, or a file of it is damaged.

    """
    graph, seal = _open_whole(target), target / SEAL
    if seal.is_file() and not _is_whole(target / COMPARISON, seal.read_text(encoding="utf-8").partition(" ")[0]):
        raise StoreError(f"{target / COMPARISON}: missing or changed since it was made; run cchc comparable {target}")
    return graph


def _open_whole(target: Path) -> Path:
    """Return the graph of a build after checking the files that its manifest lists."""
    files = _read_manifest(target)
    try:
        damage = _find_damage(target, files)
    except FileNotFoundError as problem:  # it was there when it was looked for
        damage = f"{problem.filename}: gone while the build was looked at; open it again"
    if damage and _read_manifest(target) != files:  # another build took its place meanwhile
        return _open_whole(target)
    if damage:
        raise StoreError(damage)
    return target / GRAPH


def _find_damage(target: Path, files: Mapping[str, str]) -> str:
    """Return what is missing, changed or added in a build, or nothing."""
    for name, digest in chain(files.items(), _hashes_of_texts(target, files)):
        if not _is_whole(target / name, digest):
            return f"{target / name}: missing or changed since it was built; build again"
    known = sum(name.startswith(f"{TEXTS}/") for name in files) + sum(1 for _ in _hashes_of_texts(target, files))
    return "" if known == _count_texts(target) else _find_added(target, files)


def _hashes_of_texts(target: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the texts of a build with their SHA-256; builds of earlier versions list them in the manifest."""
    if PAGES in files:
        with (target / PAGES).open("rb") as records:
            for told in map(json.loads, records):
                if "text" in told:
                    yield text_path(told["page"]), told["text"]


def _lists_texts(target: Path) -> bool:
    """Tell whether the table of pages tells the checksums of their texts."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return next(_hashes_of_texts(target, {PAGES: ""}), None) is not None
    return False


def _count_texts(target: Path) -> int:
    return sum(1 for _ in _list_files(target / TEXTS)) if (target / TEXTS).is_dir() else 0


def _find_added(target: Path, files: Mapping[str, str]) -> str:
    known = {*files, *(name for name, _ in _hashes_of_texts(target, files))}
    added = (f"{TEXTS}/{name}" for name, _ in _list_files(target / TEXTS))
    path = min((name for name in added if name not in known), default="")
    return f"{target / path}: not part of the build; move it elsewhere or build again" if path else ""


def _is_whole(path: Path, digest: str) -> bool:
    return path.is_file() and hash_file(path) == digest


def _read_manifest(target: Path) -> dict[str, str]:
    """Return the files of a build with their SHA-256, as its manifest lists them; texts only if no other file does."""
    manifest = target / MANIFEST
    if not manifest.is_file():
        raise StoreError(f"{target}: no build here (no {MANIFEST}); run cchc build PAGES -o {target}")
    try:
        listed = _lists_texts(target)
        with manifest.open(encoding="utf-8") as lines:
            told = json.loads("".join(line for line in lines if not (listed and line.startswith(_TEXT))))
        files = {str(name): str(digest) for name, digest in told["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as problem:
        raise StoreError(f"{manifest}: damaged ({problem}); build again") from problem
    if not {GRAPH, ISSUES} <= set(files):
        raise StoreError(f"{manifest}: damaged (it does not list {GRAPH} and {ISSUES}); build again")
    return files
