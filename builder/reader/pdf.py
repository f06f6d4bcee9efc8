"""PDF: what is drawn on each sheet, character by character, and the lines that rule its tables.

Only text that is there as text is read; a scanned sheet is a picture and is told as a gap. Dates in a PDF are those of
the file, not of a publication, and are left aside. What belongs together on a sheet is decided in ``layout``.
"""

import io
import logging
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.errors import SourceError
from builder.facts import Source
from builder.reader.content import LONGEST, Content, line_key, needs_extra
from builder.reader.layout import Piece, Rule, Sheet, lay_out

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader
    from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]

_PLAIN: Matrix = (1, 0, 0, 1, 0, 0)
_MOST_SHEETS = 1_000
_MOST_STEPS = 1_500_000  # drawing operations of a document; a report of 100 sheets has about 300,000
_DEEPEST = 8  # forms inside forms
_THIN = 3  # points; a filled rectangle as thin is a line
_LARGEST_STREAM = 50_000_000  # bytes, unpacked
_DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError, RecursionError),
    *(TypeError, ValueError, zlib.error),
)


def read_pdf(source: Source) -> Content:
    """Return the text of a PDF.

    Raises:
        SourceError: it is damaged, protected, too long, or has no text.

    """
    try:
        import pypdf
    except ModuleNotFoundError as problem:
        raise needs_extra(source.id, "PDF files") from problem
    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # what it says of a broken file is not for the user
    with pypdf.apply_configuration(
        zlib_maximum_output_length=_LARGEST_STREAM,
        lzw_maximum_output_length=_LARGEST_STREAM,
        run_length_maximum_output_length=_LARGEST_STREAM,
        array_based_stream_maximum_output_length=_LARGEST_STREAM,
        stream_parsing_work_maximum_count=_MOST_STEPS // 2,
    ):
        reader = _open(source)
        sheets, pictures, damaged = _read_sheets(source, reader)
        title = _title(reader)
    if not any(sheet.pieces for sheet in sheets):
        raise _without_text(source, len(damaged))
    body, margin = lay_out(sheets)
    shown = any(line_key(title) == line_key(line) for line in body) if title else False
    gaps = (*_gap("show pictures without text", pictures), *_gap("are damaged", damaged))
    return Content("\n".join(body), title=title if shown else "", margin="\n".join(margin), gaps=gaps)


def _open(source: Source) -> "PdfReader":
    """Open a PDF; one that is merely protected against changes opens without a password."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(source.data))
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except DependencyError:
        locked, count = True, 0
    except (PyPdfError, *_DAMAGED) as problem:
        raise SourceError(f"{source.id}: no PDF, or a damaged one; save it again") from problem
    if locked:
        raise SourceError(f"{source.id}: the PDF is encrypted; save it without protection")
    if count > _MOST_SHEETS:
        much = f"{count:,} sheets, more than the {_MOST_SHEETS:,} of the longest PDF that is read"
        raise SourceError(f"{source.id}: {much}; split it or leave it out")
    return reader


def _read_sheets(source: Source, reader: "PdfReader") -> tuple[list[Sheet], list[int], list[int]]:
    """Return the sheets of a PDF, the numbers of those that are pictures only, and of those that are damaged."""
    from pypdf.errors import PyPdfError

    sheets: list[Sheet] = []
    pictures, damaged = [], []
    budget = _Budget(source.id)
    for number, page in enumerate(reader.pages, 1):
        try:
            sheet = _Painter(page, budget).sheet()
            if not sheet.pieces and _has_picture(page):
                pictures.append(number)
            sheets.append(sheet)
        except (PyPdfError, *_DAMAGED):
            damaged.append(number)
    return sheets, pictures, damaged


def _without_text(source: Source, damaged: int) -> SourceError:
    if damaged:
        return SourceError(f"{source.id}: none of its sheets can be read; save the PDF again")
    remedy = "recognise the text (OCR) and give that, or leave it out"
    return SourceError(f"{source.id}: a PDF of pictures, without a text layer; {remedy}")


def _gap(what: str, numbers: Sequence[int]) -> Iterator[str]:
    if numbers:
        yield f"sheets {', '.join(map(str, numbers))} of the PDF {what}; recognise their text (OCR) or save it again"


def _has_picture(page: "PageObject") -> bool:
    forms = _look_up(page.get("/Resources"), "/XObject") or {}
    return any(_look_up(form, "/Subtype") == "/Image" for form in forms.values())


def _title(reader: "PdfReader") -> str:
    """Return the title told in the file; many carry that of a template or program."""
    try:
        told = reader.metadata.title if reader.metadata else ""
        return " ".join(told.split()) if isinstance(told, str) else ""
    except _DAMAGED:
        return ""


# ---------------------------------------------------------------- drawing


@dataclass
class _Budget:
    """How much of a document's drawing is still looked at."""

    name: str
    steps: int = _MOST_STEPS
    characters: int = LONGEST

    def spend(self, steps: int, characters: int = 0) -> None:
        """Count work done.

        Raises:
            SourceError: it is more than any document needs.

        """
        self.steps -= steps
        self.characters -= characters
        if min(self.steps, self.characters) < 0:
            much = "more drawing than in the longest PDF that is read"
            if self.characters < 0:
                much = f"more than the {LONGEST:,} characters of the longest page that is read"
            raise SourceError(f"{self.name}: {much}; split it into pages or leave it out")


@dataclass(frozen=True)
class _State:
    """How text is drawn: a PDF keeps and restores it as a whole."""

    matrix: Matrix
    font: "Font | None" = None
    size: float = 0
    character: float = 0  # space behind every character
    word: float = 0  # space behind every space
    scale: float = 1
    leading: float = 0
    rise: float = 0


@dataclass
class _Painter:
    """Follows the drawing operations of a sheet."""

    page: "PageObject"
    budget: _Budget
    pieces: list[Piece] = field(default_factory=list)
    aside: list[Piece] = field(default_factory=list)  # turned text
    rules: list[Rule] = field(default_factory=list)
    path: list[Rule] = field(default_factory=list)
    fonts: dict[int, "Font"] = field(default_factory=dict)
    line: Matrix = _PLAIN
    at: Matrix = _PLAIN
    point: tuple[float, float] = (0, 0)

    def sheet(self) -> Sheet:
        """Return what stands on the sheet, seen upright."""
        box = self.page.cropbox
        width, height = float(box.width), float(box.height)
        origin: Matrix = (1, 0, 0, 1, -float(box.left), -float(box.bottom))
        turn = self.page.rotation % 360
        base = _multiply(origin, _TURNS[turn](width, height) if turn in _TURNS else _PLAIN)
        if turn in (90, 270):
            width, height = height, width
        contents = _look_up(self.page, "/Contents")
        if contents is not None:
            self.draw(contents, self.page.get("/Resources"), _State(base), 0)
        seen = [p for p in self.pieces if 0 <= p.left <= width and 0 <= p.base <= height]
        return Sheet(width, height, tuple(seen), tuple(self.rules), tuple(p.text for p in self.aside))

    def draw(self, contents: Any, resources: Any, state: _State, depth: int) -> None:
        """Follow the operations of a sheet or form."""
        from pypdf.generic import ContentStream

        operations = ContentStream(contents, self.page.pdf, "bytes").operations
        self.budget.spend(len(operations))
        kept: list[_State] = []
        for given, operator in operations:
            name = operator.decode("latin-1")
            if name == "q":
                kept.append(state)
            elif name == "Q":
                state = kept.pop() if kept else state
            elif name == "cm":
                state = replace(state, matrix=_multiply(_matrix(given), state.matrix))
            elif name == "Do":
                self._draw_form(given, resources, state, depth)
            elif name in _STATES:
                state = _STATES[name](state, _number(given, 0))
            elif name == "Tf":
                state = replace(state, font=self._font(resources, given), size=_number(given, 1))
            elif name in _TEXT:
                state = self._text(name, given, state)
            else:
                self._path(name, given, state)

    def _draw_form(self, given: Sequence[Any], resources: Any, state: _State, depth: int) -> None:
        form = _look_up(_look_up(resources, "/XObject"), given[0]) if given else None
        if form is None or _look_up(form, "/Subtype") != "/Form" or depth >= _DEEPEST:
            return
        matrix = _multiply(_matrix(_look_up(form, "/Matrix") or _PLAIN), state.matrix)
        self.draw(form, _look_up(form, "/Resources") or resources, replace(state, matrix=matrix), depth + 1)

    def _font(self, resources: Any, given: Sequence[Any]) -> "Font | None":
        from pypdf.generic._font import Font

        found = _look_up(_look_up(resources, "/Font"), given[0]) if given else None
        if found is None:
            return None
        if id(found) not in self.fonts:
            self.fonts[id(found)] = Font.from_font_resource(found)
        return self.fonts[id(found)]

    # ------------------------------------------------------------ text

    def _text(self, name: str, given: Sequence[Any], state: _State) -> _State:
        """Follow an operation of text: where the next line stands, or what is shown there."""
        if name == "BT":
            self.line = self.at = _PLAIN
        elif name in ("Td", "TD"):
            if name == "TD":
                state = replace(state, leading=-_number(given, 1))
            self._move(_number(given, 0), _number(given, 1))
        elif name == "Tm":
            self.line = self.at = _matrix(given)
        elif name == "T*":
            self._move(0, -state.leading)
        elif name == "TJ":
            self._show_all(given[0] if given else (), state)
        else:
            if name == '"':
                state = replace(state, word=_number(given, 0), character=_number(given, 1))
            if name != "Tj":
                self._move(0, -state.leading)
            self._show(given[-1] if given else b"", state)
        return state

    def _move(self, right: float, up: float) -> None:
        self.line = self.at = _multiply((1, 0, 0, 1, right, up), self.line)

    def _show_all(self, items: Any, state: _State) -> None:
        for item in items if isinstance(items, list) else ():
            if isinstance(item, int | float):
                self._advance(-float(item) / 1000 * state.size * state.scale)
            else:
                self._show(item, state)

    def _show(self, shown: Any, state: _State) -> None:
        """Note what is written where, and move on behind it."""
        if state.font is None or not isinstance(shown, bytes | str):
            return
        codes, text = _decode(shown, state.font)
        self.budget.spend(1, len(text))
        width = sum(map(_widths(state.font), codes)) / 1000 * state.size
        width += len(codes) * state.character + codes.count(state.font.space_char) * state.word
        begin = _multiply((state.size, 0, 0, state.size, 0, state.rise), _multiply(self.at, state.matrix))
        self._advance(width * state.scale)
        end = _multiply(self.at, state.matrix)
        if text.strip():
            self._note(text, begin, end)

    def _note(self, text: str, begin: Matrix, end: Matrix) -> None:
        size = math.hypot(begin[2], begin[3])
        piece = Piece(min(begin[4], end[4]), max(begin[4], end[4]), begin[5], size, text)
        upright = begin[0] > 0 and abs(begin[1]) < abs(begin[0]) / 2
        (self.pieces if upright else self.aside).append(piece)

    def _advance(self, right: float) -> None:
        self.at = _multiply((1, 0, 0, 1, right, 0), self.at)

    # ------------------------------------------------------------ lines

    def _path(self, name: str, given: Sequence[Any], state: _State) -> None:
        """Note straight lines that are drawn; a path that only clips is none."""
        if name == "re":
            self._rectangle(given, state)
        elif name in ("m", "l"):
            point = _apply(state.matrix, _number(given, 0), _number(given, 1))
            if name == "l":
                self.path.append(Rule.between(self.point, point))
            self.point = point
        elif name in _PAINTED or name == "n":
            if name != "n":
                self.rules += (rule for rule in self.path if rule.is_straight())
            self.path = []

    def _rectangle(self, given: Sequence[Any], state: _State) -> None:
        left, bottom, width, height = (_number(given, i) for i in range(4))
        here, there = _apply(state.matrix, left, bottom), _apply(state.matrix, left + width, bottom + height)
        corners = [here, (there[0], here[1]), there, (here[0], there[1])]
        if min(abs(here[0] - there[0]), abs(here[1] - there[1])) <= _THIN:
            self.path.append(Rule.between(here, there))
        else:
            self.path += (Rule.between(corners[i - 1], corners[i]) for i in range(4))


_STATES: Mapping[str, Callable[[_State, float], _State]] = {
    "Tc": lambda state, value: replace(state, character=value),
    "Tw": lambda state, value: replace(state, word=value),
    "Tz": lambda state, value: replace(state, scale=value / 100),
    "TL": lambda state, value: replace(state, leading=value),
    "Ts": lambda state, value: replace(state, rise=value),
}
_TEXT = frozenset({"BT", "Td", "TD", "Tm", "T*", "Tj", "TJ", "'", '"'})
_PAINTED = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"})
_TURNS: Mapping[int, Any] = {
    90: lambda width, _: (0, -1, 1, 0, 0, width),
    180: lambda width, height: (-1, 0, 0, -1, width, height),
    270: lambda _, height: (0, 1, -1, 0, height, 0),
}


def _decode(shown: bytes | str, font: "Font") -> tuple[str, str]:
    """Return the characters of a string by which its font knows their widths, and the letters they show."""
    if isinstance(shown, str):
        shown = shown.encode("latin-1", "replace")
    if isinstance(font.encoding, str):
        codes = letters = shown.decode(font.encoding, "replace")
    else:
        codes = shown.decode("latin-1")
        letters = "".join(font.encoding.get(code, chr(code)) for code in shown)
    return codes, "".join(font.character_map.get(letter, letter) for letter in letters)


def _widths(font: "Font") -> Any:
    return lambda code: font.space_width if code == font.space_char else font.get_text_width(code)


def _look_up(holder: Any, name: Any) -> Any:
    """Return an entry of a dictionary of the PDF, followed to where it stands."""
    holder = holder.get_object() if hasattr(holder, "get_object") else holder
    found = holder.get(name) if isinstance(holder, dict) else None
    return found.get_object() if found is not None and hasattr(found, "get_object") else found


def _matrix(given: Sequence[Any]) -> Matrix:
    return (*(_number(given, i) for i in range(6)),)  # type: ignore[return-value]


def _number(given: Sequence[Any], index: int) -> float:
    """Return a number given to an operation; what is none, or beyond any sheet, counts as nothing."""
    value = given[index] if index < len(given) else 0
    number = float(value) if isinstance(value, int | float) else 0.0
    return number if abs(number) < _FAR else 0.0


_FAR = 1e9


def _multiply(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]
