"""Markup of drawings: escaped text, rounded numbers, the width of text, and a picture for wide and for narrow places.

Drawings carry classes and geometry only; colours stand in ``drawing.css``. Each is made twice, for a wide place and for
a phone, and the stylesheet shows the one that fits (container queries), so that letters never shrink with the picture.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from html import escape

Attribute = str | float | None

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_DASH = re.compile(" (?=[-–] )")  # a dash never begins a line
_NOT_IN_IDENT = re.compile(r"[^A-Za-z0-9_-]+")


def clean(text: str) -> str:
    r"""Return a text as one line, composed, without control, direction and unpaired characters.

    >>> clean("Lấp\u202e \x00Vò\n")
    'Lấp Vò'
    """
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _UNSEEN.sub(" ", text)).strip())


def coordinate(value: float) -> str:
    """Return a coordinate with one decimal, none where it is whole.

    >>> coordinate(12.04), coordinate(-0.01), coordinate(7.25)
    ('12', '0', '7.2')
    """
    text = f"{value:.1f}"
    return {"-0.0": "0"}.get(text, text.removesuffix(".0"))


def element(name: str, *content: str, **attributes: Attribute) -> str:
    """Return an element; ``class_`` stands for "class", "_" in a name for "-", and None leaves an attribute out.

    The content is markup; texts go through :func:`words`.
    """
    told = []
    for key, value in attributes.items():
        if value is None:
            continue
        name_of = key.rstrip("_").replace("_", "-") if key != "viewBox" else key
        shown = escape(clean(value)) if isinstance(value, str) else coordinate(value)
        told.append(f' {name_of}="{shown}"')
    inner = "".join(content)
    return f"<{name}{''.join(told)}>{inner}</{name}>" if inner else f"<{name}{''.join(told)}/>"


def words(text: str) -> str:
    """Return a text as markup."""
    return escape(clean(text), quote=False)


def label(x: float, y: float, text: str, class_: str = "drawing-ink", size: float = 13, **more: Attribute) -> str:
    """Return one line of text; ``y`` is its base line."""
    return element("text", words(text), x=x, y=y, class_=class_, font_size=size, **more)


def lines(
    x: float, y: float, told: Iterable[str], class_: str = "drawing-ink", size: float = 13, **more: Attribute
) -> str:
    """Return several lines of one text, the first on the base line ``y``; 1.3 times the size apart."""
    spans = [element("tspan", words(line) + " ", x=x, y=y + place * size * LEADING) for place, line in enumerate(told)]
    return element("text", *spans, class_=class_, font_size=size, **more)


def link(href: str, name: str, *content: str) -> str:
    """Return a link with a name of its own; only the content where there is no address."""
    if not href:
        return element("g", element("title", words(name)), *content)
    return element("a", element("title", words(name)), *content, href=href, aria_label=name)


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """Return a curve that leaves and arrives level."""
    half = (x + to_x) / 2
    return f"M{x:.1f} {y:.1f}C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


# ---------------------------------------------------------------- the width of text

LEADING = 1.3
BOLD = 1.1
# In hundredths of the size of letters, the widest of several common sans serif fonts.
_WIDTHS = {
    **dict.fromkeys("ijl'|", 29), **dict.fromkeys("fI.,:;!()[] \u00a0/-", 40), **dict.fromkeys("rt", 42),
    **dict.fromkeys("csz?“”", 55), **dict.fromkeys("vxykJ", 60), **dict.fromkeys("mw", 97),
    **dict.fromkeys("MW%@—…Ơ", 100), **dict.fromkeys("DGHNOQU", 86), "Ư": 86, "ư": 67,
}  # fmt: skip


def width(text: str, size: float = 13) -> float:
    """Return how wide a line of text is at most, in the unit of its size."""
    return size * sum(map(_advance, unicodedata.normalize("NFC", text))) / 100


def _advance(letter: str) -> int:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    if unicodedata.east_asian_width(letter) in "WF" or not base.isalnum():
        return 100
    return 72 if base.isupper() else 64


def wrap(text: str, room: float, size: float = 13, most: int = 2) -> tuple[str, ...]:
    """Return a text in lines no wider than ``room``, about equally long; what does not fit into ``most`` ends in “…”.

    >>> wrap("tỷ lệ hồ sơ giải quyết đúng hạn", 150)
    ('tỷ lệ hồ sơ', 'giải quyết đúng hạn')
    >>> wrap("tỷ lệ hồ sơ giải quyết đúng hạn", 100)
    ('tỷ lệ hồ sơ', 'giải quyết…')
    """
    told = _broken(clean(text), room, size)
    if len(told) > most:
        return (*told[: most - 1], _shorten(" ".join(told[most - 1 :]), room, size))
    narrower = room
    while len(told) > 1 and narrower > room / 2:
        narrower -= size / 2
        again = _broken(clean(text), narrower, size)
        if len(again) > len(told):
            break
        told = again
    return tuple(told)


def _broken(text: str, room: float, size: float) -> list[str]:
    told: list[str] = []
    text = _DASH.sub("\u00a0", text)
    while text:
        line, text = _first_line(text, room, size)
        told.append(line)
    return told or [""]


def _first_line(text: str, room: float, size: float) -> tuple[str, str]:
    """Split off as many words as fit; a word that is too long for a line is broken."""
    line = ""
    rest = text
    while rest:
        word, _, after = rest.partition(" ")
        longer = f"{line} {word}" if line else word
        if width(longer, size) > room:
            break
        line, rest = longer, after
    if line:
        return line, rest
    fitting = 1
    while fitting < len(rest) and width(rest[: fitting + 1], size) <= room:
        fitting += 1
    return rest[:fitting], rest[fitting:]


def _shorten(text: str, room: float, size: float) -> str:
    while text and width(f"{text}…", size) > room:
        text = text[:-1].rstrip()
    return f"{text}…"


# ---------------------------------------------------------------- pictures


def picture(content: str, size: tuple[float, float], *, name: str, title: str, description: str, linked: bool) -> str:
    """Return one picture.

    Args:
        content: its markup.
        size: width and height at which a unit is a pixel of the page.
        name: begins the identifiers of title and description; unique on the page.
        title: what the picture is called.
        description: what it shows, for those who do not see it.
        linked: whether it holds links, and therefore is no mere image.

    """
    return element(
        "svg",
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(description), id=f"{name}-desc"),
        content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {coordinate(size[0])} {coordinate(size[1])}",
        width=size[0],
        height=size[1],
        role="group" if linked else "img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def figure(kind: str, wide: str, narrow: str) -> str:
    """Return both pictures of a drawing; the stylesheet shows one of them."""
    shown = [element("div", svg, class_=f"drawing-{place}") for place, svg in (("wide", wide), ("narrow", narrow))]
    return element("div", *shown, class_=f"drawing drawing-of-{kind}")


def nothing(sentence: str) -> str:
    """Return a sentence in place of a drawing of nothing."""
    return element("p", words(sentence), class_="drawing-empty")


def ident(given: str, *told: object) -> str:
    """Return the name that identifiers of a drawing begin with: the one given, or one made of what it tells."""
    if given:
        return _NOT_IN_IDENT.sub("-", given)
    return "drawing-" + hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:10]
