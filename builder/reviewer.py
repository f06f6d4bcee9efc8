"""Pages for people to read through a build: the text of every document with each of its numbers marked.

One page of HTML per document and an index, each complete in itself: no script, no request to anywhere, colours for
light and dark, rows and numbers joined by links. Whatever comes from a document is escaped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from builder.artefacts import local_name
from builder.errors import StoreError
from builder.identifiers import slug, web_address
from builder.quotations import cut
from builder.sparql import Answering, ask, name_concepts
from builder.states import CLASSES, KINDS, STATES

INDEX = "index.html"
COLUMNS = (
    ("con số", "number"),
    ("trạng thái", "state"),
    ("chỉ tiêu, cụm từ", "indicator, phrase"),
    ("giá trị", "value"),
    ("đơn vị", "unit"),
    ("kỳ", "period"),
    ("cấp, cơ quan", "level, agency"),
    ("mức, tình trạng", "bound, status"),
    ("độ tin cậy", "confidence"),
)
DOCUMENTS = """
SELECT DISTINCT ?page ?title ?address ?issued WHERE {
  ?document a cchc:SourceDocument ; dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:source ?address }
  OPTIONAL { ?document dcterms:issued ?issued }
} ORDER BY ?page"""
NUMBERS = """
SELECT DISTINCT ?kind ?statement ?page ?begin ?stop ?indicator ?phrase ?value ?printed ?measure ?unit ?start ?end ?level
  ?agency ?bound ?status ?confidence WHERE {
  ?statement a ?kind FILTER(?kind IN (KINDS))
  ?statement cchc:evidence ?span ; sdmx-measure:obsValue ?value ; cchc:printedValue ?printed ;
    prov:wasDerivedFrom ?document .
  ?document dcterms:identifier ?page .
  ?span nif:beginIndex ?begin ; nif:endIndex ?stop .
  OPTIONAL { ?statement cchc:indicator ?indicator }
  OPTIONAL { ?statement cchc:phrase ?phrase }
  OPTIONAL { ?statement sdmx-attribute:unitMeasure ?measure }
  OPTIONAL { ?statement sdmx-dimension:refArea/rdfs:label ?unit }
  OPTIONAL { ?statement cchc:periodStart ?start }
  OPTIONAL { ?statement cchc:periodEnd ?end }
  OPTIONAL { ?statement cchc:level ?level }
  OPTIONAL { ?statement cchc:agency/rdfs:label ?agency }
  OPTIONAL { ?statement cchc:bound ?bound }
  OPTIONAL { ?statement cchc:status ?status }
  OPTIONAL { ?statement cchc:confidence ?confidence }
} ORDER BY ?page ?statement ?begin""".replace("KINDS", KINDS.replace(" ", ", "))
_DIGITS = re.compile(r"\d+(?:[.,/:-]\d+)*%?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Row = Mapping[str, str]
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a document with its state and the places where it stands."""

    state: str
    told: Row
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A document with its text and numbers; ``name`` is the file it is written to."""

    name: str
    told: Row
    text: str
    numbers: tuple[Number, ...]  # by where they stand first
    ignored: tuple[tuple[int, int], ...]

    def counts(self) -> Counter[str]:
        """Return how many numbers are in each state."""
        return Counter(number.state for number in self.numbers) + Counter(ignored=len(self.ignored))


def review_page(store: Answering, texts: Path, document: str) -> Reviewed:
    """Return the page of an IRI with its text and numbers.

    Raises:
        StoreError: the graph has no such page, or its text cannot be read.

    """
    only, said = (
        f"WHERE {{ VALUES ?document {{ <{document}> }}",
        f"WHERE {{ ?statement prov:wasDerivedFrom <{document}> .",
    )
    told = next(ask(store, DOCUMENTS.replace("WHERE {", only)), None)
    if told is None:
        raise StoreError(f"{document}: no such page in the graph")
    return _review(told, _read(texts, told["page"]), list(ask(store, NUMBERS.replace("WHERE {", said))))


def write_review(store: Answering, texts: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the content of every page: one per document of a build, then the index."""
    found: dict[str, list[Row]] = {}
    for row in ask(store, NUMBERS):
        found.setdefault(row["page"], []).append(row)
    rows = [row for group in found.values() for row in group]
    names = name_concepts(
        store, {r[n] for r in rows for n in ("indicator", "measure", "level", "bound", "status")} - {""}
    )
    documents = []
    for told in ask(store, DOCUMENTS):
        document = _review(told, _read(texts, told["page"]), found.get(told["page"], []))
        documents.append((document.name, told, document.counts()))
        yield document.name, _page(document, names)
    yield INDEX, _index(documents)


def _read(texts: Path, page: str) -> str:
    file = texts / f"{page}.txt"
    try:
        with file.open(encoding="utf-8", newline="") as content:
            return content.read()
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"{file}: cannot be read: {problem}; build again") from problem


def _review(told: Row, text: str, rows: Sequence[Row]) -> Reviewed:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["statement"], []).append(row)
    numbers = [
        Number(CLASSES[local_name(group[0]["kind"])], group[0], tuple(sorted({_span(row) for row in group})))
        for group in groups.values()
    ]
    numbers.sort(key=lambda number: (number.spans, number.told["statement"]))
    taken = [span for number in numbers for span in number.spans]
    digits = (match.span() for match in _DIGITS.finditer(text))
    ignored = tuple(d for d in digits if not any(a < d[1] and d[0] < b for a, b in taken))
    digest = sha256(told["page"].encode()).hexdigest()[:8]
    return Reviewed(f"{slug(told['page'])[:60]}-{digest}.html", told, text, tuple(numbers), ignored)


def _span(row: Row) -> tuple[int, int]:
    return int(row["begin"]), int(row["stop"])


# ---------------------------------------------------------------- HTML

STYLE = """
:root { --page: #ffffff; --ink: #1a1a1a; --quiet: #4d4d4d; --line: #767676; --link: #0b4fa0;
  --accepted: #d5f0dc; --on-accepted: #0b3d1e; --review: #ffe6b3; --on-review: #4a2f00;
  --candidate: #d9e6ff; --on-candidate: #0b2a66; --ignored: #ececec; --on-ignored: #4a4a4a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121212; --ink: #ececec; --quiet: #bdbdbd; --line: #8c8c8c; --link: #8ab8ff;
    --accepted: #12401f; --on-accepted: #c9f2d4; --review: #4d3800; --on-review: #ffe2a1;
    --candidate: #163063; --on-candidate: #d6e4ff; --ignored: #2c2c2c; --on-ignored: #c4c4c4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 0 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
h1 { font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
.quiet { color: var(--quiet); overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; padding: 0; list-style: none; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem 2rem; }
@media (min-width: 64rem) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.number { padding: 0.05em 0.2em; border-radius: 0.2em; color: var(--ink); text-decoration-thickness: 2px; }
.accepted { background: var(--accepted); color: var(--on-accepted); text-decoration-line: underline; }
.review { background: var(--review); color: var(--on-review); text-decoration-line: underline;
  text-decoration-style: dashed; }
.candidate { background: var(--candidate); color: var(--on-candidate); text-decoration-line: underline;
  text-decoration-style: dotted; }
.ignored { background: var(--ignored); color: var(--on-ignored); }
:target { outline: 3px solid var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { min-width: 5rem; }
"""
PAGE = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _html(title: str, body: Iterable[str]) -> str:
    return PAGE.format(title=_safe(title), style=STYLE, body="\n".join(body))


def _safe(text: str) -> str:
    """Return what a document says so that it is shown and nothing else."""
    return escape(_UNPRINTABLE.sub("\ufffd", text))


def _both(vi: str, en: str) -> str:
    return f'{escape(vi)} <span lang="en">· {escape(en)}</span>'


def _called(concept: str, names: Names) -> str:
    """Return what a concept is called in both languages."""
    told = names.get(concept, {})
    name = local_name(concept)
    return _both(told.get("vi", name), told.get("en", name)) if concept else ""


def _legend(counts: Mapping[str, int]) -> str:
    items = (
        f'<li><span class="number {state}">{counts.get(state, 0)}</span> {_both(*names)}</li>'
        for state, names in STATES.items()
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


# ---------------------------------------------------------------- a document


def _page(document: Reviewed, names: Names) -> str:
    told = document.told
    title = told["title"] or told["page"]
    anchors = {span: row for row, number in reversed(list(enumerate(document.numbers))) for span in number.spans}
    marked, places = _marked(document, anchors)
    body = [
        f'<a class="skip" href="#figures">{_both("Đến bảng số liệu", "To the figures")}</a>',
        f'<nav><a href="{INDEX}">{_both("Mọi trang", "All pages")}</a></nav>',
        f"<header><h1>{_safe(title)}</h1>",
        f'<p class="quiet">{" · ".join(_origin(told))}</p>',
        f"{_legend(document.counts())}</header>",
        '<main class="columns">',
        f'<section><h2>{_both("Văn bản", "Text")}</h2><div class="text">{marked}</div></section>',
        f'<section id="figures"><h2>{_both("Số liệu", "Figures")}</h2>{_table(document, names, places)}</section>',
        "</main>",
    ]
    return _html(title, body)


def _origin(told: Row) -> Iterator[str]:
    yield _safe(told["page"])
    if told["issued"]:
        yield _safe(told["issued"][:10])
    if address := web_address(told["address"]):
        yield f'<a href="{_safe(address)}" rel="noreferrer">{_safe(address)}</a>'


def _marked(document: Reviewed, anchors: Mapping[tuple[int, int], int]) -> tuple[str, dict[tuple[int, int], str]]:
    """Return the text with its numbers marked, and the address of each place.

    A place inside another has the other's.
    """
    pieces: list[str] = []
    places: dict[tuple[int, int], str] = {}
    for piece in cut(document.text, {*anchors, *document.ignored}):
        shown = _safe(piece.text)
        if piece.span is None:
            pieces.append(shown)
        elif piece.span in anchors:
            name = f"n{piece.span[0]}"
            places |= dict.fromkeys((piece.span, *piece.inner), name)
            pieces.append(_link(anchors[piece.span], document.numbers[anchors[piece.span]].state, name, shown))
        else:
            pieces.append(f'<span class="number ignored">{shown}</span>')
    return "".join(pieces), places


def _link(row: int, state: str, name: str, shown: str) -> str:
    vi, en = STATES[state]
    return f'<a class="number {state}" id="{name}" href="#r{row}" title="{vi} · {en}">{shown}</a>'


def _table(document: Reviewed, names: Names, places: Mapping[tuple[int, int], str]) -> str:
    if not document.numbers:
        return f"<p>{_both('Trang không có số liệu nào.', 'The page has no figures.')}</p>"
    heads = "".join(f'<th scope="col">{_both(*column)}</th>' for column in COLUMNS)
    rows = "\n".join(
        f'<tr id="r{row}">{"".join(f"<td>{cell}</td>" for cell in _cells(number, names, places))}</tr>'
        for row, number in enumerate(document.numbers)
    )
    label = "Bảng số liệu · Table of figures"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
    )


def _cells(number: Number, names: Names, places: Mapping[tuple[int, int], str]) -> Iterator[str]:
    told = number.told
    yield " ".join(
        f'<a href="#{places[span]}">{_safe(told["printed"])}{f" ({i})" if i > 1 else ""}</a>'
        for i, span in enumerate(number.spans, 1)
    )
    yield f'<span class="number {number.state}">{_both(*STATES[number.state])}</span>'
    yield _called(told["indicator"], names) or f"“{_safe(told['phrase'])}”"
    yield "<br>".join(part for part in (_safe(told["value"]), _called(told["measure"], names)) if part)
    yield _safe(told["unit"])
    yield (
        _safe(" – ".join(day[:10] or "…" for day in (told["start"], told["end"])))
        if told["start"] + told["end"]
        else ""
    )
    yield "<br>".join(part for part in (_called(told["level"], names), _safe(told["agency"])) if part)
    yield "<br>".join(part for part in (_called(told["bound"], names), _called(told["status"], names)) if part)
    yield _safe(told["confidence"])


# ---------------------------------------------------------------- the index


def _index(documents: Sequence[tuple[str, Row, Mapping[str, int]]]) -> str:
    title = "Xem lại số liệu · Review of figures"
    total: Counter[str] = Counter()
    for _, _, counts in documents:
        total.update(counts)
    columns = (("trang", "page"), ("ngày đăng", "published"), *STATES.values())
    heads = "".join(f'<th scope="col">{_both(*column)}</th>' for column in columns)
    rows = "\n".join(_index_row(*document) for document in documents)
    label = "Bảng các trang · Table of pages"
    body = [
        f'<header><h1>Xem lại số liệu <span lang="en">· Review of figures</span></h1>{_legend(total)}</header>',
        f'<main><div class="scroll" tabindex="0" role="region" aria-label="{label}">',
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div></main>",
    ]
    return _html(title, body)


def _index_row(name: str, told: Row, counts: Mapping[str, int]) -> str:
    page = f'<span class="quiet">{_safe(told["page"])}</span>'
    cells = [
        f'<a href="{name}">{_safe(told["title"] or told["page"])}</a><br>{page}',
        _safe(told["issued"][:10]),
        *(str(counts.get(state, 0)) for state in STATES),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
