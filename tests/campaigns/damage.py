"""Files that were changed, cut, emptied or deleted behind the product's back are noticed, or do no harm."""

import json
import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from builder import pipeline
from builder.cli.steps import open_answers, prepare_store
from builder.errors import BuilderError, StoreError
from builder.extractor.llm import Model
from builder.pipeline import derive_comparison
from builder.sparql import ask
from campaigns.children import TOLD, in_a_child
from campaigns.kinds import Attempt
from campaigns.subjects import build, contents, leftovers, write_many, write_pages

EVERYTHING = "SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s ?p ?o"
WAYS = ("a flipped bit", "another byte", "cut off", "emptied", "zeros", "deleted", "a piece twice")


def spoil(path: Path, chance: random.Random) -> str:
    """Damage a file in some way, and say how."""
    data, way = path.read_bytes(), chance.choice(WAYS)
    at = chance.randrange(max(1, len(data)))
    if way == "deleted":
        path.unlink()
        return way
    path.write_bytes(
        {
            "a flipped bit": data[:at]
            + bytes([(data[at] if data else 0) ^ (1 << chance.randrange(8))])
            + data[at + 1 :],
            "another byte": data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
            "cut off": data[:at],
            "emptied": b"",
            "zeros": data[:at] + bytes(len(data[at : at + 4096])) + data[at + 4096 :],
            "a piece twice": data[:at] + data[max(0, at - 4096) : at] + data[at:],
        }[way]
    )
    return f"{way} at {at}"


def damage_state(number: int, folder: Path) -> Iterator[Attempt]:
    """Damage what the product keeps between two runs."""
    for share, wage in ((0.45, damage_build), (0.2, damage_journal), (0.25, damage_store), (0.1, damage_answers)):
        yield from wage(max(1, round(share * number)), folder / wage.__name__)


# ---------------------------------------------------------------- a finished build


def damage_build(number: int, folder: Path) -> Iterator[Attempt]:
    """Damage a file of a build: whoever opens it is told, and the next build is as if nothing had been."""
    chance, pages, whole = random.Random(6), write_pages(folder / "pages"), folder / "whole"
    good = build(pages, whole)
    derive_comparison(whole)
    shared = ("graph.nq", "issues.tsv", "figures.tsv", "pages.jsonl", "manifest.json", "comparable.nq")
    for turn in range(number):
        out = folder / str(turn)
        shutil.copytree(whole, out)
        name = shared[turn % 7] if turn % 7 < len(shared) else chance.choice(sorted(set(contents(whole)) - {*shared}))
        what = f"{name}: {spoil(out / name, chance)}"
        told = _told_by(lambda out=out: open_answers(out))  # type: ignore[misc]
        if not told and contents(out) != contents(whole) and not _says_the_same(out, whole):
            yield Attempt(f"{what}: opened as if it were whole", "silent")
        elif _rebuilt(pages, out) != good:
            yield Attempt(f"{what}: not built anew", "silent")
        else:
            yield Attempt(what, "detected" if told else "harmless")
        shutil.rmtree(out)


def _told_by(action: Callable[[], object]) -> str:
    try:
        action()
    except BuilderError as problem:
        return str(problem)
    return ""


def _says_the_same(one: Path, other: Path) -> bool:
    answers = [[tuple(row.values()) for row in ask(open_answers(out), EVERYTHING)] for out in (one, other)]
    return answers[0] == answers[1]


def _rebuilt(pages: Path, out: Path) -> dict[str, bytes]:
    """Build again; where the build is not recognised as one any more, that is told, and the folder removed by hand."""
    try:
        return build(pages, out)
    except StoreError as problem:
        if "no earlier build" not in str(problem):
            raise
        shutil.rmtree(out)
        return build(pages, out)


# ---------------------------------------------------------------- the journal of a build that was stopped


def damage_journal(number: int, folder: Path) -> Iterator[Attempt]:
    """Damage the journal of a build that was killed: the build that goes on is that of all pages."""
    chance, pages = random.Random(7), write_many(folder / "pages", 70)
    good, out = build(pages, folder / "whole"), folder / "out"
    journal = folder / ".out.journal"

    def progress(done: int, total: int) -> None:
        if done < total:
            os.kill(os.getpid(), signal.SIGKILL)

    in_a_child(lambda: pipeline.build([pages], out, progress=progress))
    kept = journal.read_bytes()
    for _ in range(number):
        journal.write_bytes(kept)
        what = f"journal: {spoil(journal, chance)}"
        yield Attempt(what, "harmless" if build(pages, out) == good and not leftovers(out) else "silent")
        shutil.rmtree(out)


# ---------------------------------------------------------------- the store of a server


def damage_store(number: int, folder: Path) -> Iterator[Attempt]:
    """Damage the store that a server makes of a build: it is not opened, or answers as before."""
    chance, out, said = random.Random(8), folder / "out", folder / "said"
    build(write_pages(folder / "pages"), out)
    store = prepare_store(out)
    right = _count_answers(out)
    whole = folder / "whole"
    shutil.copytree(store, whole)
    files = sorted(p.name for p in whole.iterdir() if p.name not in ("LOCK", "graph.sha256") and "LOG" not in p.name)
    for turn in range(number):
        shutil.rmtree(store)
        shutil.copytree(whole, store)
        name = files[turn % len(files)]
        what = f"store/{name}: {spoil(store / name, chance)}"

        def open_it() -> None:
            if _count_answers(out, store) != right or prepare_store(out) != store:
                os._exit(1)

        ended = in_a_child(open_it, said=said)
        verdicts = {0: "harmless", TOLD: "detected", 1: "silent"}
        yield Attempt(f"{what}: {said.read_text() if ended == 70 else ended}", verdicts.get(ended, "broken"))  # type: ignore[arg-type]


def _count_answers(out: Path, place: Path | None = None) -> int:
    """Return a number that any changed statement changes."""
    store = open_answers(out, str(place) if place else None)
    return hash(tuple(tuple(row.values()) for row in ask(store, EVERYTHING)))


# ---------------------------------------------------------------- what a language model answered


def damage_answers(number: int, folder: Path) -> Iterator[Attempt]:
    """Damage the answers of a model that are kept: they are asked for again."""
    chance, pages = random.Random(9), write_pages(folder / "pages")
    with _Answering() as service:
        model = Model(service.url, "m", folder / "cache", attempts=1)
        good = build(pages, folder / "whole", model=model)
        kept = sorted((folder / "cache").rglob("*.json"))
        for _ in range(number):
            what = f"answer: {spoil(chance.choice(kept), chance)}"
            same = build(pages, folder / "out", model=replace(model)) == good
            yield Attempt(what, "harmless" if same else "silent")


class _Answering:
    """A service that says the same of every passage."""

    def __init__(self) -> None:
        said = json.dumps({"figures": []})
        body = json.dumps({"choices": [{"message": {"content": said}}]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "_Answering":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


# ---------------------------------------------------------------- what is in the way


class Obstacle(NamedTuple):
    """Something found where a build is to go, and a word of what is said about it; "" where the build goes on."""

    prepare: Callable[[Path], object]
    told: str


def _write(path: Path, content: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


OBSTACLES = {
    "a folder of something else": Obstacle(lambda out: _write(out / "thesis.docx"), "no earlier build"),
    "a file": Obstacle(_write, "no earlier build"),
    "a manifest of another program": Obstacle(
        lambda out: _write(out / "manifest.json", b'{"name": "x"}'), "no earlier"
    ),
    "an empty manifest": Obstacle(lambda out: _write(out / "manifest.json", b""), "no earlier build"),
    "an empty folder": Obstacle(lambda out: out.mkdir(parents=True), ""),
    "no folder above": Obstacle(lambda out: shutil.rmtree(out.parent, ignore_errors=True), ""),
    "what a killed build left": Obstacle(lambda out: _write(out.with_name(f".{out.name}.building") / "graph.nq"), ""),
    "a journal of nonsense": Obstacle(lambda out: _write(out.with_name(f".{out.name}.journal"), os.urandom(999)), ""),
    "an empty journal": Obstacle(lambda out: _write(out.with_name(f".{out.name}.journal"), b""), ""),
    "the lock of a build that is gone": Obstacle(lambda out: _write(out.with_name(f".{out.name}.lock"), b""), ""),
    "a file in the place of the folder above": Obstacle(
        lambda out: (shutil.rmtree(out.parent), _write(out.parent)), "cannot be written"
    ),
    "a link that leads nowhere": Obstacle(lambda out: out.symlink_to(out.with_name("nowhere")), ""),
}


def obstruct(number: int, folder: Path) -> Iterator[Attempt]:
    """Build where something is in the way, and where another build is being made."""
    pages = write_pages(folder / "pages")
    good = build(pages, folder / "whole")
    for name, obstacle in list(OBSTACLES.items())[: max(1, number - 1)]:
        out = folder / name / "out"
        out.parent.mkdir()
        obstacle.prepare(out)
        told = _told_by(lambda out=out: pipeline.build([pages], out))  # type: ignore[misc]
        fits = obstacle.told in told if obstacle.told else not told and contents(out) == good
        clean = bool(told) or not leftovers(out)
        yield Attempt(f"{name}: {told}", ("detected" if told else "harmless") if fits and clean else "broken")
    yield _build_twice(pages, folder / "two" / "out", good)


def _build_twice(pages: Path, out: Path, good: dict[str, bytes]) -> Attempt:
    """Begin a build while another one is being made: it is refused, and the first one is not disturbed."""
    said = out.with_name("said")

    def meanwhile(*_: int) -> None:
        in_a_child(lambda: pipeline.build([pages], out), said=said)

    same = build(pages, out, progress=meanwhile) == good
    told = said.read_text() if said.exists() else ""
    refused = told.endswith("another build is being made here; wait for it or choose another folder")
    return Attempt(f"another build: {told}", "detected" if refused and same else "broken")
