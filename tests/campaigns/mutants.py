"""Pages that were spoiled by chance or made to hurt: each is read or refused in words, in time, and harms no other."""

import gzip
import io
import json
import random
import re
import signal
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from printing import print_pdf, print_word, with_half_a_character, zipped

from builder import pipeline
from campaigns.kinds import Attempt
from campaigns.subjects import build, contents, write_pages, write_seeds

BATCH = 50  # mutants that are built together
PATIENCE = 240  # seconds for a batch
CLEAR = re.compile(r"[^\n]+?: [^\n]+; [^\n]+")
WORDS = (
    *("99,97%", "15.840 hồ sơ", "9" * 500, "0" * 500 + ",1%", "1" + ".000" * 200, "-0,0%", "١٢٣ hồ sơ", "９９%"),
    *("năm 0000", "31/02/2019", "năm 99999", "từ 2019 đến 1019", "quý IX năm 2020", "9 tháng năm 2023"),
    *("huyện Châu Thành", "Việt Nam", "UBND " * 50, "“" * 200, "(" * 500, "]]>", "<![CDATA[", "&#0;", "&#x110000;"),
    *("&" * 300, "%" * 300, "." * 3000, "\u0301" * 300, "\u200b" * 300, "\u202e", "\ufeff", "\u2028", "\x0b", "\x1c"),
    *("\U0001f1fb\U0001f1f3", "\ud7ff", "ǅ", "ﬃ", "İ", "ẞ", "𝟗𝟗,𝟓%", "Ⅻ", "½ hồ sơ", "|" * 200, "\t" * 200, "-" * 900),
)
BYTES = (
    b"\x00",
    b"\xff",
    b"<D83D>",
    b"\\ud83d",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf",
    b"\xfe\xff",
    b"\x1a",
    b"\r",
    b"%PDF-1.7",
)
TAGS = ("<table>", "<td colspan=9999>", "<td rowspan=-1>", "<pre>", "</div>", "<script>", "<title>", "<b " + "a " * 300)

Mutation = Callable[[bytes, random.Random, tuple[bytes, ...]], bytes]


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def flip(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 32))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def insert_bytes(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice(BYTES) * chance.choice((1, 9, 99)) + data[at:]


def insert_words(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    text = data.decode(errors="replace")
    for _ in range(chance.choice((1, 3, 9))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice((*WORDS, *TAGS)) + text[at:]
    return text.encode()


def cut(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    return data[: _at(data, chance)]


def leave_out(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    begin, end = sorted((_at(data, chance), _at(data, chance)))
    return data[:begin] + data[end:]


def repeat(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    begin = _at(data, chance)
    piece = data[begin : begin + chance.choice((1, 3, 9, 99, 999))]
    return data[:begin] + piece * chance.choice((2, 9, 40)) + data[begin:]


def splice(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    other = chance.choice(others)
    return data[: _at(data, chance)] + other[_at(other, chance) :]


def respell(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    text = data.decode(errors="replace")
    ways = (
        lambda t: unicodedata.normalize("NFD", t),
        lambda t: unicodedata.normalize("NFKD", t),
        lambda t: t.replace(" ", chance.choice("\u00a0\u200b\u3000\t\u2009")),
        lambda t: t.replace("\n", chance.choice(("\r", "\r\n", " ", "\u2028", "\n\n"))),
        lambda t: t.translate(str.maketrans("aoepc", "аоерс")),
        lambda t: t.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lambda t: t.upper(),
        lambda t: t[::-1],
        lambda t: "".join(c + chance.choice(("", "", "", "\u200d", "\u0323")) for c in t),
    )
    encoding = chance.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig", "cp1258"))
    return chance.choice(ways)(text).encode(encoding, "replace")


def shuffle(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    *(flip, insert_bytes, insert_words, insert_words, cut, leave_out, repeat, splice, respell, shuffle),
)


def mutate(seeds: Mapping[str, bytes], number: int, seed: int) -> dict[str, bytes]:
    """Return so many spoiled pages by name; the same for the same seed."""
    chance, others = random.Random(seed), tuple(seeds.values())
    found = {}
    for i in range(number):
        name = chance.choice(sorted(seeds))
        data = seeds[name]
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            data = chance.choice(MUTATIONS)(data, chance, others) or b"\n"
        found[f"{seed}-{i:02}-{name}"] = data
    return found


class Hang(BaseException):
    """Something took longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what takes longer."""

    def stop(*_: int | FrameType | None) -> None:
        raise Hang

    earlier = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


def build_mutants(number: int, folder: Path) -> Iterator[Attempt]:
    """Build spoiled pages among good ones: what the good ones give stays the same to the byte."""
    seeds, good = write_seeds(folder / "seeds"), write_pages(folder / "good")
    alone = _facts_of(build(good, folder / "alone"), good)
    for seed in range(0, number, BATCH):
        pages = folder / "mutants"
        pages.mkdir()
        mutants = mutate(seeds, min(BATCH, number - seed), seed)
        for name, data in mutants.items():
            (pages / name).write_bytes(data)
        yield from _build_among(good, pages, mutants, folder / "out", alone)
        for path in pages.iterdir():
            path.unlink()
        pages.rmdir()


def _build_among(good: Path, pages: Path, bad: Mapping[str, bytes], out: Path, alone: list[bytes]) -> Iterator[Attempt]:
    """Build some bad pages among good ones and tell of each bad one what became of it."""
    try:
        with within(PATIENCE):
            summary = pipeline.build([good, pages], out)
    except Hang:
        yield from (Attempt(f"{name}: the build hangs", "broken") for name in bad)
        return
    except Exception as problem:  # noqa: BLE001  whatever it is, it should not be
        yield from (Attempt(f"{name}: the build ends: {problem!r}", "broken") for name in bad)
        return
    files = contents(out)
    same = _facts_of(files, good) == alone
    refused = {line.partition(":")[0]: line for line in summary.unreadable}
    for name in bad:
        told = next((line for page, line in refused.items() if page == name or page.startswith(f"{name}/")), "")
        if not same:
            yield Attempt(f"{name}: other pages give other facts", "silent")
        elif told and (not CLEAR.fullmatch(told) or "defeats the reader" in told):
            yield Attempt(told, "broken")
        elif not told and not any(path.startswith(f"texts/{name}") for path in files):
            yield Attempt(f"{name}: neither read nor refused", "silent")
        else:
            yield Attempt(name, "detected" if told else "harmless")


def _facts_of(files: Mapping[str, bytes], pages: Path) -> list[bytes]:
    """Return what a build says of the good pages: statements and texts."""
    names = [name for name in files if name.startswith("texts/") and re.match(GOOD, name.removeprefix("texts/"))]
    graphs = re.compile(rb" <https://w3id\.org/cchc/id/graph/(?:%b)(?:#\w+)?> \.$" % GOOD.encode(), re.MULTILINE)
    lines = [line for line in files["graph.nq"].split(b"\n") if graphs.search(line)]
    return [*lines, *(files[name] for name in sorted(names))]


GOOD = r"lap-vo\.html|more\.jsonl\.gz/7|portal\.jsonl/bao-lac|sub/dong-hoi\.md|tien-yen\.txt"


# ---------------------------------------------------------------- made by hand

TOLD = "Năm 2020, huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 12.345 hồ sơ; tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,7%."
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
)


def _doctype(entity: str) -> str:
    return f"<!DOCTYPE x [<!ENTITY x {entity}>]>"


XML_BOMBS: Mapping[str, str] = {
    "billion laughs": f"{ENTITIES}]><x>&k;</x>",
    "a billion laughs in an attribute": f'{ENTITIES}]><x a="&k;"/>',
    "quadratic growth": _doctype(f'"{"a" * 50_000}"') + f"<x>{'&x;' * 50_000}</x>",
    "an entity of itself": '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x>&a;</x>',
    "a file as an entity": _doctype('SYSTEM "file:///etc/passwd"') + "<x>&x;</x>",
    "an address as an entity": _doctype('SYSTEM "http://127.0.0.1:9/"') + "<x>&x;</x>",
    "a DTD from outside": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
    "an entity of parameters": '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><x/>',
}
_BODY = "word/document.xml"


def _as_word(xml: str) -> bytes:
    """Return a Word document whose text is something else."""
    source, target = zipfile.ZipFile(io.BytesIO(print_word([TOLD]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.infolist():
            package.writestr(part, xml if part.filename == _BODY else source.read(part))
    return target.getvalue()


def xml_bombs() -> Iterator[tuple[str, bytes]]:
    """XML that grows, or reads files and addresses, as a page and as a Word document."""
    for number, xml in enumerate(XML_BOMBS.values()):
        yield f"xml-{number}.html", f"<?xml version='1.0'?>{xml}<p>{TOLD}</p>".encode()
        yield f"xml-{number}.docx", _as_word(f"<?xml version='1.0'?>{xml}")
        yield f"xml-{number}.txt", f"{xml}\n{TOLD}".encode()


def odd_bytes() -> Iterator[tuple[str, bytes]]:
    """Nesting, long lines, broken encodings, control characters (B4)."""
    page = TOLD.encode()
    texts = {
        "lone surrogate": page + b"\xed\xa0\x80",
        "surrogate pair": page + b"\xed\xa0\xbd\xed\xb8\x80",
        "overlong slash": page + b"\xc0\xaf",
        "beyond Unicode": page + b"\xf5\x80\x80\x80",
        "NUL": page + b"\0",
        "UTF-32": TOLD.encode("utf-32"),
        "UTF-16 with one byte more": TOLD.encode("utf-16") + b"\x20",
        "UTF-16 with a lone surrogate": b"\xff\xfe" + TOLD.encode("utf-16-le") + b"\x00\xd8",
        "UTF-7": TOLD.encode("utf-7"),
        "cp1258": TOLD.encode("cp1258", "replace"),
        "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + page,
        "mixed encodings": page + "Résumé".encode("latin-1"),
        "escape sequences": b"\x1b[2J\x1b]0;x\x07" + page,
        "all control characters": bytes(range(1, 32)) + page,
        "form feeds": b"\x0c".join([page] * 50),
        "non-characters": page + "\ufffe\uffff\U0001fffe".encode(),
        "private use": page + "\ue000\uf8ff\U0010fffd".encode(),
        "a mark without a letter": "\u0301".encode() + page,
        "a thousand marks on a letter": ("a" + "\u0301" * 1000).encode() + page,
        "tags of Unicode": "".join(chr(0xE0000 + ord(c)) for c in "12.345 ho so").encode() + page,
        "variation selectors": "\ufe0f".join(TOLD).encode(),
        "line of half a megabyte": b"a" * 490_000,
        "line of spaces": b" " * 400_000 + page,
        "100,000 line breaks": b"\n" * 100_000 + page,
        "100,000 tabs": b"\t" * 100_000 + page,
        "100,000 bars": b"|" * 100_000 + page,
        "100,000 quotation marks": b'"' * 100_000 + page,
        "50,000 digits": b"9" * 50_000 + b" " + page,
        "50,000 dots and digits": b"9." * 50_000 + b" " + page,
        "20,000 percent signs": b"% " * 20_000 + page,
        "lines that are all headings": b"# a\n" * 20_000 + page,
        "lines that are all items": b"- 1\n" * 10_000 + page,
    }
    yield from ((f"{name}.txt", data) for name, data in texts.items())
    markup = {
        "never closed": "<a " * 200_000,
        "comment never closed": "<!-- " + "a" * 200_000,
        "quote never closed": '<p a="' + "a" * 200_000,
        "200,000 attributes": f"<p {'a=1 ' * 200_000}>",
        "40,000 entities": "&amp;" * 40_000,
        "numbers of no letter": "&#xD800;&#0;&#x110000;&#99999999999;",
        "nested 5,000 deep": "<div>" * 5_000,
        "nested 200 tables": "<table><tr><td>" * 200,
        "nested 300 bold": "<b>" * 300,
        "cells over 9,999 columns": f"<table>{'<tr><td colspan=9999>5<td>6</tr>' * 200}</table>",
        "cells over 9,999 rows": f"<table>{'<tr><td rowspan=9999>5<td>6</tr>' * 300}</table>",
        "a table of 20,000 cells": f"<table>{('<tr>' + '<td>5' * 100 + '</tr>') * 200}</table>",
        "charset of nothing": '<meta charset="\x01">',
        "charset that decodes more": "<meta charset=utf-7>",
        "charset of another kind": "<meta charset=rot13>",
        "charset of zip": "<meta charset=zlib>",
    }
    yield from ((f"{name}.html", f"<html><body>{body}<p>{TOLD}</p>".encode()) for name, body in markup.items())
    yield "nested.jsonl", b"[" * 100_000
    yield "half.jsonl", f'{{"id": "a", "text": "{TOLD} \\ud83d {TOLD}"}}\n'.encode()
    yield "numbers.jsonl", b'{"id": ' + b"9" * 50_000 + b', "text": "a"}\n'
    yield "twice.jsonl", json.dumps({"id": "a", "text": TOLD}).encode() + b'\n{"id": "a", "text": "b"}\n'


def archives() -> Iterator[tuple[str, bytes]]:
    """Archives that unpack to very much, leave their folder or hold odd names (B5)."""
    word = print_word([TOLD])
    inner = zipped({"a": bytes(50_000_000)})
    yield "zeros.docx", zipped({"word/a.xml": bytes(250_000_000)}, word)
    yield "archive in archive.docx", zipped({f"{n}.zip": inner for n in range(50)}, word)
    yield "entries.docx", zipped({f"{n}": b"" for n in range(9_000)}, word)
    yield "up.docx", zipped({"../../up.txt": b"x", "/tmp/cchc-campaign-up.txt": b"x"}, word)
    yield "names.docx", zipped({"CON": b"x", "a" * 4_000: b"x", "nul\0name": b"x", "C:\\a": b"x"}, word)
    yield "lies.docx", word[:-10] + b"\xff" * 10
    yield "only zip.zip", inner
    yield "line.jsonl.gz", gzip.compress(b'{"id": "x", "text": "' + b"a" * 100_000_000 + b'"}\n', 9, mtime=0)
    yield "spaces.jsonl.gz", gzip.compress(b" " * 100_000_000, 9, mtime=0)
    yield "gzip in gzip.jsonl.gz", gzip.compress(gzip.compress(bytes(1_000_000), mtime=0), mtime=0)
    yield "pages.pdf", print_pdf([TOLD] * 50)
    yield "half a character.pdf", with_half_a_character(print_pdf([TOLD]), "h")


BOMBS: tuple[Callable[[], Iterator[tuple[str, bytes]]], ...] = (xml_bombs, odd_bytes, archives)
SLOWEST = 20  # seconds of the processor for one bomb


def explode(number: int, folder: Path) -> Iterator[Attempt]:
    """Build bombs made by hand, each among good pages: refused or read in seconds, nothing written elsewhere."""
    good = write_pages(folder / "good")
    alone = _facts_of(build(good, folder / "alone"), good)
    bombs = [bomb for kind in BOMBS for bomb in kind()]
    for at, (name, data) in enumerate(bombs):
        if at % max(1, len(bombs) // number):
            continue
        pages = folder / "bombs" / str(at)
        pages.mkdir(parents=True)
        (pages / name).write_bytes(data)
        begin = time.process_time()
        if name.endswith(".zip"):
            build([good, pages], folder / "out")
            yield Attempt(f"{name}: passed over", "harmless" if not _read(folder / "out", name) else "silent")
            continue
        attempts = list(_build_among(good, pages, {name: data}, folder / "out", alone))
        seconds = time.process_time() - begin
        late = [Attempt(f"{name}: {seconds:.0f} s", "broken")] if seconds > SLOWEST else attempts
        outside = Path("/tmp/cchc-campaign-up.txt").exists() or (folder / "up.txt").exists()
        yield from [Attempt(f"{name}: writes elsewhere", "broken")] if outside else late


def _read(out: Path, name: str) -> bool:
    return any(path.startswith(f"texts/{name}") for path in contents(out))
