"""Reading, checking, asking, exporting and serving, where any connection and any file elsewhere ends the process.

The pages and queries try all they can to make the product visit an address; proxies lead to the same address.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from printing import print_word, zipped
from serving import Canary
from watching import Watch, allowed_folders

from builder.cli import run
from campaigns.children import CRASHED, in_a_child
from campaigns.kinds import Attempt
from campaigns.subjects import ROOT, write_pages

ENTRY = 'Năm 2020, huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 12.345 hồ sơ. Xem ADDRESS và <a href="ADDRESS">đây</a>.'
MARKUP = (
    '<img src="ADDRESS">',
    '<link rel="stylesheet" href="ADDRESS">',
    '<base href="ADDRESS">',
    '<script src="ADDRESS"></script>',
    '<script type="application/ld+json">{"@context": "ADDRESS", "@id": "a:b"}</script>',
    '<meta http-equiv="refresh" content="0;url=ADDRESS">',
    '<iframe src="ADDRESS"></iframe>',
    '<object data="ADDRESS"></object>',
    '<!DOCTYPE html SYSTEM "ADDRESS">',
    '<!DOCTYPE x [<!ENTITY x SYSTEM "ADDRESS">]><x>&x;</x>',
    '<?xml-stylesheet href="ADDRESS"?>',
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="ADDRESS"/>',
    '<html profile="ADDRESS" manifest="ADDRESS">',
    '<link rel="canonical" href="ADDRESS"><meta property="og:url" content="ADDRESS">',
)
QUERIES = (
    "SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <ADDRESS> { ?s ?p ?o } }",
    "SELECT * FROM <ADDRESS> { ?s ?p ?o }",
    "SELECT * FROM NAMED <ADDRESS> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT * { BIND(<ADDRESS> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "LOAD <ADDRESS>",
)
VERBS: tuple[tuple[str, ...], ...] = (
    ("build", "PAGES", "-o", "OUT", "--fresh"),
    ("build", "PAGES", "-o", "OUT", "--jobs", "2"),
    ("validate", "OUT", "--pages", "PAGES"),
    ("ask", "OUT"),
    ("ask", "OUT", "on-time-rate-by-unit"),
    ("ask", "OUT", "initiatives-in-common", "--format", "csv"),
    ("ask", "OUT", "on-time-rate-by-unit", "--store", "STORE"),
    ("explain", "OUT", "tien-yen.txt:0"),
    ("candidates", "OUT"),
    ("comparable", "OUT"),
    ("review", "OUT", "-o", "MADE/review"),
    ("network", "OUT", "-o", "MADE/network.gexf"),
    *(("export", "OUT", "-o", f"MADE/graph.{e}") for e in ("nq", "ttl", "jsonld", "rdf", "csv", "parquet", "sqlite")),
    ("release", "OUT", "-o", "MADE/release"),
    ("site", "OUT", "-o", "MADE/site"),
    ("diff", "OUT", "OUT"),
    ("units", "Trà Lĩnh"),
    ("demo", "MADE/demo"),
)


def work_offline(number: int, folder: Path) -> Iterator[Attempt]:
    """Run the commands on pages that try to make them visit an address, and queries that try the same."""
    with Canary() as canary:
        places = {"PAGES": write_traps(folder / "pages", canary.address), "OUT": folder / "out"}
        places |= {"STORE": folder / "store", "MADE": folder / "made"}
        (folder / "made").mkdir()
        asked = [("ask", "OUT", _write_query(folder, n, q, canary.address)) for n, q in enumerate(QUERIES)]
        for verb in (*VERBS, *asked)[:number]:
            yield _try(verb, places, folder, canary)
        yield _would_sing(folder, canary)


def write_traps(folder: Path, address: str) -> Path:
    """Write pages of every kind that name an address wherever something might be fetched from it."""
    write_pages(folder)
    for number, markup in enumerate(MARKUP):
        text = f"<html><head>{markup}</head><body><p>{ENTRY}</p>{markup}</body></html>".replace("ADDRESS", address)
        (folder / f"trap-{number}.html").write_text(text, encoding="utf-8")
    (folder / "trap.md").write_text(f"![x]({address})\n\n{ENTRY}", encoding="utf-8")
    outside = f'<Relationship Id="rId99" Type="http://x/image" Target="{address}" TargetMode="External"/>'
    part = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{outside}</Relationships>'
    )
    (folder / "trap.docx").write_bytes(zipped({"word/_rels/header9.xml.rels": part.encode()}, print_word([ENTRY])))
    record = {"id": "trap", "text": ENTRY, "url": address, "title": address, "@context": address}
    (folder / "trap.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return folder


def _write_query(folder: Path, number: int, query: str, address: str) -> str:
    path = folder / f"query-{number}.rq"
    path.write_text(f"#+ summary: x\n{query.replace('ADDRESS', address)}\n", encoding="utf-8")
    return str(path)


def _try(verb: tuple[str, ...], places: dict[str, Path], folder: Path, canary: Canary) -> Attempt:
    words = [_put_in(word, places) for word in verb]
    seen, said = folder / "seen", folder / "said"
    seen.unlink(missing_ok=True)

    def alone() -> None:
        _watch(folder, seen)
        _send_to(canary.address)
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            code = run(words)
        os._exit(code)

    ended = in_a_child(alone, said=said, patience=300)
    what = f"{' '.join(verb)}: ends {ended}"
    if seen.exists() or canary.visits or ended == CRASHED or ended < 0:
        told = seen.read_text() if seen.exists() else said.read_text()[-500:] if said.exists() else ""
        return Attempt(f"{what}, {told} visits {canary.visits}", "broken")
    return Attempt(what, "harmless" if ended in (0, 1) else "detected")


def _put_in(word: str, places: dict[str, Path]) -> str:
    name, slash, rest = word.partition("/")
    return f"{places[name]}{slash}{rest}" if name in places else word


def _send_to(address: str) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = address


def _watch(folder: Path, told: Path) -> None:
    """End every attempt to connect or to open a file elsewhere, and take it down."""
    watch = Watch(tuple(f for f in allowed_folders((ROOT, folder)) if f != "/etc/"))
    write = os.write

    def notice(event: str, arguments: tuple[object, ...]) -> None:
        before = len(watch.seen)
        watch.notice(event, arguments)
        if event in ("socket.connect", "socket.getaddrinfo") and len(watch.seen) == before:
            watch.seen.append(f"{event} {arguments[1:]}")  # not even to this machine
        if len(watch.seen) > before:
            descriptor = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            write(descriptor, f"{watch.seen[-1]}\n".encode())
            raise PermissionError(watch.seen[-1])

    sys.addaudithook(notice)


def _would_sing(folder: Path, canary: Canary) -> Attempt:
    """Without these guards a library does visit the address, and is noticed."""
    seen = folder / "seen"
    seen.unlink(missing_ok=True)

    def careless() -> None:
        import urllib.request

        _watch(folder, seen)
        urllib.request.urlopen(canary.address)

    in_a_child(careless)
    return Attempt("a careless program is noticed", "detected" if seen.exists() else "broken")
