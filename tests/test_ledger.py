"""A ledger keeps pages in order whatever their names are, and tells other processes where they are found."""

import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from campaigns.children import in_a_child

from builder import ledger as ledgers
from builder.errors import StoreError
from builder.ledger import Ledger

NAMES = ("b.txt", "a/b", "a-b", "ế.txt", "a", "\udcff.txt", "\U0001f600", "\uffff")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger that reads two rows at once."""
    monkeypatch.setattr(ledgers, "AT_ONCE", 2)
    made = Ledger(tmp_path / "pages")
    for name in NAMES:
        assert made.enter(name, {"name": name}) == {"name": name}
    return made


def test_pages_come_in_the_order_of_their_characters(ledger: Ledger) -> None:
    assert list(ledger.names()) == sorted(NAMES)
    assert [place["name"] for place in ledger.places()] == sorted(NAMES)
    assert len(ledger) == len(NAMES)


def test_of_two_pages_with_one_name_the_first_is_kept(ledger: Ledger) -> None:
    assert ledger.enter("a", "another") == {"name": "a"}
    ledger.strike("a")
    assert ledger.place("a") is None
    assert ledger.enter("a", "another") == "another"


def test_pages_are_settled_while_others_are_gone_through(ledger: Ledger) -> None:
    for number, place in enumerate(ledger.unsettled()):
        ledger.settle([(place["name"], number - 1)])
    assert dict(ledger.settled()) == {name: number - 1 for number, name in enumerate(sorted(NAMES))}
    assert list(ledger.settled_at(-1)) == [min(NAMES)]
    assert list(ledger.unsettled()) == []
    assert ledger.count_settled() == len(NAMES)


def test_what_was_kept_is_recalled_by_its_key(ledger: Ledger) -> None:
    assert not ledger.remembers()
    ledger.remember([("x", 0), ("y", 5), ("x", 7)])
    assert [ledger.recall(key) for key in "xyz"] == [7, 5, None]
    assert ledger.remembers()


def test_another_process_reads_it(ledger: Ledger) -> None:
    reader = ledger.reader()

    def look() -> None:
        assert [reader(name) for name in NAMES] == [{"name": name} for name in NAMES]
        assert reader("none") is None

    assert in_a_child(look) == 0


def test_nothing_is_left_of_it(ledger: Ledger, tmp_path: Path) -> None:
    ledger.close()
    assert list(tmp_path.iterdir()) == []


def test_one_of_a_build_that_was_killed_is_replaced(ledger: Ledger, tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "pages")) as again:
        assert len(again) == 0


def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        with closing(Ledger(tmp_path / "many")) as ledger:
            tracemalloc.start()
            for n in range(number):
                ledger.enter(f"{n}.txt", f"{n}.txt")
            ledger.settle((place, 1) for place in ledger.unsettled())
            assert sum(1 for _ in ledger.settled()) == number
            told = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return told

    peak(10)
    assert peak(8000) < 1.5 * peak(2000)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    with pytest.raises(StoreError, match=r"pages: cannot be written: .*; nothing was changed"):
        Ledger(tmp_path / "pages")


def test_where_there_is_no_room_that_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def executemany(self, *_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(ledger, "_base", Full())
    with pytest.raises(StoreError, match=r"pages: cannot be written: database or disk is full; nothing was changed"):
        ledger.settle([("a", 1)])
