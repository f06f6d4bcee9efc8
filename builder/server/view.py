"""How a page is shown: its language, its links, and how numbers and days are written in that language."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from urllib.parse import urlencode

from builder.server.addresses import file_of, place_of

LANGUAGES = ("vi", "en")
VI = "vi"
_MEASURES: Mapping[str, str] = {"percent": "%"}


class Links(Protocol):
    """Where places and files of the site are, as seen from one page."""

    def place(self, place: str, ending: str, language: str, params: Mapping[str, str]) -> str:
        """Return the address of a place in a format and language."""

    def has(self, place: str) -> bool:
        """Return whether the site has a place."""

    def file(self, path: str) -> str:
        """Return the address of a file: a style sheet, a script, a part of the release."""


@dataclass(frozen=True, slots=True)
class Served:
    """Links of a site behind a server; ``root`` is the path it is mounted at, ``default`` the language asked for."""

    root: str = ""
    default: str = VI

    def place(self, place: str, ending: str, language: str, params: Mapping[str, str]) -> str:
        """Return an absolute path; the language is named where it is not the one that the reader gets by itself."""
        path = "" if place == "index" else place
        if place.startswith("doc/") or ending != "html":
            path = f"{place}.{ending}"
        asked = {**params, **({"lang": language} if language != self.default and ending == "html" else {})}
        return f"{self.root}/{path}" + (f"?{urlencode(asked)}" if asked else "")

    def has(self, place: str) -> bool:  # noqa: ARG002
        """Return that the server answers for every place, if only to say that there is nothing."""
        return True

    def file(self, path: str) -> str:
        """Return an absolute path."""
        return f"{self.root}/{path}"


@dataclass(frozen=True, slots=True)
class Filed:
    """Links between files of a static site, as seen from the file of one place in one language."""

    here: str
    language: str
    places: Container[str]

    def place(self, place: str, ending: str, language: str, params: Mapping[str, str]) -> str:  # noqa: ARG002
        """Return a relative path; a file takes no parameters."""
        return self._up() + (file_in(place, language) if ending == "html" else file_of(place, ending))

    def has(self, place: str) -> bool:
        """Return whether a file is written for a place."""
        return place in self.places

    def file(self, path: str) -> str:
        """Return a relative path."""
        return f"{self._up()}{path}"

    def _up(self) -> str:
        return "../" * file_in(self.here, self.language).count("/")


def file_in(place: str, language: str) -> str:
    """Return the name of the HTML file of a place in a language: Vietnamese at the top, English under ``en/``.

    >>> file_in("doc/unit/94", "vi"), file_in("index", "en")
    ('doc/unit/94.html', 'en/index.html')
    """
    return ("" if language == VI else f"{language}/") + file_of(place)


@dataclass(frozen=True, slots=True)
class View:
    """The page being shown: its place, its parameters, its language and its links."""

    here: str
    language: str
    links: Links
    params: Mapping[str, str]
    static: bool = False

    def t(self, vi: str, en: str) -> str:
        """Return a text of the interface in the language of the page."""
        return vi if self.language == VI else en

    def to(self, place: str, ending: str = "html", **params: object) -> str:
        """Return the address of a place; parameters that are empty are left out."""
        path, mark, part = place.partition("#")
        told = {name: str(value) for name, value in params.items() if value not in (None, "", False)}
        return self.links.place(path, ending, self.language, told) + mark + part

    def thing(self, iri: str, ending: str = "html") -> str:
        """Return the address of the page about a thing, "" where there is none."""
        place = place_of(iri)
        return self.to(place, ending) if place and self.links.has(place.partition("#")[0]) else ""

    def other_language(self) -> str:
        """Return the address of this page in the other language."""
        other = "en" if self.language == VI else VI
        return self.links.place(self.here, "html", other, self.params)

    def number(self, value: Decimal | int) -> str:
        """Write a number as the language does.

        >>> View("index", "vi", Served(), {}).number(Decimal("15840.5"))
        '15.840,5'
        """
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.translate(str.maketrans(",.", ".,")) if self.language == VI else text

    def amount(self, value: Decimal, measure: str) -> str:
        """Write a number with the sign of its measure."""
        sign = _MEASURES.get(measure.rsplit("/", 1)[-1], "")
        return self.number(value) + (f"\u00a0{sign}" if sign and self.language == VI else sign)

    def day(self, day: date | str | None) -> str:
        """Write a day: 28/11/2019 in Vietnamese, 2019-11-28 in English; "" for none."""
        if not day:
            return ""
        told = date.fromisoformat(day[:10]) if isinstance(day, str) else day
        return told.strftime("%d/%m/%Y") if self.language == VI else told.isoformat()

    def period(self, start: date | None, end: date | None) -> str:
        """Write a time in words, by both days included.

        >>> vi = View("index", "vi", Served(), {})
        >>> vi.period(date(2018, 1, 1), date(2018, 12, 31)), vi.period(None, date(2019, 11, 28)), vi.period(None, None)
        ('năm 2018', 'đến 28/11/2019', 'không rõ kỳ')
        """
        if start is None and end is None:
            return self.t("không rõ kỳ", "period not told")
        if start is None or end is None:
            return self.t("từ ", "since ") + self.day(start) if start else self.t("đến ", "until ") + self.day(end)
        return self._whole(start, end) or (self.day(start) if start == end else f"{self.day(start)} – {self.day(end)}")

    def _whole(self, start: date, end: date) -> str:
        """Return the name of a whole year, quarter or month, of years, or of the first months of a year."""
        if start.day != 1 or date.fromordinal(end.toordinal() + 1).day != 1:
            return ""
        if (start.month, end.month) == (1, 12):
            years = f"{start.year}" if start.year == end.year else f"{start.year}–{end.year}"
            return self.t(f"năm {years}", years)
        if start.year != end.year:
            return ""
        if start.month == end.month:
            return self.t(f"tháng {end.month}/{end.year}", f"{end.year}-{end.month:02}")
        if end.month - start.month == 2 and end.month % 3 == 0:
            return self.t(f"quý {end.month // 3}/{end.year}", f"Q{end.month // 3} {end.year}")
        if start.month == 1:
            return self.t(f"{end.month} tháng đầu năm {end.year}", f"first {end.month} months of {end.year}")
        return ""
