"""Bytes to documents: decoding, text of HTML pages, and labelled blocks.

Nothing of a page is thrown away. What is page furniture (menus, counters, imprint, related links) is labelled as such:
no figure is read from it, but it may hold the only clue to the locality.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from builder.errors import SourceError
from builder.facts import Block, BlockKind, Document, Source, Span
from builder.lexicon import Hit, Lexicon
from builder.text import Folded, fold

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LETTERS = re.compile(r"[^\W\d_]")
_LINE = re.compile(r"[^\n]+")
_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?((?:19|20)\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_WORDED_DATE = re.compile(r"ngày (\d{1,2}) tháng (\d{1,2}) năm ((?:19|20)\d{2})")
_META_DATE = re.compile(r"^\s*date ((?:19|20)\d{2})-(\d{1,2})(?:-(\d{1,2}))?(?!\d)")
_BODY_WORDS = 14
_LONGEST_DATELINE = 14


def read(source: Source, lexicon: Lexicon) -> Document:
    """Return a page as text with labelled blocks.

    Raises:
        SourceError: the bytes are no readable text; the message says what to do.

    """
    text = decode(source)
    main: frozenset[str] | None = None
    title = source.title
    if source.media == "text/html":
        text, main, found = extract_html(text, source.id)
        title = title or found
    if not text.strip():
        raise SourceError(f"{source.id}: the page holds no text; leave it out or fetch it again")
    folded = fold(text)
    lines = _label_lines(text, folded, lexicon, main)
    blocks = tuple(_join_lines(text, lines))
    headline = max((b.span.of(text).strip() for b in blocks if b.kind == "title"), key=len, default="")
    return Document(
        id=source.id,
        text=text,
        blocks=blocks,
        sha256=hashlib.sha256(source.data).hexdigest(),
        title=" ".join((title or headline).split()),
        url=source.url,
        published=_given_date(source) or find_publication(text, blocks, lexicon),
        publisher=source.publisher,
    )


# ---------------------------------------------------------------- decoding


def decode(source: Source) -> str:
    """Return the text of a page's bytes: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        SourceError: the bytes are binary, or in an encoding that is not declared.

    """
    data = source.data
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if source.media == "text/html" and encoding == "utf-8":
        encoding = _declared_encoding(data)
    if encoding == "utf-8" and b"\x00" in data[:4096]:
        raise SourceError(f"{source.id}: binary data, not a page of text; leave it out of the folder")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as problem:
        raise SourceError(
            f"{source.id}: not readable as {encoding.upper()} ({_describe(problem)}); convert the file to UTF-8"
        ) from problem
    if _looks_legacy(text):
        raise SourceError(f"{source.id}: text in a legacy Vietnamese font encoding (TCVN3 or VNI); convert it to Unicode")
    return text


def _describe(problem: Exception) -> str:
    return f"byte {problem.start}" if isinstance(problem, UnicodeDecodeError) else "unknown encoding"


_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


def _declared_encoding(data: bytes) -> str:
    declared = _CHARSET.search(data[:2048])
    return declared[1].decode("ascii").lower() if declared else "utf-8"


_TCVN3 = re.compile("[¸µ¶·¹¨©ª«¬®]")


def _looks_legacy(text: str) -> bool:
    """Tell whether a text is legacy-font Vietnamese read as Latin-1: many odd signs inside words, no Vietnamese letters."""
    sample = text[:4000]
    odd = len(_TCVN3.findall(sample))
    letters = len(_LETTERS.findall(sample))
    return odd > 20 and odd > letters * 0.04 and not re.search("[ạảấầậắằếềệịọộớờợụứừựđ]", sample.lower())


def looks_vietnamese(text: str) -> bool:
    """Tell whether a page is in Vietnamese with its marks."""
    sample = unicodedata.normalize("NFC", text[:8000].lower())
    letters = len(_LETTERS.findall(sample)) or 1
    marked = len(re.findall("[ăâđêôơưạảấầẩậắằặếềểệỉịọỏốồổộớờởợụủứừửựỳỷỹ]", sample))
    return marked / letters > 0.06


# ---------------------------------------------------------------- HTML

_BLOCK_TAGS = frozenset(
    "address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})


def extract_html(markup: str, name: str) -> tuple[str, frozenset[str], str]:
    """Return all visible text of an HTML page, the lines that belong to its article, and its title."""
    import trafilatura
    from lxml import etree, html

    try:
        tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup))
    except (etree.ParserError, ValueError) as problem:
        raise SourceError(f"{name}: not readable as HTML: {problem}; save the page again") from problem
    pieces: list[str] = []
    _collect_text(tree, pieces)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    text = "\n".join(line for line in lines if line)
    article = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True) or ""
    main = frozenset(_line_key(line) for line in article.split("\n") if line.strip())
    return text, main, " ".join((tree.findtext(".//title") or "").split())


def _collect_text(tree: object, pieces: list[str]) -> None:
    """Append the text of an element and all below it, with line breaks around blocks; without recursion."""
    stack: list[tuple[object, bool]] = [(tree, False)]
    while stack:
        element, closing = stack.pop()
        tag = getattr(element, "tag", None)
        block = tag in _BLOCK_TAGS
        if closing:
            pieces.append(("\n" if block else "") + (getattr(element, "tail", None) or ""))
            continue
        stack.append((element, True))
        if not isinstance(tag, str) or tag in _SILENT_TAGS:
            continue
        pieces.append(("\n" if block else "") + (getattr(element, "text", None) or ""))
        stack.extend((child, False) for child in reversed(list(element)))  # type: ignore[call-overload]


def _line_key(line: str) -> str:
    return re.sub(r"\W+", "", line).lower()


# ---------------------------------------------------------------- blocks


class _Line:
    """A line of a page with what labelling needs to know of it."""

    __slots__ = ("end", "hits", "kind", "start", "text", "words")

    def __init__(self, start: int, end: int, text: str, hits: list[Hit]) -> None:
        self.start, self.end, self.text, self.hits = start, end, text, hits
        self.words = len(text.split())
        self.kind: BlockKind = "body"

    def tells(self, concept: str) -> bool:
        """Tell whether the line holds a furniture wording of a sort."""
        return any(h.concept == concept for h in self.hits)


def _label_lines(text: str, folded: Folded, lexicon: Lexicon, main: frozenset[str] | None) -> list[_Line]:
    hits = [h for h in lexicon.find(folded.text) if h.dimension == "furniture"]
    lines = []
    for match in _LINE.finditer(text):
        if not match.group().strip():
            continue
        a, b = folded.position(match.start()), folded.position(match.end())
        lines.append(_Line(match.start(), match.end(), match.group().strip(), [h for h in hits if a <= h.start < b]))
    for line in lines:
        line.kind = _label_alone(line, main)
    _label_title(lines)
    _label_related(lines)
    _label_ends(lines)
    return lines


def _label_alone(line: _Line, main: frozenset[str] | None) -> BlockKind:
    """Label a line by what it says itself."""
    dated = _DATE.search(line.text) or _WORDED_DATE.search(line.text.lower())
    if dated and line.words <= _LONGEST_DATELINE and not line.tells("imprint") and not line.text.endswith((".", ";")):
        return "dateline"
    if line.tells("imprint") and (line.words <= 40 or line.text.count(":") > 1) and not _reads_on(line):
        return "furniture"
    if main is not None and _line_key(line.text) not in main and line.words < _BODY_WORDS:
        return "furniture"
    if line.tells("picture") and line.words <= 45 and re.search(r"(?i)ảnh\s*:|^\s*ảnh |\bảnh minh h|\bảnh\)?\.?$", line.text):
        return "caption"
    if (line.tells("page-tool") or line.tells("related")) and line.words <= 12 and not line.text.endswith("."):
        return "furniture"
    return "body"


def _reads_on(line: _Line) -> bool:
    """Tell whether a line is running prose, whatever words it holds."""
    return line.words > 25 and line.text.endswith((".", ";", "!", "…", "”"))


def _label_title(lines: list[_Line]) -> None:
    """Label the headline lines: those of some length that stand before the first prose and end without a full stop."""
    first_prose = next((i for i, x in enumerate(lines) if x.kind == "body" and x.words >= _BODY_WORDS), len(lines))
    for index, line in enumerate(lines[:25]):
        if line.kind == "body" and 4 <= line.words <= 45 and not line.text.endswith((".", ";", ",")):
            following = [x for x in lines[index + 1 : index + 12] if x.kind in ("body", "dateline")]
            if not any(x.words >= _BODY_WORDS for x in following) and len(lines) >= 4:
                return
            line.kind = "title"
            for other in lines[index + 1 :]:
                if other.text == line.text:
                    other.kind = "title"
            if index >= first_prose:
                return
        elif line.kind == "body" and line.words >= _BODY_WORDS:
            return


def _label_related(lines: list[_Line]) -> None:
    """Label the short lines behind "tin liên quan" as furniture, up to the next line of prose."""
    inside = False
    for line in lines:
        if line.tells("related") and line.words <= 8:
            inside = True
            line.kind = "furniture"
        elif inside and (line.words > 30 or line.text.endswith(".")) and line.kind == "body":
            inside = False
        elif inside and line.kind == "body":
            line.kind = "furniture"


def _label_ends(lines: list[_Line]) -> None:
    """Label short lines before the headline and behind the last prose: furniture or signature."""
    first = next((i for i, x in enumerate(lines) if x.kind == "title" or _is_prose(x)), len(lines))
    prose = [i for i, x in enumerate(lines) if _is_prose(x) or _is_item(x)]
    last = prose[-1] if prose else -1
    for index, line in enumerate(lines):
        if line.kind != "body" or _is_prose(line) or _is_item(line):
            continue
        if index < first:
            line.kind = "furniture"
        elif index > last >= 0:
            line.kind = "signature" if line.words <= 10 and index <= last + 3 else "furniture"


def _is_prose(line: _Line) -> bool:
    return line.kind == "body" and (line.words >= _BODY_WORDS or (line.words >= 6 and line.text.endswith((".", ";", ":"))))


def _is_item(line: _Line) -> bool:
    """Tell whether a line is a list item or a row of a table: a dash or number in front, or words beside figures."""
    return line.kind == "body" and bool(re.match(r"[-+•*–]\s|\d+[.)]\s", line.text) or re.search(r"\d ?%", line.text))


def _join_lines(text: str, lines: Sequence[_Line]) -> Iterator[Block]:
    """Turn lines into blocks; a line that breaks off in mid-sentence goes on in the next."""
    pending: Block | None = None
    for line in lines:
        block = Block(line.kind, Span(line.start, line.end))
        if pending is not None and _goes_on(text, pending, block):
            pending = replace(pending, span=Span(pending.span.start, block.span.end))
            continue
        if pending is not None:
            yield pending
        pending = block
    if pending is not None:
        yield pending


def _goes_on(text: str, first: Block, second: Block) -> bool:
    if first.kind != "body" or second.kind != "body" or text[first.span.end : second.span.start].count("\n") > 1:
        return False
    before, behind = first.span.of(text).rstrip(), second.span.of(text).lstrip()
    return bool(before and behind) and before[-1] not in ".:;!?…”\"" and behind[0].islower()


# ---------------------------------------------------------------- dates


def _given_date(source: Source) -> date | None:
    return _iso(source.published[:10]) if source.published else None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def find_publication(text: str, blocks: Sequence[Block], lexicon: Lexicon) -> date | None:
    """Return the publication date a page shows: in its dateline, not a clock in its banner."""
    if meta := _META_DATE.match(text):
        return _day(meta[1], meta[2], meta[3]) if meta[3] else None
    kinds = [b.kind for b in blocks]
    first_prose = next((i for i, b in enumerate(blocks) if b.kind == "body"), len(blocks))
    titles = [i for i, kind in enumerate(kinds[: first_prose + 1]) if kind == "title"]
    title = titles[-1] if titles else None
    datelines = [(i, b.span.of(text)) for i, b in enumerate(blocks) if b.kind == "dateline"]
    named = [line for _, line in datelines if any(h.concept == "dateline" for h in lexicon.find(fold(line).text))]
    behind = [line for i, line in datelines if title is not None and i > title]
    right_before = [line for i, line in datelines if titles and titles[0] - 1 <= i < titles[-1]]
    for line in (*named, *behind, *right_before, *([x for _, x in datelines] if title is None else [])):
        if (day := _first_date(line)) is not None:
            return day
    return None


def _first_date(line: str) -> date | None:
    if found := _DATE.search(line):
        return _day(found[3], found[2], found[1])
    if found := _WORDED_DATE.search(line.lower()):
        return _day(found[3], found[2], found[1])
    return _day(*found.groups()) if (found := _ISO_DATE.search(line)) else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
