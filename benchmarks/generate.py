"""Realistic pages with known truth: ``python benchmarks/generate.py FOLDER --pages 1000 --seed 1``.

Writes ``FOLDER/pages`` (text, HTML or JSON Lines) and ``FOLDER/gold``, one JSON file per page in the format that
``cchc evaluate`` reads, with every figure that was planted, the characters that prove it, and every number that is no
figure. What is said stands in ``phrasings.txt``, wordings and units come from ``ontology/``; the figures are invented.
The same seed gives the same bytes, and page n is the same whatever the number of pages.
"""

import argparse
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from random import Random
from typing import Any
from unicodedata import normalize

import pyoxigraph as ox

from builder.artefacts import ontology_files
from builder.evaluator import first_and_last_day
from builder.gazetteer import COUNTRY, Gazetteer, UnitVersion, load_gazetteer
from builder.lexicon import load_lexicon
from builder.text import without_marks

PHRASINGS = Path(__file__).with_name("phrasings.txt")
REFORM = date(2025, 7, 1)  # from then on there are no districts
SETTLED = date(2025, 9, 1)
FIRST, LAST = date(2016, 2, 1), date(2026, 10, 31)
SKOS = "http://www.w3.org/2004/02/skos/core#"
TOKEN = re.compile(r"[<|>]|\{[^{}]*\}|[^<|>{}]+")
LETTERS = {"province": "P", "district": "D", "commune": "C"}
SIZE = {"province": 60_000, "district": 9_000, "commune": 1_200}  # dossiers of half a year, or so
BOUNDS = {
    "above": ("trên ", "hơn ", "vượt "),
    "below": ("gần ", "chưa đến ", "dưới "),
    "about": ("khoảng ", "xấp xỉ "),
}
AT_LEAST = (("từ ", " trở lên"), ("tối thiểu ", ""), ("ít nhất ", ""), ("không dưới ", ""))
GLUED = 0.002  # of the numbers follow the word before without a space
DECOMPOSED = 0.03  # of the pages spell letters and their marks apart (Unicode NFD)
REPORTS = 0.15  # of the pages are documents of an office
SMALL_RATES = frozenset({
    "overdue-rate", "dissatisfied-rate", "staff-reduction-rate", "commune-unit-reduction-rate", "postgraduate-rate",
    "college-degree-rate", "vocational-degree-rate", "processing-time-reduction-rate", "postal-return-rate",
})  # fmt: skip
COUNTS: Mapping[str, tuple[int, int]] = {  # what pages count by thousands, hundreds, or on the fingers
    **dict.fromkeys(
        ("portal-accounts", "e-identity-accounts", "results-digitised", "guidance-sessions"), (900, 90_000)
    ),
    **dict.fromkeys(("dossiers-paid-online", "dossiers-posted", "dossiers-returned-by-post"), (120, 9_000)),
    **dict.fromkeys(
        ("certified-e-copies", "survey-responses", "staff", "staff-quota", "digital-signatures"), (310, 4_800)
    ),
    **dict.fromkeys(
        ("administrative-procedures", "procedures-published", "training-attendances", "news-items"), (110, 2_100)
    ),
    **dict.fromkeys(("specialised-agencies", "autonomous-units", "training-courses", "dialogues", "websites"), (3, 19)),
    **dict.fromkeys(("public-service-units-merged", "public-service-units-reduced", "villages-reduced"), (3, 48)),
    **dict.fromkeys(("specialised-agencies-reduced", "commune-units-reduced", "district-units-reduced"), (2, 9)),
    **dict.fromkeys(("staff-disciplined", "staff-surplus", "reform-solutions", "par-inspections"), (3, 38)),
    **dict.fromkeys(("e-one-stop-units", "one-stop-units", "one-stop-camera-units"), (5, 89)),
    "province-units": (63, 63),
    "district-units": (7, 19),
    "commune-units": (9, 29),
    "specialised-agencies": (10, 19),
}
NOT_TOLD_BY_LABEL = frozenset({
    "par-inspections", "staff-complaints", "survey-forms-issued", "province-units", "dossiers-on-due-date",
    "on-due-date-rate", "iso-systems", "postgraduate-staff", "villages-reduced", "budget-revenue", "budget-saved",
})  # fmt: skip


# ---------------------------------------------------------------- phrasings


@dataclass(frozen=True, slots=True)
class Clause:
    """What may be said of one indicator, or of some that belong together."""

    verbal: bool  # said of somebody
    levels: str
    theme: str
    words: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong together: a paragraph, or a list."""

    theme: str
    levels: str
    clean: bool  # only where nothing was late
    lines: tuple[str, ...]


@cache
def load_phrasings() -> tuple[tuple[Clause, ...], tuple[Passage, ...]]:
    """Read ``phrasings.txt``, and add what the labels of the ontology say."""
    clauses, passages = PHRASINGS.read_text(encoding="utf-8").split("\n[clauses]\n")[1].split("\n[passages]\n")
    lines = (line for line in clauses.splitlines() if line.strip())
    told = [Clause(kind == "v", levels, theme, words) for kind, levels, theme, words in map(_cut_clause, lines)]
    blocks = (block.strip().splitlines() for block in re.split(r"^= ", passages, flags=re.MULTILINE)[1:])
    read = [_read_passage(head, lines) for head, *lines in blocks]
    return (*told, *_label_clauses()), tuple(read)


@cache
def around() -> Mapping[str, str]:
    """Return the templates of what stands around the text, by name."""
    lines = PHRASINGS.read_text(encoding="utf-8").split("\n[page]\n")[1].split("\n\n")[0].splitlines()
    return dict(line.split(": ", 1) for line in lines)


def _cut_clause(line: str) -> tuple[str, str, str, str]:
    head, words = line.split(" | ", 1)
    kind, levels, theme = head.split()
    return kind, levels, theme, words.strip()


def _read_passage(head: str, lines: Sequence[str]) -> Passage:
    theme, levels, *marks = head.split()
    return Passage(theme, levels, "clean" in marks, tuple(lines))


@cache
def load_labels() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the Vietnamese labels of the ontology by scheme and concept."""
    store = ox.Store()
    for file in ontology_files():
        if file.suffix == ".ttl":
            store.bulk_load(path=str(file), format=ox.RdfFormat.TURTLE)
    found: dict[str, dict[str, tuple[str, ...]]] = {"indicator": {}, "cue": {}}
    for scheme, labels in found.items():
        base = f"https://w3id.org/cchc/{scheme}/"
        for name in ("prefLabel", "altLabel"):
            for quad in store.quads_for_pattern(None, ox.NamedNode(SKOS + name), None):
                subject, label = str(quad.subject.value), quad.object
                if subject.startswith(base) and isinstance(label, ox.Literal) and label.language == "vi":
                    key = subject.removeprefix(base)
                    labels[key] = tuple(sorted({*labels.get(key, ()), label.value}))
    return found


def _label_clauses() -> Iterator[Clause]:
    """Yield "tỷ lệ … đạt N" and "số … là N" for every label of an indicator that reads so."""
    for name, labels in load_labels()["indicator"].items():
        measure = load_lexicon().indicators[name].measure
        begins = {"percent": "tỷ lệ ", "count": "số "}.get(measure, "?")
        for label in labels if name not in NOT_TOLD_BY_LABEL else ():
            if label.startswith(begins) and not label.endswith(" đạt"):
                verb = "<đạt|là|đạt mức>" if measure == "percent" else "<là|có>"
                yield Clause(
                    False,
                    "PDC" if name.startswith("dossier") else "PD",
                    "labels",
                    f"{label} {verb.replace('|có', '')} {{{name}}}",
                )


# ---------------------------------------------------------------- values


class Ledger:
    """Figures that fit together: parts add up, and rates are those of the counts."""

    def __init__(self, seed: str, level: str, clean: bool) -> None:
        self.seed, self.level, self.clean = seed, level, clean
        self.told: dict[str, dict[str, Decimal]] = {}

    def value(self, indicator: str, scope: str, size: float) -> Decimal:
        """Return an indicator's value in a scope (who, which tier, when), the same whenever it is asked for."""
        book = self.told.setdefault(scope, {})
        if not book:
            book.update(self._dossiers(Random(f"{self.seed}/{scope}"), size))
        if indicator not in book:
            book[indicator] = _invent(indicator, Random(f"{self.seed}/{scope}/{indicator}"))
        return book[indicator]

    def _dossiers(self, choice: Random, size: float) -> dict[str, Decimal]:
        received = max(90, int(size * choice.uniform(0.4, 3)))
        carried = int(received * choice.uniform(0.02, 0.08)) + 1
        new = received - carried
        online, post = int(new * choice.uniform(0.2, 0.85)), int(new * choice.uniform(0.01, 0.1)) + 1
        resolved = int(received * choice.uniform(0.9, 0.985))
        overdue = 0 if self.clean else int(resolved * choice.uniform(0.002, 0.05)) + 2
        early = int((resolved - overdue) * choice.uniform(0.3, 0.8))
        pending = received - resolved
        late = int(pending * choice.uniform(0.05, 0.3)) if not self.clean else 0
        due = resolved - overdue - early
        places = choice.choice((1, 2, 2))
        counts = {
            "received": received, "carried-over": carried, "newly-received": new, "received-online": online,
            "received-by-post": post, "received-in-person": new - online - post, "resolved": resolved,
            "overdue": overdue, "early": early, "on-due-date": due, "on-time": early + due, "pending": pending,
            "pending-overdue": late, "pending-within-deadline": pending - late, "due": resolved + late,
            "returned-or-withdrawn": int(received * 0.01) + 2,
        }  # fmt: skip
        rates = {
            "on-time-rate": (early + due, resolved), "early-rate": (early, resolved),
            "overdue-rate": (overdue, resolved), "on-due-date-rate": (due, resolved),
            "dossier-resolution-rate": (resolved, received), "online-dossier-rate": (online, new),
        }  # fmt: skip
        told = {f"dossiers-{name}": Decimal(number) for name, number in counts.items()}
        return told | {name: _share(part, whole, places) for name, (part, whole) in rates.items()}


def _share(part: int, whole: int, places: int) -> Decimal:
    exact = Decimal(100) * part / whole
    rounded = round(exact, places)
    return rounded if rounded < 100 or part == whole else Decimal("99.9")


def _invent(indicator: str, choice: Random) -> Decimal:
    measure = load_lexicon().indicators[indicator].measure
    if measure == "percent":
        low, high = (1, 29) if indicator in SMALL_RATES else (61, 99)
        if indicator not in SMALL_RATES and choice.random() < 0.2:
            return Decimal(100)
        return round(Decimal(choice.randint(low * 100, high * 100)) / 100, choice.choice((0, 1, 2, 2)))
    if measure == "points":
        return (
            Decimal(choice.randint(6100, 9400)) / 100
            if not indicator.startswith("papi")
            else Decimal(choice.randint(3900, 4700)) / 100
        )
    if measure == "rank":
        return Decimal(choice.randint(2, 62))
    if measure == "vnd":
        return Decimal(choice.randint(11, 9_900)) * 1_000_000_000
    low, high = COUNTS.get(indicator, (6, 290))
    return Decimal(choice.randint(low, high))


def print_number(value: Decimal, choice: Random, percent: bool = False) -> str:
    """Return a number as pages print it."""
    if percent:
        digits = f"{value:f}" if choice.random() < 0.04 and value % 1 else f"{value:f}".replace(".", ",")
        return digits.removesuffix(",0").removesuffix(",00") + choice.choice(("%",) * 12 + (" %",))
    if value % 1:
        return f"{value.normalize():f}".replace(".", ",")
    if value >= 10**9 and value % 10**9 == 0:
        return f"{_dotted(int(value) // 10**9)} tỷ đồng"
    if value < 10:
        return f"{'0' if value > 0 and choice.random() < 0.25 else ''}{value:f}"
    return _dotted(int(value))


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


# ---------------------------------------------------------------- periods


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the page writes it and as the gold does."""

    words: str
    gold: str


def periods(day: date, dated: bool) -> list[tuple[Period, ...]]:
    """Return what a page of a day may report on, each with the ways to write it."""
    month, year = day.month, day.year
    found: list[tuple[Period, ...]] = []
    if month <= 3:
        y = year - 1
        words = [f"năm {y}", f"trong năm {y}", f"cả năm {y}", *(["năm qua"] if dated else [])]
        found += [_alike(f"{y}/{y}", *words), _alike(f"{y}-10/{y}-12", f"quý IV/{y}", f"quý IV năm {y}")]
    if 7 <= month <= 9:
        names = ("6 tháng đầu năm", "06 tháng đầu năm", "trong 6 tháng đầu năm", "sáu tháng đầu năm")
        half = [f"{name} {year}" for name in names] + (["trong 6 tháng đầu năm"] if dated else [])
        begin, end = date(year - 1, 12, 15), date(year, 6, 14)
        span = f"từ ngày 15/12/{year - 1} đến ngày 14/6/{year}"
        found += [_alike(f"{year}-01/{year}-06", *half)] * 2
        found.append(_alike(f"{begin}/{end}", span, f"6 tháng đầu năm {year} ({span})"))
    if month >= 10:
        nine = (
            f"9 tháng năm {year}",
            f"9 tháng đầu năm {year}",
            f"trong 9 tháng đầu năm {year}",
            f"chín tháng năm {year}",
        )
        found.append(_alike(f"{year}-01/{year}-09", *nine))
    if month in (4, 7, 10):
        name, first = {4: ("I", 1), 7: ("II", 4), 10: ("III", 7)}[month]
        found.append(
            _alike(f"{year}-{first:02d}/{year}-{first + 2:02d}", f"quý {name}/{year}", f"trong quý {name} năm {year}")
        )
    last = date(year, month, 1) - timedelta(days=1)
    one = f"{last.year}-{last.month:02d}"
    found.append(_alike(f"{one}/{one}", f"tháng {last.month}/{last.year}", f"trong tháng {last.month} năm {last.year}"))
    if month > 1:
        if dated:
            found.append(_alike(f"{year}/{day}", "từ đầu năm đến nay", f"từ đầu năm {year} đến nay"))
        span = f"đến ngày {last.day}/{last.month}/{year}"
        found.append(_alike(f"{year}-01-01/{last}", f"từ ngày 01/01/{year} {span}", f"từ 1/1/{year} {span}"))
    return found


def _alike(gold: str, *words: str) -> tuple[Period, ...]:
    return tuple(Period(each, gold) for each in words)


# ---------------------------------------------------------------- one page


@dataclass
class Page:
    """A page in the making: its text, and what is true of it."""

    number: int
    choice: Random
    unit: UnitVersion
    day: date
    dated: bool
    ledger: Ledger
    gazetteer: Gazetteer
    text: str = ""
    gold: dict[str, list[Any]] = field(
        default_factory=lambda: {k: [] for k in ("observations", "initiatives", "legal", "traps", "skips")}
    )
    located: bool = True  # the text tells the units above; else the address does
    period: Period = Period("", "")
    children: list[UnitVersion] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)  # of constructions, to tell what is missed
    target: Period = Period("", "")

    # ------------------------------------------------ writing

    def say(self, piece: str) -> None:
        """Add words, with one space between them."""
        if piece.startswith((",", ".", ";", ":", ")")) and self.text.endswith(" "):
            self.text = self.text[:-1]
        if self.text.endswith((" ", "\n", "(")) or not self.text:
            piece = piece.lstrip(" ")
        self.text += piece

    def mark(self, kind: str, words: str) -> dict[str, Any]:
        """Add words and note where they stand."""
        self.say(words)
        anchor = {"start": len(self.text) - len(words), "end": len(self.text), "text": words}
        if kind:
            self.gold[kind].append(anchor)
        return anchor

    def line(self, template: str, end: str = "\n") -> None:
        """Write a sentence that begins with a capital."""
        begin = len(self.text)
        self.expand(template)
        head = begin + (2 if self.text.startswith("- ", begin) else 0)
        self.text = self.text[:head] + self.text[head : head + 1].upper() + self.text[head + 1 :] + end

    def expand(self, template: str) -> None:
        """Write a template: a choice at each <a|b>, a value in each slot."""
        tokens = TOKEN.findall(template)
        self._expand(tokens, 0, len(tokens))

    def _expand(self, tokens: Sequence[str], begin: int, end: int) -> None:
        at = begin
        while at < end:
            token = tokens[at]
            if token == "<":
                close, cuts = _match(tokens, at)
                picked = self.choice.randrange(len(cuts) - 1)
                self._expand(tokens, cuts[picked] + 1, cuts[picked + 1])
                at = close
            elif token.startswith("{"):
                self._fill(token[1:-1])
            else:
                self.say(token)
            at += 1

    def _fill(self, slot: str) -> None:
        name, *options = slot.split(" ")
        simple: dict[str, Callable[[], None]] = {
            "P": lambda: self.say(self.period.words),
            "p": lambda: self.say(self.period.words),
            "U": lambda: self.say(self.name(self.unit)),
            "u": lambda: self.say(_kind(self.unit)),
            "W": self._who,
            "A": lambda: self.say(_lower(self.children[0].label)),
            "B": lambda: self.say(_lower(self.children[1].label)),
            "C": lambda: self.say(_lower(self.children[2].label)),
            "Y": lambda: self.say(str(self.day.year)),
            "Y-1": lambda: self.say(str(self.day.year - 1)),
            "Y-2": lambda: self.say(str(self.day.year - 2)),
            "T": lambda: self._aim("năm {}", "đến năm {}", "trong năm {}", "đến hết năm {}"),
            "tt": lambda: self._aim("đến năm {}", "đến hết năm {}", "đến cuối năm {}"),
            "d": lambda: self._date(),
            "L": self._legal,
            "I": lambda: self._initiative("implemented"),
            "I:planned": lambda: self._initiative("planned"),
            "below": lambda: self.say(self.below()),
            "home": lambda: self.say(
                self.path() if self.unit.level == "province" or not self.located else f"{self.path()},"
            ),
            "UNIT": lambda: self.say(self.unit.label.upper()),
            "own": self._own_number,
            "seat": lambda: self.say(self.unit.name),
            "day": lambda: self.mark("traps", f"{self.day.day:02d} tháng {self.day.month} năm {self.day.year}"),
            "path": lambda: self.say(self.path()),
            "host": lambda: self.say(self.host()),
        }
        if name in simple:
            simple[name]()
        elif name.startswith("cue:"):
            forms = [f for f in load_labels()["cue"][name[4:]] if not re.search("giải quyết|xử lý|trả|/", f)]
            self.say(self.choice.choice(forms))
        elif name.startswith(("t:", "s:")):
            self._other("traps" if name[0] == "t" else "skips", name[2:])
        elif name == "zero":
            self._figure(options[0], [], "không có")
        elif name == "100":
            self._figure(options[0], [], "100%")
        else:
            self._figure(name, options, "")

    def move(self, spell: Callable[[str], str]) -> None:
        """Spell the text otherwise; what is noted moves with it."""
        noted = [figure["anchor"] for figure in self.gold["observations"]]
        for anchor in (*noted, *self.gold["traps"], *self.gold["skips"]):
            text, start = spell(anchor["text"]), len(spell(self.text[: anchor["start"]]))
            anchor.update(start=start, end=start + len(text), text=text)
        self.text = spell(self.text)

    # ------------------------------------------------ slots

    @property
    def settled(self) -> bool:
        """Tell whether the unit is as it was two years before."""
        return self.unit.valid_from is None or self.unit.valid_from <= date(self.day.year - 2, 1, 1)

    def govern(self) -> None:
        """Choose the period of the lines that follow: mostly the one that the page reports on."""
        begins = [unit.valid_from for unit in (self.unit, *self.children) if unit.valid_from]
        begin = max(begins).isoformat() if begins else ""
        found = periods(self.day, self.dated)
        found = [alike for alike in found if first_and_last_day(alike[0].gold)[0] >= begin] or found[-1:]
        self.period = self.choice.choice(found[Random(f"{self.number}/period").randrange(len(found))])

    def name(self, unit: UnitVersion) -> str:
        """Return a unit as text names it."""
        label = _lower(unit.label)
        short = {"thành phố ": "TP ", "thị xã ": "TX "}
        head = next((word for word in short if label.startswith(word)), "")
        if head and not unit.name.isdigit() and self.choice.random() < 0.15:
            return short[head] + unit.name
        return label

    def _who(self) -> None:
        forms = (self.name(self.unit), _kind(self.unit), f"UBND {_kind(self.unit)}", f"UBND {_lower(self.unit.label)}")
        self.say(self.choice.choice(forms))

    def below(self) -> str:
        """Return what the units below are called together."""
        if self.unit.level == "province":
            return "xã, phường" if self.day >= REFORM else "huyện, thị xã, thành phố"
        return "xã, phường, thị trấn" if self.unit.kind in ("rural-district", "district-town") else "phường, xã"

    def above(self) -> list[UnitVersion]:
        """Return the units above that of the page, nearest first."""
        found: list[UnitVersion] = []
        while (unit := self.gazetteer.parent((found or [self.unit])[-1], self.day)) is not None:
            found.append(unit)
        return found

    def path(self) -> str:
        """Return the unit with those above it: "xã X, huyện Y, tỉnh Z"; alone where only the address tells them."""
        return ", ".join(_lower(unit.label) for unit in (self.unit, *(self.above() if self.located else [])))

    def host(self) -> str:
        """Return the host of the office's portal."""
        units = (*self.above()[-1:], *([self.unit] if self.unit.level == "district" and not self.located else []))
        return ".".join(_slug(unit.name) for unit in reversed(units or (self.unit,))) + ".gov.vn"

    def _aim(self, *forms: str) -> None:
        next_year = self.day.year + (self.day.month >= 10)
        later = next_year if self.choice.random() < 0.6 else _next_round(self.day.year)
        later = max(later, REFORM.year + 1) if self.day >= REFORM else later
        words = self.choice.choice([f for f in forms if later > self.day.year or "đến" in f or f == "năm {}"])
        self.target = Period(words.format(later), f"{later}/{later}")
        self.say(self.target.words)

    def _date(self) -> None:
        day = self.day - timedelta(days=self.choice.randint(3, 900))
        self.mark("traps", f"{day.day:02d}/{day.month}/{day.year}")

    def _legal(self) -> None:
        number, year = self.choice.randint(3, 2990), self.day.year - self.choice.randint(0, 3)
        before = self.text[-40:]
        forms = {
            "Nghị quyết số": (f"{number % 99 + 2}-NQ/TW", f"{number % 150 + 2}/NQ-CP", f"{number % 90 + 2}/NQ-HĐND"),
            "Quyết định số": (f"{number}/QĐ-TTg", f"{number}/QĐ-UBND"),
            "Chỉ thị số": (f"{number % 40 + 2}/CT-TTg", f"{number % 30 + 2}/CT-UBND"),
            "Công văn số": (f"{number}/UBND-NC", f"{number}/UBND-KSTT"),
            "Nghị định số": (f"{number % 150 + 2}/{year}/NĐ-CP",),
            "Thông tư số": (f"{number % 20 + 2}/{year}/TT-VPCP", f"{number % 20 + 2}/{year}/TT-BNV"),
            "Kế hoạch số": (f"{number % 400 + 2}/KH-UBND",),
        }
        kind = max(forms, key=lambda word: before.rfind(word))
        told = self.choice.choice(forms[kind])
        self.say(told)
        if told not in self.gold["legal"]:
            self.gold["legal"].append(told)

    def _own_number(self) -> None:
        number = f"{self.choice.randint(2, 400)}/BC-UBND"
        self.say(number)
        self.gold["legal"].append(number)

    def _initiative(self, status: str) -> None:
        begin = len(self.text)
        self.expand(around()["initiative"])
        self.text = self.text.rstrip(" ")
        told = {"label": self.text[begin:].strip(), "status": status, "by": None}
        if told["label"] not in (known["label"] for known in self.gold["initiatives"]):
            self.gold["initiatives"].append(told)

    def _other(self, kind: str, told: str) -> None:
        choice = self.choice
        if told in ("%", "points"):
            number = f"{choice.randint(1, 19)},{choice.randint(1, 99)}"
            self.mark(kind, f"{number}%" if told == "%" else f"{number} điểm")
        else:
            low, high = map(int, told.split("-"))
            self.mark(kind, str(choice.randint(low, high)))

    def _figure(self, indicator: str, options: Sequence[str], words: str) -> None:
        given = dict(option.split("=") for option in options if "=" in option)
        child = self._unit_at(given.get("at", ""))
        period = self._when(given.get("p", ""))
        level = given.get("l", "-")
        status = given.get("s", "actual")
        size = SIZE.get(child.level, 1) * {"province": 0.1, "district": 0.25, "commune": 0.6}.get(level, 1)
        scope = f"{child.code}/{'' if level == 'all' else level}/{period.gold}/{status}"
        value = self.ledger.value(indicator, scope.replace("/-/", "//"), size)
        measure = load_lexicon().indicators[indicator].measure
        if measure == "percent":
            value = self._set_rate(value, indicator, status, options)
        if words:
            value = Decimal(0) if words == "không có" else Decimal(100)
        if "k" in options:
            value = round(value, -1)
            words = f"{value / 1000:f}".replace(".", ",") + self.choice.choice((" nghìn", " ngàn"))
        bound, before, behind = self._bound(options, value, measure)
        if bound != "exact":
            value = _rounded(value, measure, bound)
        self.say(before)
        if self.choice.random() < GLUED:
            self.text = self.text.removesuffix(" ")
        anchor = self.mark("", words or print_number(value, self.choice, measure == "percent" or "%" in options))
        self.say(behind)
        self.plant(indicator, value, child, anchor, bound=bound, period=period, level=level, status=status)

    def _unit_at(self, told: str) -> UnitVersion:
        if told == "VN":
            return self.gazetteer.versions[COUNTRY]
        return self.children["ABC".index(told)] if told else self.unit

    def _set_rate(self, value: Decimal, indicator: str, status: str, options: Sequence[str]) -> Decimal:
        """Return a rate that is aimed at, or lower or higher than another one of its sentence."""
        if status == "target":
            return Decimal(self.choice.choice((60, 70, 80, 85, 90, 95, 98, 100)))
        if not {"hi", "lo"} & set(options):
            return value
        low, high = (1, 9) if indicator in SMALL_RATES else (11, 49)
        if "hi" in options:
            low, high = (21, 39) if indicator in SMALL_RATES else (71, 95)
        return Decimal(self.choice.randint(low * 10, high * 10)) / 10

    def plant(
        self,
        indicator: str,
        value: Decimal,
        unit: UnitVersion,
        anchor: dict[str, Any],
        *,
        bound: str = "exact",
        period: Period | None = None,
        level: str = "-",
        status: str = "actual",
    ) -> None:
        """Note a figure as true; what is said again is noted once."""
        told = {
            "indicator": indicator,
            "value": float(value),
            "measure": load_lexicon().indicators[indicator].measure,
            "bound": bound,
            "period": (period or self.period).gold or None,
            "locality": None if unit.level == "country" else unit.label,
            "level": level,
            "agency": None,
            "status": status,
        }
        if all(told != {key: known[key] for key in told} for known in self.gold["observations"]):
            self.gold["observations"].append({**told, "anchor": anchor})

    def _when(self, told: str) -> Period:
        year = self.day.year
        if told in ("Y", "Y-1", "Y-2"):
            y = year - int(told[2:] or 0)
            return Period(str(y), f"{y}/{y}")
        if told == "T":
            return self.target
        if told == "now":
            return Period("đến nay", f"/{self.day}" if self.dated else "")
        return self.period

    def _bound(self, options: Sequence[str], value: Decimal, measure: str) -> tuple[str, str, str]:
        if "bt" in options:
            kind = self.choice.choice(("exact", "at-least", "above")) if value < 100 else "exact"
            if kind == "at-least":
                return kind, *self.choice.choice(AT_LEAST)
            return (kind, "trên ", "") if kind == "above" else ("exact", "", "")
        wanted = "b!" in options or ("b" in options and self.choice.random() < 0.3)
        if not wanted or (value > 98 and measure == "percent") or (value < 50 and measure == "count"):
            return "exact", "", ""
        kind = self.choice.choice(tuple(BOUNDS))
        return kind, self.choice.choice(BOUNDS[kind]), ""


def _match(tokens: Sequence[str], at: int) -> tuple[int, list[int]]:
    """Return where a choice ends, and the places of its bars with both ends."""
    depth, cuts = 0, [at]
    for place in range(at, len(tokens)):
        depth += {"<": 1, ">": -1}.get(tokens[place], 0)
        if tokens[place] == "|" and depth == 1:
            cuts.append(place)
        if depth == 0:
            return place, [*cuts, place]
    raise ValueError(f"unclosed choice: {''.join(tokens)}")


def _rounded(value: Decimal, measure: str, bound: str) -> Decimal:
    if measure == "vnd":
        return value
    step = 1 if measure == "percent" else 10 ** max(1, len(str(int(value))) - 2)
    low = int(value) // step * step
    return Decimal(low + step if bound == "below" else low)


def _next_round(year: int) -> int:
    return next(y for y in (2020, 2025, 2030) if y >= year)


def _slug(name: str) -> str:
    return without_marks(name).replace(" ", "").replace("-", "").lower()


def _kind(unit: UnitVersion) -> str:
    return _lower(unit.label.removesuffix(unit.name).strip())


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


# ---------------------------------------------------------------- composing


def make_page(number: int, seed: int) -> Page:
    """Return page ``number`` of a seed."""
    choice = Random(f"{seed}/{number}")
    gazetteer = load_gazetteer()
    day = FIRST + timedelta(days=choice.randrange((LAST - FIRST).days))
    if REFORM <= day < SETTLED:
        day += SETTLED - REFORM  # the first reports of the new units
    level = choice.choices(("province", "district", "commune"), (3, 4, 2) if day < REFORM else (4, 0, 6))[0]
    unit = pick_unit(level, day, choice)
    clean = choice.random() < 0.25
    page = Page(number, choice, unit, day, choice.random() < 0.9, Ledger(f"{seed}/{number}", level, clean), gazetteer)
    page.located = level != "district" or choice.random() < 0.75
    page.children = _children(unit, day, choice)
    _compose(page)
    return page


@cache
def _units(level: str) -> tuple[UnitVersion, ...]:
    found = (version for version in load_gazetteer().versions.values() if version.level == level)
    return tuple(sorted(found, key=lambda version: version.key))


def _stood(unit: UnitVersion, day: date) -> bool:
    """Tell whether a unit was there on a day and on the 45 days before it."""
    return unit.in_force(day) and unit.in_force(day - timedelta(days=45))


def pick_unit(level: str, day: date, choice: Random) -> UnitVersion:
    """Return a unit of a level that was there on a day."""
    while not _stood(unit := choice.choice(_units(level)), day):
        pass
    return unit


def _children(unit: UnitVersion, day: date, choice: Random) -> list[UnitVersion]:
    level = {"province": "commune" if day >= REFORM else "district", "district": "commune"}.get(unit.level)
    below = load_gazetteer().members.get(unit.code, ())
    found = sorted((v for v in below if v.level == level and _stood(v, day)), key=lambda version: version.key)
    if day < REFORM:  # figures of a year are told of units that were there all the time
        found = [v for v in found if v.valid_from is None or v.valid_from < date(day.year - 1, 1, 1)]
    choice.shuffle(found)
    return found


def _fits(levels: str, page: Page) -> bool:
    age = "n" if page.day >= REFORM else "o"
    needed = set(levels) & {"n", "o"}
    return LETTERS[page.unit.level] in levels and (not needed or age in needed)


def _indicators(words: str) -> set[str]:
    """Return the figures that a template may state, with what sets them apart from others of the same indicator."""
    slots = (slot.split(" ") for slot in re.findall(r"\{(?:zero |100 )?([a-z][a-z0-9]*-[^{}]*)\}", words))
    return {
        " ".join([name, *sorted(o for o in options if o[:3] in ("at=", "l=d", "l=p", "l=c") or o[:2] in ("p=", "s="))])
        for name, *options in slots
    }


def _compose(page: Page) -> None:
    choice = page.choice
    clauses, passages = load_phrasings()
    _open(page)
    fit = [p for p in passages if _fits(p.levels, page) and (page.ledger.clean or not p.clean)]
    fit = [p for p in fit if not re.search(r"\{[ABC]\}", "".join(p.lines)) or len(page.children) >= 3]
    fit = [p for p in fit if page.settled or "{Y-" not in "".join(p.lines)]
    page.govern()
    if page.period.gold == f"{page.day.year - 1}/{page.day.year - 1}":  # then a comparison would tell its rates anew
        fit = [p for p in fit if not re.search(r"p=Y-1 hi|p=Y-1 lo", "".join(p.lines))]
    themes: set[str] = set()
    parts: list[Callable[[Page], None]] = []
    wanted = choice.randint(3, 7)
    while len(parts) < wanted and fit:
        passage = choice.choice(fit)
        words = " ".join(passage.lines)
        fit.remove(passage)
        if passage.theme in themes or _indicators(words) & page.used:
            continue
        themes.add(passage.theme)
        page.used |= _indicators(words)
        parts.append(lambda page, passage=passage: _write_passage(page, passage))
    for _ in range(choice.randint(1, 3)):
        parts.append(lambda page: _write_clauses(page, clauses))
    if len(page.children) >= 4 and choice.random() < 0.25:
        parts.append(_write_table)
    choice.shuffle(parts)
    for part in parts:
        page.govern()
        begin = len(page.text)
        if "report" in page.kinds:
            page.line(around()["heading"])
        part(page)
        if choice.random() < 0.03:
            page.text += page.text[begin:]  # a lead that is printed twice
        if choice.random() < 0.04:
            page.line(around()["caption"], "\n\n")
    _close(page)
    _note_plain_schemes(page)
    if choice.random() < DECOMPOSED:
        page.move(lambda text: normalize("NFD", text))


def _write_passage(page: Page, passage: Passage) -> None:
    page.kinds.add(passage.theme)
    for number, line in enumerate(passage.lines):
        if line.startswith("[o]"):
            line = line[3:]
            if page.day >= REFORM or (page.unit.level != "province" and "cấp huyện" not in line):
                continue
        optional = line.startswith("?")
        line = line.removeprefix("?")
        if optional and page.choice.random() < 0.4:
            continue
        if number and not page.text.endswith("\n") and line.startswith("- "):
            page.text = page.text.rstrip(" ") + "\n"
        page.line(line, " " if line.endswith(".") and not line.startswith("- ") else "\n")
    page.text = page.text.rstrip(" \n") + "\n\n"


def _write_clauses(page: Page, clauses: Sequence[Clause]) -> None:
    """Write a paragraph of what may be said of one theme."""
    choice = page.choice
    fit = [c for c in clauses if _fits(c.levels, page) and not _indicators(c.words) & page.used]
    theme = choice.choice(sorted({c.theme for c in fit}))
    fit = [c for c in fit if c.theme == theme]
    picked: list[Clause] = []
    for clause in choice.sample(fit, len(fit)):
        if len(picked) < 5 and not _indicators(clause.words) & page.used:
            page.used |= _indicators(clause.words)
            picked.append(clause)
    bullets = choice.random() < 0.2
    for number, clause in enumerate(picked):
        subject = "{W} " if clause.verbal else ""
        if bullets:
            if not number:
                page.line(around()["list"])
            page.line(f"- {subject}{clause.words};" if number < len(picked) - 1 else f"- {subject}{clause.words}.")
        else:
            opening = "{P}, " if not number else choice.choice(("", "", "Bên cạnh đó, ", "Ngoài ra, ", "Cùng với đó, "))
            page.line(f"{opening}{subject}{clause.words}.", " ")
    page.text = page.text.rstrip(" \n") + "\n\n"


def _write_table(page: Page) -> None:
    """Write a table of units below, with bars, or one cell a line as portals flatten it."""
    choice, flat = page.choice, page.choice.random() < 0.5
    page.kinds.add("table")
    rows = page.children[: choice.randint(4, min(9, len(page.children)))]
    if page.settled and choice.random() < 0.4:
        year = page.day.year - 1
        page.period = Period(f"năm {year}", f"{year}/{year}")
        page.line(around()["ranking"])
        heads, columns = ("STT", "Đơn vị", "Điểm", "Xếp hạng"), ("par-index-score", "par-index-rank")
    else:
        page.line(around()["table"])
        heads = ("STT", "Đơn vị", "Số hồ sơ tiếp nhận", "Số hồ sơ đã giải quyết", "Tỷ lệ đúng và trước hạn (%)")
        columns = ("dossiers-received", "dossiers-resolved", "on-time-rate")
    between = "\n" if flat else " | "
    page.text += between.join(heads) + "\n"
    scores = sorted((Decimal(choice.randint(6500, 9500)) / 100 for _ in rows), reverse=True)
    for number, unit in enumerate(rows, 1):
        page.mark("traps", str(number))
        page.text += between + unit.label
        for column in columns:
            value = page.ledger.value(column, f"{unit.code}//{page.period.gold}/actual", SIZE[unit.level])
            value = {"par-index-score": scores[number - 1], "par-index-rank": Decimal(number)}.get(column, value)
            printed = f"{value:f}".replace(".", ",") if value < 1000 else print_number(value, choice)
            begin = len(page.text) + len(between)
            page.text += between + printed
            page.plant(column, value, unit, {"start": begin, "end": len(page.text), "text": printed})
        page.text += "\n"
    page.text += "\n"


def _open(page: Page) -> None:
    """Write what stands above the text: a menu, the headline, the date."""
    day, choice = page.day, page.choice
    if choice.random() < REPORTS:
        _write_letterhead(page)
        return
    if choice.random() < 0.3:
        page.line(around()["menu"])
    page.line(around()["title"], "\n\n")
    if page.dated:
        hour = f"{choice.randint(5, 21):02d}:{choice.randint(0, 59):02d}"
        named = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")[day.weekday()]
        openings = ("Ngày ", f"{named}, ", f"{hour}, ", f"Cập nhật lúc {hour}, {named}, ", "Ngày đăng: ")
        page.text += choice.choice(openings)
        page.mark("traps", f"{day.day:02d}/{day.month:02d}/{day.year}")
        page.text += "\n\n"
    page.line(around()["opening"], "\n\n")


def _write_letterhead(page: Page) -> None:
    page.kinds.add("report")
    page.dated, page.located = True, True
    page.govern()
    for number in range(1, 9):
        page.line(around()[f"letterhead-{number}"], "\n\n" if number in (6, 8) else "\n")
    page.line(around()["opening"], "\n\n")


def _close(page: Page) -> None:
    """Write what stands below the text: the author, counters, other news, a poll, the imprint."""
    choice = page.choice
    page.text = page.text.rstrip() + "\n\n"
    endings = (
        (0.6, ("author",)),
        (0.3, ("views",)),
        (0.2, ("others", "other", "other")),
        (0.2, ("poll", "question", "answer-1", "answer-2")),
        (0.5, ("office", "address", "phone", "mail", "counter")),
    )
    for chance, names in endings:
        if choice.random() < chance:
            for name in names:
                page.line(around()[name])


def _note_plain_schemes(page: Page) -> None:
    """Note the schemes that are named without quotation marks."""
    names = sorted(around()["plain"].split("|"), key=len, reverse=True)
    for match in re.finditer("|".join(map(re.escape, names)), page.text, re.IGNORECASE):
        known = [known["label"].lower() for known in page.gold["initiatives"]]
        if not any(match[0].lower() in label or label in match[0].lower() for label in known):
            page.gold["initiatives"].append({"label": match[0], "status": "implemented", "by": None})


# ---------------------------------------------------------------- writing


def gold_of(page: Page, document: str) -> dict[str, Any]:
    """Return the truth about a page in the format of the gold."""
    top = (page.unit, *page.above())[-1]
    return {
        "document": document, "locality": page.unit.label, "province": top.name,
        "published": page.day.isoformat() if page.dated else None, **page.gold, "constructions": sorted(page.kinds),
    }  # fmt: skip


def as_html(text: str, number: int) -> str:
    """Return the lines of a page as HTML, each an element, in an article or, as on older portals, a division."""
    lines, box = text.split("\n"), "article" if number % 3 else "div"
    menu = lines.pop(0) if lines[0].casefold() == around()["menu"].casefold() else ""
    body = "".join(f"<p>{escape(line)}</p>\n" for line in lines[1:])
    above = f"<nav>{escape(menu)}</nav>\n" if menu else ""
    head = '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"></head>\n<body>\n'
    return f"{head}{above}<{box}>\n<h1>{escape(lines[0])}</h1>\n{body}</{box}>\n</body></html>\n"


def write(folder: Path, pages: int, seed: int, form: str) -> None:
    """Write pages and gold."""
    (folder / "pages").mkdir(parents=True)
    (folder / "gold").mkdir()
    records, rows = [], ["file,url\n"]
    for number in range(1, pages + 1):
        page = make_page(number, seed)
        if form == "html":
            page.move(lambda text: re.sub(r"\n+", "\n", text))
        name = f"{number:06d}.html" if form == "html" else f"{number:06d}.txt"
        told = json.dumps(gold_of(page, name), ensure_ascii=False)
        (folder / "gold" / f"{number:06d}.json").write_text(told, encoding="utf-8", newline="\n")
        url = f"https://{page.host()}/tin-tuc/{number}"
        rows.append(f"{name},{url}\n")
        if form.startswith("jsonl"):
            records.append(json.dumps({"id": name, "url": url, "text": page.text}, ensure_ascii=False) + "\n")
        else:
            text = as_html(page.text, number) if form == "html" else page.text
            (folder / "pages" / name).write_text(text, encoding="utf-8", newline="\n")
    if not records:
        (folder / "pages" / "sources.csv").write_text("".join(rows), encoding="utf-8", newline="\n")
    else:
        data = "".join(records).encode()
        (folder / "pages" / f"pages.{form}").write_bytes(gzip.compress(data, mtime=0) if form.endswith("gz") else data)


def main() -> None:
    """Write the pages that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=("txt", "html", "jsonl", "jsonl.gz"), default="txt")
    asked = parser.parse_args()
    write(asked.folder, asked.pages, asked.seed, asked.form)


if __name__ == "__main__":
    main()
