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
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING

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
from builder.keeping import FIGURES, GRAPH, ISSUES, PAGES, TEXTS, Built, fingerprint, page_key
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.lookup import last_day
from builder.merging import Sorter, merge_runs
from builder.reader import list_sources, load_source, looks_vietnamese, read
from builder.reader.sources import Place
from builder.seams import Extractor, Linker, Reader, Writer, compose
from builder.sharding import SHARDS, write_shards
from builder.shelves import EARLIER, Earlier, Journal, Shelf
from builder.sparql import load_graph
from builder.stating import STATED_HEAD, read_stated
from builder.syndication import sketch
from builder.vocabulary import CCHC
from builder.writer import (
    shared_references,
    state,
    stated,
    write_comparison,
    write_corroboration,
    write_coverage,
    write_document,
    write_ontology,
    write_register,
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

    quads: int
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
        listed, problems = list_sources(inputs)
        places = [place for place in listed if not place.lies_in(target)]
        unreadable = [str(problem) for problem in problems]
        earlier = None if fresh or model else opened.enter_context(closing(_open_earlier(target)))
        known = {} if fresh or model else journal.recall()
        kept = dict(_as_they_were(places, known, earlier, made_with))
        unread = [place for place in places if place.id not in kept]
        is_lasting = bool(known) or (len(unread) > BATCH and not model)
        shelf = Shelf(opened.enter_context(closing(journal if is_lasting else Journal())), earlier, kept)
        task = partial(build_batch, min_confidence=min_confidence, model=model, made_with=made_with)
        for done, results in enumerate(_run(unread, task, jobs, executor, limits), 1):
            _keep(shelf, [r for r in results if isinstance(r, Built)])
            unreadable += [r for r in results if isinstance(r, str)]
            progress(min(done * BATCH, len(unread)), len(unread))
        if not shelf:
            raise SourceError("\n".join(sorted(unreadable)) or "no pages given; name a folder or file")
        summary = _write_out(shelf, sorted(unreadable), target, settings, {p.id: p for p in places}, shards, jobs)
        journal.remove()
    return replace(summary, kept=len(kept))


def _open_earlier(target: Path) -> Earlier:
    """Return what an earlier build made of its pages; nothing of it where there is none or it is damaged."""
    files = _read_manifest(target) if (target / MANIFEST).is_file() else {}
    return Earlier(target, files, _is_whole)


def _as_they_were(
    places: Iterable[Place], known: Mapping[str, int], earlier: Earlier | None, made_with: str
) -> Iterator[tuple[str, int]]:
    """Yield the names of pages where nothing has changed that they were made from, and where a shelf finds them."""
    for place in places if known or earlier else ():
        with suppress(SourceError):  # told when the page is read
            key = page_key(load_source(place), made_with)
            if key in known:
                yield place.id, known[key]
            elif earlier and earlier.holds(place.id, key):
                yield place.id, EARLIER


def _keep(shelf: Shelf, pages: Sequence[Built]) -> None:
    try:
        shelf.put(pages)
    except OSError as problem:
        raise StoreError(
            f"{shelf.where}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem


def _run(
    places: Sequence[Place], task: Task, jobs: int, executor: Executor | None, limits: Limits | None
) -> Iterator[list[Built | str]]:
    """Yield what became of the pages, batch by batch; without limits one job is done in this process."""
    batches = (places[i : i + BATCH] for i in range(0, len(places), BATCH))
    jobs = min(jobs, -(-len(places) // BATCH))
    if executor is not None:
        return run_there(batches, task, executor, limits)
    if places and (jobs > 1 or limits):
        load_lexicon()  # once for all processes
        load_gazetteer()
        return run_here(batches, task, jobs, limits)
    return map(task, batches)


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
    places: Mapping[str, Place],
    shards: int,
    jobs: int,
) -> Summary:
    aside = target.with_name(f".{target.name}.building")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        graph = _write_graph(built, aside / GRAPH)
        _write_texts(built, aside / TEXTS)
        with beside(partial(_prove, aside, places, graph), jobs):
            _write_issues(built, unreadable, aside / ISSUES)
            _write_pages(built, aside / PAGES)
            _write_figures(built, aside / FIGURES)
            write_derived(aside)
            if shards:
                write_shards(aside / GRAPH, [aside / CORROBORATION], aside / SHARDS, shards)
        (aside / FRESH).unlink(missing_ok=True)
        summary = _write_manifest(built, unreadable, graph, aside, settings)
        swap(aside, target)
    except OSError as problem:
        raise StoreError(
            f"{target}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return summary


def _write_graph(built: Shelf, path: Path) -> Written:
    """Write the statements of all pages and of what they share, sorted; those not of an earlier build also apart."""
    references: set[tuple[str, ...]] = set()
    told = hashlib.sha256()
    with ExitStack() as opened:
        folder = opened.enter_context(TemporaryDirectory(dir=path.parent, prefix=".sorting."))
        file = opened.enter_context(path.open("wb"))
        sorter = Sorter(Path(folder))
        fresh = opened.enter_context((path.parent / FRESH).open("wb")) if built.as_they_were() else None
        number = 0
        for page in built:
            lines = page.lines()
            sorter.add(lines)
            if fresh:
                fresh.writelines(lines)
            number += page.told["statements"]
            references.update(map(tuple, page.told["references"]))
        shared = [
            *write_register(references, load_gazetteer(), load_lexicon()),
            *write_ontology(artefacts.ontology_statements()),
        ]
        sorter.add(line.encode() for line in shared)
        for run in merge_runs(built.earlier_runs(), sorter.lines()):
            told.update(run)
            file.write(run)
    return Written(number + len(shared), told.hexdigest())


def _write_issues(built: Shelf, unreadable: Sequence[str], path: Path) -> None:
    """Write the table of open issues; its last column tells the kind of each in Vietnamese."""
    columns = ("page", "begin", "end", "kind", "message", "candidates", "quotation")

    def in_vietnamese(row: Sequence[str]) -> tuple[str, ...]:
        return (*row[: len(columns)], artefacts.concept_labels(f"issue-kind/{row[3]}")["vi"])

    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow((*columns, "kind_vi"))
        for message in unreadable:
            table.writerow(in_vietnamese((message.split(": ", 1)[0], "", "", "unreadable", message, "", "")))
        for page in built:
            table.writerows(map(in_vietnamese, page.rows))


def _write_texts(built: Shelf, folder: Path) -> None:
    made = set[Path]()
    for page in built:
        path = folder / f"{page.name}.txt"
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        if page.kept is None or not _link(page.kept, path):
            path.write_text(page.read_text(), encoding="utf-8", newline="")


def _link(file: Path, path: Path) -> bool:
    """Give a file a further name; return False where the system cannot."""
    try:
        os.link(file, path)
    except (OSError, NotImplementedError, AttributeError):
        return False
    return True


def _write_pages(built: Shelf, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(page.description for page in built)


def _write_figures(built: Shelf, path: Path) -> None:
    """Write the table of the figures that count, page by page."""
    with path.open("wb") as file:
        file.write(STATED_HEAD)
        for page in built:
            file.writelines(page.figures)


def _prove(folder: Path, places: Mapping[str, Place], written: Written) -> None:
    """Refuse to put in place what its own texts and the pages do not prove.

    Statements of an earlier build were proved in that build; they are the same bytes if the graph is as it was written.
    """
    graph, fresh = folder / GRAPH, folder / FRESH
    is_whole = _is_whole(graph, written.digest)
    proof = prove(
        fresh if is_whole and fresh.is_file() else graph, folder / TEXTS, lambda path: load_source(places[path]).data
    )
    wrong = proof.mismatches or ([] if is_whole else [f"{GRAPH}: is not as it was written"])
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BuilderError(
            f"{wrong[0]}{more}; nothing was changed; build again, with --fresh if no page was changed meanwhile"
        )


def write_derived(folder: Path) -> None:
    """Write what is derived from the figures beside their table; ``pages.jsonl`` tells which texts are alike."""
    sketches, figures = {}, partial(read_stated, folder / FIGURES)
    if (folder / PAGES).is_file():
        with (folder / PAGES).open(encoding="utf-8", newline="\n") as records:
            told = map(json.loads, records)
            sketches = {document_iri(page["page"]): page["sketch"] for page in told}
    shared = write_corroboration(corroborate(figures, sketches))
    counted = write_coverage(count_coverage(figures(), CCHC.Observation, folder))
    with (folder / CORROBORATION).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(sorted([*shared, *counted]))


def _write_manifest(
    built: Shelf, unreadable: Sequence[str], graph: Written, folder: Path, settings: Mapping[str, str]
) -> Summary:
    counts, tally, issues = Counter(dict.fromkeys(COUNTED, 0)), Counter[str](), len(unreadable)
    for page in built:
        counts.update(page.told["counts"])
        tally.update(page.tally)
        issues += page.told["issues"]
    summary = Summary(
        pages=len(built),
        issues=issues,
        quads=graph.quads,
        unreadable=tuple(unreadable),
        tally=dict(sorted((+tally).items())),
        files=hash_files(folder, {**built.earlier_digests(), GRAPH: graph.digest}),
        **counts,
    )
    manifest = {
        "version": package_version(),
        "counts": {"pages": summary.pages, **counts, "issues": summary.issues, "quads": summary.quads},
        **settings,
        **({"proposals": summary.tally} if summary.tally else {}),
        "unreadable": list(unreadable),
        "files": summary.files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return summary


def hash_files(folder: Path, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the SHA-256 of every file of a build but its manifest and what is made of it later, by path."""
    built = (
        name for name in _list_files(folder) if name not in (MANIFEST, COMPARISON) and not name.startswith("report.")
    )
    return {name: known.get(name) or hash_file(folder / name) for name in built}


def _list_files(folder: Path) -> Iterator[str]:
    """Yield the files of a folder, by their path in it."""
    for here, _, names in os.walk(folder):
        inside = Path(here).relative_to(folder).as_posix()
        yield from names if inside == "." else (f"{inside}/{name}" for name in names)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    told = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while some := file.read(AT_ONCE):
            told.update(some)
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
    files = (path for path in map(folder.joinpath, _list_files(folder)) if path.stat().st_nlink == 1)
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
    for name, digest in files.items():
        if not _is_whole(target / name, digest):
            return f"{target / name}: missing or changed since it was built; build again"
    for path in sorted((target / TEXTS).rglob("*")):
        if path.is_file() and path.relative_to(target).as_posix() not in files:
            return f"{path}: not part of the build; move it elsewhere or build again"
    return ""


def _is_whole(path: Path, digest: str) -> bool:
    return path.is_file() and hash_file(path) == digest


def _read_manifest(target: Path) -> dict[str, str]:
    """Return the files of a build with their SHA-256, as its manifest lists them."""
    manifest = target / MANIFEST
    if not manifest.is_file():
        raise StoreError(f"{target}: no build here (no {MANIFEST}); run cchc build PAGES -o {target}")
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in told["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as problem:
        raise StoreError(f"{manifest}: damaged ({problem}); build again") from problem
    if not {GRAPH, ISSUES} <= set(files):
        raise StoreError(f"{manifest}: damaged (it does not list {GRAPH} and {ISSUES}); build again")
    return files
