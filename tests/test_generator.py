"""The generator of pages with known truth: the same seed gives the same bytes, and its truth proves itself."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Build

from builder.evaluator import evaluate
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon

sys.path.insert(0, str(ROOT / "benchmarks"))
import generate

PAGES = 250
SCALES = {"nghìn": 1000, "ngàn": 1000, "tỷ đồng": 10**9}


def generated(folder: Path, *options: str) -> Path:
    command = [sys.executable, str(ROOT / "benchmarks" / "generate.py"), str(folder), *options]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random"})
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], str]]:
    """The truth and the text of some pages."""
    pages = (generate.make_page(number, 5) for number in range(1, PAGES + 1))
    return [(generate.gold_of(page, f"{page.number}.txt"), page.text) for page in pages]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = contents(generated(tmp_path / "a", "--pages", "6", "--seed", "3", "--form", "jsonl.gz"))
    assert first == contents(generated(tmp_path / "b", "--pages", "6", "--seed", "3", "--form", "jsonl.gz"))
    assert generate.make_page(1, 3).text != generate.make_page(1, 4).text


def test_a_page_is_the_same_among_few_and_among_many() -> None:
    assert generate.make_page(7, 1).text == [generate.make_page(n, 1).text for n in range(1, 9)][6]


def test_what_is_quoted_stands_where_it_is_said_to(made: list[tuple[dict[str, Any], str]]) -> None:
    for gold, text in made:
        for anchor in (*(o["anchor"] for o in gold["observations"]), *gold["traps"], *gold["skips"]):
            assert text[anchor["start"] : anchor["end"]] == anchor["text"], (gold["document"], anchor)
        for label in (*gold["legal"], *(initiative["label"] for initiative in gold["initiatives"])):
            assert generate.normalize("NFC", label) in generate.normalize("NFC", text)


def printed_value(words: str) -> Decimal:
    """Read a number as pages print it; written apart from the generator and the reader."""
    words = generate.normalize("NFC", words).removesuffix("%").strip()
    if words == "không có":
        return Decimal(0)
    scale = next((scale for word, scale in SCALES.items() if words.endswith(word)), 1)
    digits = re.match(r"[\d.,]+", words)
    assert digits, words
    number = digits[0]
    if not re.fullmatch(r"\d{1,3}(\.\d{3})+|\d+(,\d+)?|\d+\.\d{1,2}", number):
        raise AssertionError(f"no number of Vietnamese pages: {words}")
    grouped = re.fullmatch(r"\d{1,3}(\.\d{3})+", number)
    return Decimal(number.replace(".", "") if grouped else number.replace(",", ".")) * scale


def test_every_figure_is_what_its_characters_print(made: list[tuple[dict[str, Any], str]]) -> None:
    for gold, _ in made:
        for told in gold["observations"]:
            assert printed_value(told["anchor"]["text"]) == Decimal(str(told["value"])), told


def test_units_were_there_when_the_page_was_written() -> None:
    gazetteer = load_gazetteer()
    for number in range(1, PAGES + 1):
        page = generate.make_page(number, 5)
        assert page.unit.in_force(page.day)
        assert all(child.in_force(page.day) and child.parent == page.unit.code for child in page.children)
        assert page.day < date(2025, 7, 1) or page.unit.level != "district"
        assert gazetteer.at(page.unit.code, page.day) == page.unit


def test_units_are_picked_as_of_the_day() -> None:
    """On the days after a reform no unit is picked that it ended, nor one that is younger than what it reports on."""
    for day in (date(2020, 2, 20), date(2025, 6, 20), date(2025, 8, 20)):
        for level in ("province", "district", "commune")[:: 1 if day < date(2025, 7, 1) else 2]:
            picked = [generate.pick_unit(level, day, generate.Random(n)) for n in range(200)]
            assert all(unit.in_force(day) and unit.in_force(date(day.year, day.month - 1, 10)) for unit in picked)


def test_one_thing_is_not_told_in_two_ways(made: list[tuple[dict[str, Any], str]]) -> None:
    """An indicator of a unit, tier, period and status has one value; a bound is no second one."""
    for gold, _ in made:
        keys = ("indicator", "locality", "level", "period", "status")
        told = Counter(tuple(observation[key] for key in keys) for observation in gold["observations"])
        assert max(told.values(), default=1) == 1, (gold["document"], told.most_common(1))


def test_counts_and_rates_fit_together(made: list[tuple[dict[str, Any], str]]) -> None:
    compared = 0
    for gold, _ in made:
        values = {
            (o["locality"], o["level"], o["period"], o["indicator"]): o["value"]
            for o in gold["observations"]
            if (o["bound"], o["status"]) == ("exact", "actual") and "nghìn" not in o["anchor"]["text"]
        }
        for (*scope, indicator), rate in values.items():
            part = values.get((*scope, "dossiers-overdue"))
            whole = values.get((*scope, "dossiers-resolved"))
            if indicator == "overdue-rate" and part is not None and whole:
                compared += 1
                assert abs(rate - 100 * part / whole) < 0.06
    assert compared > 5


def test_every_indicator_can_be_told() -> None:
    clauses, passages = generate.load_phrasings()
    words = " ".join([clause.words for clause in clauses] + [line for passage in passages for line in passage.lines])
    told = set(re.findall(r"\{(?:zero |100 )?([a-z][a-z0-9-]+)[ }]", words))
    assert set(load_lexicon().indicators) - told == set()


def test_all_constructions_are_used(made: list[tuple[dict[str, Any], str]]) -> None:
    _, passages = generate.load_phrasings()
    pages = (generate.make_page(number, 6) for number in range(1, 151))
    used = {kind for gold, _ in made for kind in gold["constructions"]} | {
        kind for page in pages for kind in page.kinds
    }
    assert {passage.theme for passage in passages} | {"table", "report"} == used


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "least"),
    [
        ("txt", 0.94),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in (("html", 0.87), ("jsonl", 0.94), ("jsonl.gz", 0.94))
        ),
    ],
)
def test_planted_facts_are_found_in_every_form(tmp_path: Path, build: Build, form: str, least: float) -> None:
    """The evidence stands where the truth says it does, in every form; most facts are found."""
    made = tmp_path / "made"
    generate.write(made, pages=30, seed=2, form=form)
    build(made / "pages", tmp_path / "out")
    judged = evaluate(tmp_path / "out" / "graph.nq", made / "gold")
    assert judged.documents == 30
    core = judged.core.as_dict()
    assert core["r"] >= least
    assert core["p"] >= least
    assert judged.attributes["evidence"] >= 0.999
    assert json.loads((made / "gold" / "000001.json").read_text(encoding="utf-8"))["document"].startswith("000001.")
