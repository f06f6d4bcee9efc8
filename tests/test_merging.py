"""Lines are put in order whatever their number, in memory that does not grow with it."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from conftest import ROOT, TIEN_YEN, Outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import merging
from builder.merging import Distinct, Sorter, cut_runs, find_line, find_lines, merge_runs, read_runs

LINES = st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=5)))


@given(added=LINES, other=st.lists(st.text("ab", max_size=3)), most=st.integers(1, 40), fan_in=st.integers(2, 4))
@settings(deadline=None, max_examples=200)
def test_lines_come_in_the_order_of_their_characters(
    tmp_path_factory: pytest.TempPathFactory, added: list[list[str]], other: list[str], most: int, fan_in: int
) -> None:
    """However little memory there is and however few files may be open, as if all were sorted at once."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "FAN_IN", fan_in)
        patch.setattr(merging, "MOST", most)
        sorter = Sorter(folder)
        for lines in added:
            sorter.add(f"{line}\n".encode() for line in lines)
        found = list(sorter.lines(f"{line}\n".encode() for line in sorted(other)))
    # a line end sorts before all that may stand in a statement; control characters do not occur there
    expected = sorted(f"{line}\n".encode() for line in [*other, *(line for lines in added for line in lines)])
    assert found == expected
    assert len(list(folder.iterdir())) <= max(fan_in, 1)


NUMBERS = st.lists(st.integers(0, 60), unique=True)


@given(numbers=NUMBERS, chosen=st.sets(st.integers(0, 60)), length=st.integers(1, 9), at_once=st.integers(1, 5))
@settings(deadline=None, max_examples=300)
def test_runs_and_what_comes_among_them_are_one_order(
    numbers: list[int], chosen: set[int], length: int, at_once: int
) -> None:
    """Wherever the others belong and however many there are; and only a part is held at once."""
    lines = [f"{number:02}\n".encode() for number in sorted(numbers)]
    old = [line for line in lines if int(line) not in chosen]
    runs = [b"".join(old[i : i + length]) for i in range(0, len(old), length)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "AT_ONCE", at_once)
        found = list(merge_runs(runs, iter([line for line in lines if int(line) in chosen])))
    assert b"".join(found) == b"".join(lines)
    assert max((part.count(b"\n") for part in found), default=0) <= max(length, at_once)


@given(words=st.lists(st.text("ab#>é", max_size=4)), head=st.text("ab#>é", max_size=3), at_once=st.integers(1, 20))
@settings(deadline=None, max_examples=300)
def test_lines_are_found_by_what_they_begin_with(words: list[str], head: str, at_once: int) -> None:
    """Wherever they stand among sorted lines, and in pieces of any length."""
    lines = sorted(f"{word}\n".encode() for word in words)
    file, begins = BytesIO(b"".join(lines)), head.encode()
    found = find_lines(file, begins, (0, file.seek(0, 2)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "RUN", at_once)
        assert b"".join(read_runs(file, found)) == b"".join(line for line in lines if line.startswith(begins))
        assert all(run.endswith(b"\n") for run in read_runs(file, found))
    assert find_line(file, begins, (0, file.seek(0, 2))) == found[0]


def test_a_file_that_is_cut_while_it_is_read_is_told() -> None:
    file = BytesIO(b"a\nb\nc\n")
    file.truncate(4)
    with pytest.raises(OSError, match="cut while it was read"):
        list(read_runs(file, (0, 6)))


MEASURE = """
import resource
import sys
from pathlib import Path
from builder import evidence, merging, pipeline
merging.MOST = evidence.PART = 1 << 18
pipeline.build([Path(sys.argv[1])], Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory_of(pages: int, folder: Path) -> int:
    """Build many pages in a process of its own; return the most memory that it held, in kB."""
    folder.mkdir()
    for number in range(pages):
        text = TIEN_YEN.replace("99,97", f"{number % 90 + 10},{number % 7 + 1}")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", MEASURE, str(folder), str(folder.with_suffix(".out"))]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.long
def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    few, many = memory_of(100, tmp_path / "few"), memory_of(700, tmp_path / "many")
    assert many <= 1.1 * few, (few, many)


def test_small_pieces_give_the_same_build(
    pages: Path, good: Outcome, build: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MOST", 1000)
    assert build(pages, pages.parent / "out").files() == good.files()  # type: ignore[operator]


@given(
    numbers=st.sets(st.integers(0, 300)),
    heads=st.sets(st.text("0123", min_size=1, max_size=3)),
    length=st.integers(1, 9),
)
@settings(deadline=None, max_examples=300)
def test_lines_are_cut_by_what_they_begin_with(numbers: set[int], heads: set[str], length: int) -> None:
    """Wherever runs end, and where heads begin one another or nothing begins with them."""
    lines = sorted(f"{number:03}\n".encode() for number in numbers)
    runs = [b"".join(lines[i : i + length]) for i in range(0, len(lines), length)]
    begins = sorted(head.encode() for head in heads)
    left = [line for line in lines if not line.startswith(tuple(begins))]
    assert b"".join(cut_runs(runs, begins)) == b"".join(left)


@given(lines=st.lists(st.integers(0, 60)), most=st.integers(1, 40), at_once=st.integers(1, 5))
@settings(deadline=None, max_examples=100)
def test_distinct_lines_come_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[int], most: int, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "MOST", most)
        patch.setattr(merging, "AT_ONCE", at_once)
        kept = Distinct(tmp_path_factory.mktemp("runs"))
        kept.add(f"{number:02}\n".encode() for number in lines)
        assert list(kept.lines()) == sorted({f"{number:02}\n".encode() for number in lines})
