"""What several verbs do: build pages, check a build, open a build for questions."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli.screen import progress, say, say_error
from builder.errors import SourceError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from builder.executing import Limits
    from builder.explainer import Explanation
    from builder.extractor.llm import Model
    from builder.facts import Report, Violation
    from builder.pipeline import Summary
    from builder.rereading import Why
    from builder.store import Store

    Names = Mapping[str, Mapping[str, str]]

STORE = "store"
MARKER = "graph.sha256"  # in a store: which graph was loaded into it, and the files that this gave


def build_pages(
    pages: Iterable[Path | str],
    out: Path,
    jobs: int = 1,
    min_confidence: float | None = None,
    model: "Model | None" = None,
    fresh: bool = False,
    limits: "Limits | None" = None,
    scheduler: str = "",
    shards: int = 0,
) -> "Summary":
    """Build with a progress bar, and name the pages that could not be read."""
    from contextlib import nullcontext
    from decimal import Decimal
    from functools import partial

    from builder import pipeline
    from builder.executing import connect
    from builder.keeping import fingerprint

    least = pipeline.MIN_CONFIDENCE if min_confidence is None else Decimal(str(min_confidence))
    if model is not None:
        say(
            f"Nội dung các trang được gửi đến {model.url} ({model.name})",
            f"the texts of the pages are sent to {model.url}",
        )
    cluster = connect(scheduler, partial(fingerprint, {})) if scheduler else nullcontext()
    with cluster as executor, progress("đọc trang", "reading pages") as report:
        summary = pipeline.build(pages, out, jobs, executor, report, least, model, fresh, limits, shards)
    for line in summary.unreadable:
        say_error(SourceError(line))
    return summary


def choose_model(
    engine: str, url: str | None, name: str | None, key_variable: str, cache: Path | None
) -> "Model | None":
    """Return the model that the options of a build name, or None where none is to be asked.

    Raises:
        click.UsageError: the options do not fit together.

    """
    if engine != "grammar+llm":
        if url or name or key_variable or cache:
            raise click.UsageError("--llm-… needs --engine grammar+llm; without it nothing is sent anywhere")
        return None
    if not (url and name):
        raise click.UsageError("--engine grammar+llm needs --llm-url and --llm-model")
    from builder.extractor.llm import Model, check_model

    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return check_model(Model(url, name, cache or home / "cchc" / "llm", key_variable))


def choose_limits(seconds: float | None, megabytes: int | None, *, asks_model: bool) -> "Limits | None":
    """Return what one page may take; a model takes its time, so with one there are only the limits that are given."""
    from math import inf

    from builder.executing import Limits

    if asks_model and seconds is None and megabytes is None:
        return None
    usual = Limits(seconds=inf if asks_model else Limits().seconds)
    return Limits(seconds or usual.seconds, megabytes or usual.megabytes)


def check_build(out: Path, pages: Path | None = None, jobs: int = 1) -> "Report":
    """Check a build and write the reports beside it; files changed since the build are reported as violations."""
    from builder import validator
    from builder.facts import Report

    changed = tuple(find_changed(out))
    found = validator.validate(out / "graph.nq", out / "texts", pages, derived=_derived(out), jobs=jobs)
    report = Report(changed + found.violations)
    writers = {"ttl": validator.report_ttl, "json": validator.report_json, "html": validator.report_html}
    for ending, write in writers.items():
        write_file(out / f"report.{ending}", write(report))
    return report


def _derived(out: Path) -> list[Path]:
    """Return the files that were made of a build later: its figures on the units of another day."""
    from builder.pipeline import DERIVED

    return [path for name in DERIVED if (path := out / name).is_file()]


def find_changed(out: Path) -> "Iterator[Violation]":
    """Yield a violation if a file of a build is not as it was built."""
    from builder.facts import Violation
    from builder.pipeline import MANIFEST, open_build

    try:
        open_build(out)
    except StoreError as problem:
        if not (out / MANIFEST).is_file() or not (out / "graph.nq").is_file():
            raise
        file, _, reason = str(problem).removeprefix(f"{out}{os.sep}").partition(": ")
        messages = {
            "vi": "Tệp bị thiếu hoặc đã thay đổi từ khi dựng đồ thị.",
            "en": "A file is missing or changed since it was built.",
        }
        yield Violation(file, "", "manifest", "Violation", value=reason, messages=messages)


def write_file(path: Path, text: str) -> None:
    """Write a file whole, into a folder that is made where there is none."""
    from builder.exporter import aside

    with aside(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_page(path: Path, text: str) -> Path:
    """Write a file whole and return its path."""
    write_file(path, text)
    return path


def open_answers(out: Path, place: str | None = None) -> "Store":
    """Return a store that answers about a build: in memory, or the one at a place."""
    from builder.pipeline import open_build
    from builder.store import open_store

    if place is None:
        store = open_store("memory:")
        for graph in (open_build(out), *_derived(out)):
            store.load_nquads(graph)
        return store
    if place.startswith(("http://", "https://")):
        return open_store(place)
    return _open_folder(out, Path(place))


def _open_folder(out: Path, folder: Path) -> "Store":
    """Return the store in a folder, made from a build if there is none; one made from another build is refused."""
    from builder.store import open_store

    if not (folder / "CURRENT").is_file():
        _fill_store(out, folder)
    elif marker := _read_marker(folder):
        graph, *files = marker
        if (out / "graph.nq").is_file() and graph != _mark(out):
            raise StoreError(f"{folder}: was made from another graph than {out}; delete it or choose another folder")
        if files != _hash_store(folder):
            raise StoreError(f"{folder}: the store is damaged; delete it, so that it is made anew")
    return open_store(folder, read_only=True)


def _read_marker(folder: Path) -> list[str]:
    """Return which graph was loaded into a store, and the checksums of its files."""
    marker = folder / MARKER
    return marker.read_text(encoding="utf-8", errors="replace").splitlines() if marker.is_file() else []


def _hash_store(folder: Path) -> list[str]:
    """Return the checksums of what a store keeps, as ``sha256sum`` writes them: nothing of it changes by reading."""
    from builder.pipeline import hash_file

    files = sorted(path for path in folder.iterdir() if path.name not in (MARKER, "LOCK") and "LOG" not in path.name)
    return [f"{hash_file(path)}  {path.name}" for path in files]


def _fill_store(out: Path, folder: Path) -> None:
    """Make a store of a build, and mark of which."""
    from builder.pipeline import open_build
    from builder.store import open_store

    graphs = (open_build(out), *_derived(out))
    store = open_store(folder, create=True)
    for graph in graphs:
        store.load_nquads(graph)
    del store  # closes it
    write_file(folder / MARKER, "\n".join((_mark(out), *_hash_store(folder), "")))


def find_files(folder: Path) -> tuple[list[Path], str]:
    """Return the N-Quads of a build, or the shards in a folder, and what tells their graph from others.

    Raises:
        StoreError: there are none, or one is not as it was written.

    """
    from builder.pipeline import open_build
    from builder.sharding import CONTENTS, check_shards

    if (folder / CONTENTS).is_file():
        return check_shards(folder)
    return [open_build(folder), *_derived(folder)], _mark(folder)


_TRIES = 5


def load_store(files: "Sequence[Path]", folder: Path, mark: str, report: "Callable[[int, int], None]") -> int:
    """Make a store of some files of N-Quads, aside, and put it in its place whole; return how much it holds.

    Raises:
        StoreError: there is something at the place, or it cannot be written.

    """
    from shutil import rmtree

    from builder.store.embedded import EmbeddedStore

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder}: holds something already; choose a new or empty folder")
    aside = folder.with_name(f".{folder.name}.loading")
    rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        store = EmbeddedStore.create(aside)
        store.load_all(files, report)
        number = len(store.inner)
        del store  # closed as soon as nobody holds it
        write_file(aside / MARKER, "\n".join((mark, *_hash_store(aside), "")))
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError as problem:
        raise StoreError(f"{folder}: cannot be made: {problem.strerror or problem}") from problem
    finally:
        for _ in range(_TRIES):  # a store that failed may still be writing into it
            if aside.exists():
                rmtree(aside, ignore_errors=True)
    return number


def explain_why(store: "Store", out: Path, explanation: "Explanation") -> "tuple[Why | None, Names]":
    """Return what decided how a figure was read, and what the things it speaks of are called."""
    from builder.artefacts import local_name
    from builder.facts import Span
    from builder.rereading import find_why
    from builder.sparql import name_concepts
    from builder.vocabulary import NAMESPACES

    spans = [Span(each.begin, each.end) for each in explanation.quotations]
    found = (find_why(store, out, explanation.page, span, local_name(explanation.indicator)) for span in spans)
    why = next((each for each in found if each is not None), None)
    if why is None:
        return None, {}
    named = [("cue", name) for name, _ in why.cues]
    named += [("indicator", name) for name, _ in why.rivals] + [("sign", name) for name, *_ in why.signs]
    return why, name_concepts(store, {f"{NAMESPACES['scheme']}{scheme}/{name}" for scheme, name in named})


def _mark(out: Path) -> str:
    """Return what tells the graph of a build, and what was made of it later, from others."""
    from builder.pipeline import hash_file

    return " ".join(hash_file(path) for path in (out / "graph.nq", *_derived(out)))


def prepare_store(out: Path) -> Path:
    """Return the folder of a store that holds a build, ``OUT/store``; one of an older build is made anew.

    It is made aside and moved into its place whole, so that a server that has the older one open, or one that is
    started at the same moment, is not disturbed.
    """
    from shutil import rmtree
    from tempfile import mkdtemp

    if not (out / "graph.nq").is_file():
        raise StoreError(f"{out}: no build here; run cchc build PAGES -o {out}")
    folder = out / STORE
    if folder.is_dir() and _read_marker(folder) == [_mark(out), *_hash_store(folder)]:
        return folder
    say("Nạp đồ thị vào kho …", "loading the graph into a store …")
    try:
        aside = Path(mkdtemp(prefix=f".{STORE}.", dir=out))
        _fill_store(out, aside / STORE)
        if folder.exists():
            folder.rename(aside / "earlier")
        (aside / STORE).rename(folder)
        rmtree(aside, ignore_errors=True)
    except OSError as problem:
        raise StoreError(f"{folder}: cannot be made: {problem.strerror or problem}") from problem
    return folder
