"""Lines of a page, labelled: headline, dateline, prose, table, caption, signature, furniture."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from builder.facts import Block, BlockKind, Span
from builder.lexicon import Hit, Lexicon
from builder.reader.content import Content, line_key
from builder.reader.dates import has_date
from builder.reader.tables import Row, find_tables
from builder.text import Folded

_LINE = re.compile(r"[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_IMPRINT = 150  # words
_BODY_WORDS = 14
_LONGEST_DATELINE = 14
_SENTENCE_WORDS = 25
_FEWEST_WORDS = 7
_OPENING = 3  # a mark such as "- " may stand before what opens a line
_COUNTED = re.compile(r"\(?\d[\d.,/]*\s?%?[;,).]*(?:\s+[(a-zà-ỹđ]|$)")  # a number in mid-sentence
_WIDEST, _FULL, _FEWEST_FULL = 140, 0.85, 8  # a page broken into lines: characters, share of the width, lines
_WRAPPED_WORDS = 6  # of a line at least that breaks off before a number
_YEAR_HEAD = re.compile(r"(?:19|20)\d\d\)?:$")  # "Năm 2017:"
_SECTION = re.compile(r"[IVX]{1,5}[.)/]\s")
_ITEM = re.compile(r"[-+•*–]\s|\d+[.)]\s|\d{1,2}(?:\.\d{1,2}){1,3}[.)]\s|\d{1,2}(?:[-/]\s?|\.-?)(?=[^\W\d])")
_LETTERED = re.compile(r"[a-zđ]\s?[.)/]\s")
_COUNT = r"\d[\d.,/]* ?(?:%|(?:[^\s\d]+ ?){0,3}?)"
_DAY = re.compile(r"\d\d?[/.-]\d\d?")
_HEADLINE_WORDS = 9  # of a line that tells from when to when besides
_STATED = re.compile(r"(?<![\d.,/-])(?!(?:19|20)\d\d(?![\d.,]))(?!(?:\d\d?[/-]){1,2}(?:19|20)\d\d)\d")
_LABELLED = re.compile(rf"[^\W\d][^:\d]{{3,80}}(?:: ?{_COUNT}[.;,]?| {_COUNT}[.;])$")  # "Hồ sơ quá hạn: 0 hồ sơ"
_MEASURING = frozenset({"stage", "timing", "channel", "index", "opinion", "degree", "topic", "object", "indicator"})
_HEADING_LINES = 2  # "Thăm dò ý kiến", and its question
_MODIFYING = frozenset({"rank", "score"})
_PERCENT = re.compile(r"\d ?%")
_MENU = re.compile(r"\s[|»›>]\s")
_MENU_WORDS = 6  # of each of its entries
_HEAD = 40  # lines among which the name of an official document stands
_NAME_LINES = 5
_NAME_WORDS = 5  # of a unit that a list is about
_TITLE_LINES = 25
_LONGEST_LABEL = 24  # characters of "Các tin khác:"


def find_blocks(content: Content, folded: Folded, lexicon: Lexicon) -> tuple[Block, ...]:
    """Return the labelled blocks of a page."""
    return tuple(_join_lines(content.text, _label_lines(content, folded, lexicon)))


class _Line:
    """A line of a page with what labelling needs to know of it."""

    __slots__ = ("end", "hits", "kind", "listed", "opens", "row", "start", "states", "text", "words")

    def __init__(self, start: int, end: int, text: str, hits: list[Hit], *, opens: bool) -> None:
        self.start, self.end, self.text, self.hits = start, end, text, hits
        self.opens = opens  # a furniture wording opens the line
        self.words = len(text.split())
        self.row: Row | None = None  # of a table
        self.states = False  # it is a label of something measured with its figure
        self.listed = False  # it tells a figure in a few words, as the line before or behind it does
        self.kind: BlockKind = "body"

    def tells(self, concept: str) -> bool:
        """Tell whether the line holds a furniture wording of a sort."""
        return any(h.concept == concept for h in self.hits)


def _label_lines(content: Content, folded: Folded, lexicon: Lexicon) -> list[_Line]:
    found = lexicon.find(folded.text)
    hits = [h for h in found if h.dimension == "furniture"]
    starts = [h.start for h in hits]
    lines = []
    for match in _LINE.finditer(content.text):
        if not match.group().strip():
            continue
        first = bisect_left(starts, folded.position(match.start()))
        last = bisect_left(starts, folded.position(match.end()))
        inside = hits[first:last]
        opens = bool(inside) and inside[0].start <= folded.position(match.start()) + _OPENING
        lines.append(_Line(match.start(), match.end(), match.group().strip(), inside, opens=opens))
    for line in lines:
        aside = line.start >= len(content.text) - len(content.margin)
        line.kind = "furniture" if aside else _label_alone(line, lexicon, content.article)
    measuring = [h for h in found if _measures(h)]
    _keep_headlines(folded, lines, measuring)
    _find_rows(content.text, folded, lines, lexicon, measuring)
    _label_title(lines, _label_document_name(folded, lines, lexicon))
    _label_related(lines)
    _label_ends(lines)
    lead = next((x for x in lines if x.kind == "body" and x.row is None and x.words >= _BODY_WORDS), None)
    if lead is not None:
        lead.kind = "lead"
    return lines


def _measures(hit: Hit) -> bool:
    return hit.dimension in _MEASURING or hit.concept in _MODIFYING


def _keep_headlines(folded: Folded, lines: Sequence[_Line], measuring: Sequence[Hit]) -> None:
    """Label no line a dateline that says what is told from one day to another: "Kết quả … hồ sơ từ 1/1 đến 30/6"."""
    starts = [h.start for h in measuring if h.dimension == "object"]
    for line in lines:
        if line.kind == "dateline" and line.words >= _HEADLINE_WORDS and len(_DAY.findall(line.text)) > 1:
            first = bisect_left(starts, folded.position(line.start))
            if first < len(starts) and starts[first] < folded.position(line.end):
                line.kind = "body"


def _find_rows(text: str, folded: Folded, lines: Sequence[_Line], lexicon: Lexicon, measuring: list[Hit]) -> None:
    """Mark the lines of tables and labels with a figure; right below a tool of the page stands no table."""
    starts = [h.start for h in measuring]

    def tells(span: Span) -> bool:
        first = bisect_left(starts, folded.position(span.start))
        return first < len(starts) and starts[first] < folded.position(span.end)

    for line in lines:
        line.states = _LABELLED.match(line.text) is not None and tells(Span(line.start, line.end))
    telling = [x.states or (_is_brief_figure(x) and tells(Span(x.start, x.end))) for x in lines]
    for index in range(1, len(lines)):
        if telling[index - 1] and telling[index]:
            lines[index - 1].listed = lines[index].listed = True
    free = [line.kind == "body" for line in lines]
    for table in find_tables(text, lines, free, lexicon, tells):
        above = _below_prose(lines[max(0, table[0].first - _HEADING_LINES) : table[0].first])
        if any(line.kind == "furniture" and (line.tells("page-tool") or line.tells("related")) for line in above):
            continue
        for row in table:
            for line in lines[row.first : row.last + 1]:
                line.row = row


def _below_prose(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Return the last of some lines, up to the prose above them."""
    prose = [i for i, line in enumerate(lines) if line.kind == "body" and line.words >= _BODY_WORDS]
    return lines[prose[-1] + 1 :] if prose else lines


def _is_brief_figure(line: _Line) -> bool:
    """Tell whether a line of a few words holds a number that is no year and no date: "Huyện Cư Jút đạt 80 điểm"."""
    return line.kind == "body" and line.words < _BODY_WORDS and _STATED.search(line.text) is not None


def _label_alone(line: _Line, lexicon: Lexicon, main: frozenset[str] | None) -> BlockKind:
    """Label a line by what it says itself."""
    dated = line.words <= _LONGEST_DATELINE and has_date(line.text, lexicon)
    if (
        dated
        and not _SECTION.match(line.text)
        and not line.tells("imprint")
        and not line.text.endswith((".", ";", ":"))
    ):
        return "dateline"
    brief = line.words <= 40 or (line.words <= _LONGEST_IMPRINT and line.text.count(":") > 1)
    if line.tells("imprint") and brief and not _reads_on(line):
        return "furniture"
    if main is not None and line_key(line.text) not in main and line.words < _BODY_WORDS:
        return "furniture"
    if line.tells("picture") and line.words <= 45 and lexicon.grammar["picture-credit"].search(line.text):
        return "caption"
    if line.opens and line.tells("related") and ":" in line.text[:_LONGEST_LABEL]:
        return "furniture"  # "Các tin khác: …"
    if (line.tells("page-tool") or line.tells("related")) and line.words <= 12 and not line.text.endswith("."):
        return "furniture"
    above = line.tells("letterhead") or (line.opens and line.tells("banner"))
    if above and line.words <= _SENTENCE_WORDS and not line.text.endswith((".", ";")):
        return "furniture"
    return "body"


def _reads_on(line: _Line) -> bool:
    """Tell whether a line is running prose, whatever words it holds: a sentence that no "Địa chỉ:" opens."""
    if not line.text.endswith((".", ";", "!", "…", "”")):
        return False
    return line.words > _SENTENCE_WORDS or (line.words >= _FEWEST_WORDS and ":" not in line.text and not line.opens)


def _label_document_name(folded: Folded, lines: Sequence[_Line], lexicon: Lexicon) -> int:
    """Label the name of an official document, below a line such as "BÁO CÁO" (Decree 30/2020/NĐ-CP, annex I).

    Returns the index of that line, else how many lines at the head of a page may hold a headline.
    """

    def folded_text(line: _Line) -> str:
        return folded.text[folded.position(line.start) : folded.position(line.end)].strip()

    kind, below_name = lexicon.grammar["document-kind"], lexicon.grammar["below-document-name"]
    for index, line in enumerate(lines[:_HEAD]):
        if line.kind == "body" and line.text.isupper() and kind.fullmatch(folded_text(line)):
            for below in lines[index + 1 : index + 1 + _NAME_LINES]:
                if below.kind != "body" or below.row is not None or below_name.match(folded_text(below)):
                    break
                if below.text.endswith((".", ";", ":")):
                    break
                below.kind = "title"
            return index
    return _TITLE_LINES


def _label_title(lines: list[_Line], end: int) -> None:
    """Label the headline lines: those of some length that stand before the first prose and end without a full stop."""
    for line in lines[:_HEAD]:
        if line.kind == "body" and line.row is None and _is_menu(line):
            line.kind = "furniture"
    first_prose = next((i for i, x in enumerate(lines) if x.kind == "body" and x.words >= _BODY_WORDS), len(lines))
    for index, line in enumerate(lines[:end]):
        if (
            line.kind == "body"
            and line.row is None
            and not line.listed
            and 4 <= line.words <= 45
            and not (_ITEM.match(line.text) or _SECTION.match(line.text))
            and not line.text.endswith((".", ";", ",", ":"))
            and not _is_broken(lines, index)
        ):
            following = [x for x in lines[index + 1 : index + 12] if x.kind in ("body", "dateline")]
            if not any(x.words >= _BODY_WORDS or _is_item(x) for x in following) and len(lines) >= 4:
                return
            if _is_repeated_caption(lines, index) or _heads_list(lines, index):
                continue
            line.kind = "title"
            for other in lines[index + 1 :]:
                if other.text == line.text:
                    other.kind = "title"
            if index >= first_prose:
                return
        elif line.kind == "body" and line.words >= _BODY_WORDS:
            return


def _heads_list(lines: Sequence[_Line], index: int) -> bool:
    """Tell whether a few words below the headline head a list of figures: "Thị xã Hương Thủy"."""
    below = lines[index + 1 : index + 2]
    headed = any(line.kind == "title" for line in lines[:index])
    return headed and lines[index].words <= _NAME_WORDS and any(line.listed for line in below)


def _is_broken(lines: Sequence[_Line], index: int) -> bool:
    """Tell whether a line begins or breaks off in the middle of a sentence, on a page that has lost its headline."""
    line = lines[index]
    goes_on = index + 1 < len(lines) and lines[index + 1].words >= _BODY_WORDS and lines[index + 1].text[0].islower()
    return line.text[0].islower() or goes_on or line.text.count("(") > line.text.count(")")


def _is_menu(line: _Line) -> bool:
    """Tell whether a line holds the entries of a menu or the path to a page: "Trang chủ | Giới thiệu | Tin tức"."""
    entries = _MENU.split(line.text)
    several = len(entries) > 3 or "»" in line.text or "›" in line.text
    return len(entries) > 1 and several and all(len(entry.split()) <= _MENU_WORDS for entry in entries)


def _is_repeated_caption(lines: Sequence[_Line], index: int) -> bool:
    """Label a line below the headline that stands there twice, as picture text and as caption."""
    line = lines[index]
    twice = [other for other in lines[index : index + 2] if other.text == line.text]
    if len(twice) < 2 or not any(other.kind == "title" for other in lines[:index]):
        return False
    for other in twice:
        other.kind = "caption"
    return True


def _label_related(lines: list[_Line]) -> None:
    """Label the short lines behind "tin liên quan" as furniture, up to the next line of prose."""
    inside = False
    for line in lines:
        if line.tells("related") and line.words <= 8:
            inside = True
            line.kind = "furniture"
        elif inside and (line.words > 30 or line.text.endswith(".")) and line.kind == "body":
            inside = False
        elif inside and (line.kind == "body" or (line.kind == "dateline" and not line.tells("dateline"))):
            line.kind = "furniture"  # also "Lịch tiếp công dân (09/5/2025)"


def _label_ends(lines: list[_Line]) -> None:
    """Label short lines before the headline and behind the last prose: furniture or signature."""
    first = next((i for i, x in enumerate(lines) if x.kind == "title" or _is_prose(x)), len(lines))
    prose = [i for i, x in enumerate(lines) if _is_prose(x) or _is_item(x)]
    last = prose[-1] if prose else -1
    for index, line in enumerate(lines):
        headed = _SECTION.match(line.text) is not None
        if line.kind != "body" or _is_prose(line) or (_is_item(line) and not headed):
            continue
        if _is_heading(lines, index, last):
            line.kind = "heading"
        elif _is_item(line):
            continue
        elif index < first and not line.text[0].islower():
            line.kind = "furniture"
        elif index > last >= 0 and not line.text[0].islower():
            line.kind = "signature" if line.words <= 10 and index <= last + 3 else "furniture"


def _is_heading(lines: Sequence[_Line], index: int, last: int) -> bool:
    """Tell whether a short line inside the text heads the prose right behind it."""
    line = lines[index]
    inside = index < last and 3 <= line.words < _BODY_WORDS and line.text[:1].isupper()
    below = lines[index + 1] if inside else line
    return inside and line.text[-1] not in ".,;:" and below.words >= _BODY_WORDS and not below.text[0].islower()


def _is_prose(line: _Line) -> bool:
    closed = line.words >= 6 and line.text.endswith((".", ";", ":"))
    return line.kind in ("body", "lead") and (line.words >= _BODY_WORDS or closed)


def _is_item(line: _Line) -> bool:
    """Tell whether a line is a list item or a row of a table: a dash or number in front, or words beside figures."""
    if line.kind != "body":
        return False
    if line.row is not None or line.states or line.listed:
        return True
    marked = _ITEM.match(line.text) or _SECTION.match(line.text)
    return bool(marked or _YEAR_HEAD.search(line.text) or _PERCENT.search(line.text))


def _join_lines(text: str, lines: Sequence[_Line]) -> Iterator[Block]:
    """Turn lines into blocks; a line that breaks off in mid-sentence goes on in the next."""
    begin, width = 0, _width(lines)
    for index, line in enumerate(lines):
        if index + 1 < len(lines) and _goes_on(text, line, lines[index + 1], width):
            continue
        yield _block(lines[begin], line)
        begin = index + 1


def _block(first: _Line, last: _Line) -> Block:
    span = Span(first.start, last.end)
    if first.row is None or first.kind != "body":
        return Block(first.kind, span)
    return Block(first.row.kind, span, first.row.cells)


def _width(lines: Sequence[_Line]) -> int:
    """Return the width at which the prose of a page was broken into lines, 0 where it was not."""
    prose = [len(line.text) for line in lines if line.kind in ("body", "lead") and line.row is None]
    width = max(prose, default=0)
    full = sum(length >= _FULL * width for length in prose)
    return width if width <= _WIDEST and full >= max(_FEWEST_FULL, len(prose) / 2) else 0


def _goes_on(text: str, first: _Line, second: _Line, width: int) -> bool:
    if first.row is not None or second.row is not None:
        return first.row is second.row
    if first.kind not in ("body", "lead") or second.kind != "body":
        return False
    if len(_LINE_END.findall(text, first.end, second.start)) > 1:
        return False
    if width and not _ITEM.match(second.text) and len(first.text) + 1 + len(second.text.split()[0]) > width:
        return True  # the next word did not fit
    if first.text[-1] in '.:;!?…”"':
        return False
    counted = _COUNTED.match(second.text) is not None and not _ITEM.match(second.text)
    lettered = _LETTERED.match(second.text) is not None
    return (second.text[0].islower() and not lettered) or (counted and first.words >= _WRAPPED_WORDS)
