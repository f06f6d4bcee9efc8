"""RELIABILITY.md tells the truth: what it lists exists, is repeated in short, and leaves out no promise."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from campaigns.coverage import COVERAGE, SECTIONS
from campaigns.kinds import Attempt, Tally, count, spread
from campaigns.page import COMMAND, PAGE, ROW, read_errors, read_results, read_short, write_page
from campaigns.registry import BY_NAME, CAMPAIGNS
from conftest import ROOT, WATCH
from watching import Watch

NUMBERED = {"R": 6, "F": 18, "B": 11, "E": 12, "H": 5, "X": 4, "C": 26}
PAGE_NOW = PAGE.read_text(encoding="utf-8")


def wage(*names: str) -> None:
    """Wage campaigns in a process of their own: they fork, and threads of other tests would be missing there."""
    command = [sys.executable, ROOT / "tests" / "campaigns", *names, "--short"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    tried = re.findall(r"^([a-z-]+): [\d,]+/([\d,]+) ", ended.stdout, re.MULTILINE)
    assert [name for name, number in tried if number != "0"] == [*names], ended.stdout


def test_the_short_forms_are_survived() -> None:
    """One process wages them all: each would read the ontology and the register anew."""
    wage(*(c.name for c in CAMPAIGNS if not c.costly))


@pytest.mark.long
@pytest.mark.parametrize("name", [c.name for c in CAMPAIGNS if c.costly])
def test_the_short_form_of_a_costly_campaign_is_survived(name: str) -> None:
    wage(name)


# ---------------------------------------------------------------- the page


def test_the_page_is_what_its_results_make() -> None:
    """After a change of campaigns ``python tests/campaigns NAME --write`` is run; for words ``--words`` is enough."""
    assert write_page(read_results(PAGE_NOW), read_errors(PAGE_NOW), read_short(PAGE_NOW)) == PAGE_NOW


def test_every_campaign_has_its_line_with_its_command() -> None:
    rows = {row["name"]: row for row in ROW.finditer(PAGE_NOW)}
    assert list(rows) == [campaign.name for campaign in CAMPAIGNS]
    assert all(rows[name]["command"] == COMMAND.format(name) for name in rows)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_line_tells_of_as_many_attempts_as_the_long_form_makes_and_all_are_survived(name: str) -> None:
    tally, _ = read_results(PAGE_NOW)[name]
    assert tally.survived == tally.tried
    assert tally.silent == 0
    assert tally.tried >= BY_NAME[name].tried


def test_every_promise_fault_threat_and_trap_has_a_row() -> None:
    wanted = [f"{kind}{number}" for kind, most in NUMBERED.items() for number in range(1, most + 1)]
    assert list(COVERAGE) == wanted
    assert set(SECTIONS) == set(NUMBERED)
    shown = re.findall(r"^\| ([A-Z]\d+) \| [^|]+ \| [^|]+ \|$", PAGE_NOW, re.MULTILINE)
    assert shown == wanted


@pytest.mark.parametrize("number", COVERAGE)
def test_what_covers_it_exists(number: str) -> None:
    cover = COVERAGE[number]
    assert cover.tests or cover.reason
    for test in cover.tests:
        file, _, name = test.partition("::")
        if name:
            assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test
        else:
            assert number in BY_NAME[test].covers, f"{test} does not say that it covers {number}"


def test_what_a_campaign_covers_is_numbered() -> None:
    assert {number for campaign in CAMPAIGNS for number in campaign.covers} <= set(COVERAGE)


def test_the_command_repeats_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "tests/campaigns", "in-the-way", "--size", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.fullmatch(r"in-the-way: 3/3 \(detected 3, harmless 0, silent 0\) in \d+ s\n", done.stdout), done


# ---------------------------------------------------------------- the instruments


def test_attempts_that_are_not_survived_are_counted_and_told() -> None:
    attempts = [Attempt("a", "detected"), Attempt("b", "silent"), Attempt("c", "broken"), Attempt("d", "harmless")]
    told: list[Attempt] = []
    assert str(count(attempts, told.append)) == "2/4 (detected 1, harmless 1, silent 1)"
    assert [attempt.what for attempt in told] == ["b", "c"]


def test_results_are_read_as_they_are_written() -> None:
    results = {c.name: (Tally(1234 + n, n, 0, 0), n) for n, c in enumerate(CAMPAIGNS)}
    page = write_page(results, short="9 of 9 attempts in 3 s")
    assert read_results(page) == results
    assert read_short(page) == "9 of 9 attempts in 3 s"


@pytest.mark.parametrize(("total", "number"), [(1, 5), (7, 3), (100, 10), (3, 9), (5, 1)])
def test_a_spread_is_even_and_within(total: int, number: int) -> None:
    found = list(spread(total, number))
    assert found[0] == 1
    assert len(found) == min(total, number)
    assert number == 1 or found[-1] == total


def test_connections_and_foreign_files_are_noticed(tmp_path: Path) -> None:
    """The instrument that watches every test notices what it is there for."""
    before = len(WATCH.seen)
    address = ("192.0.2.1", 9)
    with socket.socket() as one:
        one.setblocking(False)
        one.connect_ex(address)
    with pytest.raises(FileNotFoundError):
        open("/nowhere/of/ours")  # noqa: PTH123, SIM115
    seen = WATCH.seen[before:]
    del WATCH.seen[before:]
    assert seen == ["connects to 192.0.2.1", "opens /nowhere/of/ours"]


def test_the_watch_lets_pass_what_belongs_to_the_tests() -> None:
    watch = Watch(("/ours/",))
    watch.notice("open", ("/ours/a", "r", 0))
    watch.notice("open", ("here", "r", 0))
    watch.notice("open", (3, "r", 0))
    watch.notice("socket.connect", (None, ("127.0.0.1", 80)))
    watch.notice("socket.getaddrinfo", ("localhost", 80))
    assert watch.seen == []
    watch.notice("socket.getaddrinfo", (b"example.org", 80))
    watch.notice("open", (b"/etc/passwd", "r", 0))
    assert watch.seen == ["asks for the address of example.org", "opens /etc/passwd"]
