"""Pages come from folders, files and JSON Lines; what is wrong with the list is told, and stops no other page."""

import gzip
import json
import os
import random
import time
from pathlib import Path

import pytest
from conftest import BAO_LAC, GOOD_PAGES, TIEN_YEN, Outcome

from builder.errors import SourceError
from builder.reader import list_sources, load_source
from builder.reader.sources import Place


def listed(*inputs: Path) -> tuple[list[str], list[str]]:
    places, problems = list_sources(inputs)
    return [place.id for place in places], [str(problem) for problem in problems]


def jsonl(folder: Path, *lines: object, name: str = "a.jsonl") -> Path:
    """Write a JSON Lines file; strings and bytes go in as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    raw = [x if isinstance(x, bytes) else x.encode() if isinstance(x, str) else json.dumps(x).encode() for x in lines]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return path


# ---------------------------------------------------------------- where pages come from


def test_a_folder_gives_pages_of_every_kind(pages: Path) -> None:
    assert listed(pages) == (list(GOOD_PAGES), [])


def test_every_kind_of_page_is_read(good: Outcome) -> None:
    assert good.summary.pages == len(GOOD_PAGES)
    assert good.summary.unreadable == ()
    for name in GOOD_PAGES:
        assert any("#Observation>" in line for line in good.of_page(name)), f"no figure was read from {name}"


def test_single_files_and_folders_can_be_mixed(pages: Path, tmp_path: Path) -> None:
    other = tmp_path / "another.txt"
    other.write_text(TIEN_YEN, encoding="utf-8")
    assert listed(pages / "sub", other) == (["another.txt", "dong-hoi.md"], [])
    assert listed(pages / "portal.jsonl") == (["portal.jsonl/bao-lac"], [])


def test_a_single_file_knows_its_address(pages: Path) -> None:
    (place,), _ = list_sources([pages / "tien-yen.txt"])
    assert place.told["url"] == "https://tienyen.gov.vn/tin-tuc"


def test_the_table_tells_about_pages_below_it(pages: Path) -> None:
    (pages / "sources.csv").write_text(
        "url,file,extra\nhttps://a.vn/1,sub/dong-hoi.md,x\n https://b.vn ,lap-vo.html\n", encoding="utf-8-sig"
    )
    places = {p.id: p for p in list_sources([pages])[0]}
    assert places["sub/dong-hoi.md"].told["url"] == "https://a.vn/1"
    assert places["lap-vo.html"].told["url"] == "https://b.vn"
    assert places["tien-yen.txt"].told == {}


def test_a_folder_below_may_have_its_own_table(pages: Path) -> None:
    (pages / "sub" / "sources.csv").write_text("file,url\ndong-hoi.md,https://donghoi.gov.vn\n", encoding="utf-8")
    places = {p.id: p for p in list_sources([pages.parent])[0]}
    assert places["pages/sub/dong-hoi.md"].told["url"] == "https://donghoi.gov.vn"
    assert places["pages/tien-yen.txt"].told["url"] == "https://tienyen.gov.vn/tin-tuc"


def test_a_record_tells_about_its_page(pages: Path) -> None:
    (place,), _ = list_sources([pages / "portal.jsonl"])
    source = load_source(place)
    assert source.data.decode() == BAO_LAC["text"]
    assert {k: getattr(source, k) for k in ("url", "title", "published", "publisher")} == {
        k: BAO_LAC[k] for k in ("url", "title", "published", "publisher")
    }


def test_records_without_an_id_go_by_their_line(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path,
        {"text": "a"},
        "",
        {"id": "", "text": "b"},
        {"id": 0, "text": "c"},
        {"id": None, "text": "d"},
        {"id": [1]},
    )
    assert listed(path)[0] == [f"a.jsonl/{x}" for x in ("0", "line-1", "line-3", "line-5", "line-6")]


def test_hidden_files_and_other_kinds_are_passed_over(pages: Path) -> None:
    (pages / ".hidden.txt").write_text("x", encoding="utf-8")
    (pages / ".git").mkdir()
    (pages / ".git" / "x.txt").write_text("x", encoding="utf-8")
    (pages / "photo.jpg").write_bytes(b"\xff\xd8")
    (pages / "folder.txt").mkdir()
    assert listed(pages) == (list(GOOD_PAGES), [])


def test_the_list_is_the_same_in_any_order(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, walk = listed(pages), os.walk

    def shuffled(*args: object, **kwargs: object) -> object:
        for here, folders, files in walk(*args, **kwargs):  # type: ignore[call-overload]
            random.Random(1).shuffle(folders)
            random.Random(2).shuffle(files)
            yield here, folders, files

    monkeypatch.setattr(os, "walk", shuffled)
    assert listed(pages) == expected


# ---------------------------------------------------------------- what can be wrong with the list


def only_problem(*inputs: Path) -> str:
    _, problems = listed(*inputs)
    assert len(problems) == 1, problems
    assert "\n" not in problems[0]
    where, what = problems[0].split(": ", 1)
    assert where
    assert "; " in what, f"it does not say what to do: {problems[0]}"
    return problems[0]


def test_a_folder_without_pages_is_told(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    assert "holds no pages; put" in only_problem(tmp_path)


def test_what_does_not_exist_is_told(tmp_path: Path) -> None:
    assert "no such file or folder" in only_problem(tmp_path / "nowhere\nat all")


def test_a_kind_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"x")
    problem = only_problem(tmp_path / "a.xls")
    assert "not a kind of page that can be read; give .txt, .md, .html, .htm, .pdf, .docx, .jsonl," in problem


def test_two_pages_of_one_name_are_told(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name, encoding="utf-8")
    assert only_problem(tmp_path / "x", tmp_path / "y").startswith("a.txt: a page of this name is already in the input")
    assert list_sources([tmp_path / "x", tmp_path / "y"])[0][0].path == tmp_path / "x" / "a.txt"


def test_two_records_of_one_name_are_told(tmp_path: Path) -> None:
    path = jsonl(tmp_path, {"id": "1", "text": "first"}, {"id": 1, "text": "second"})
    assert only_problem(path).startswith("a.jsonl/1: a page of this name")
    assert load_source(list_sources([path])[0][0]).data == b"first"


def test_the_same_page_given_twice_is_one_page(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pages)
    assert listed(pages, pages / "tien-yen.txt", Path("tien-yen.txt"), Path()) == (list(GOOD_PAGES), [])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'file,url\n"tien-yen.txt,https://a.vn\n', "cannot be read as UTF-8 CSV"),
        (b"file,url\nti\xeank,https://a.vn\n", "cannot be read as UTF-8 CSV"),
        (b"file;url\ntien-yen.txt;https://a.vn\n", "needs the columns file and url"),
        (b"page,address\ntien-yen.txt,https://a.vn\n", "needs the columns file and url"),
        (b"file,url\n" + b"x" * 200_000 + b",y\n", "cannot be read as UTF-8 CSV"),
    ],
)
def test_a_broken_table_is_told_and_left_aside(pages: Path, content: bytes, what: str) -> None:
    (pages / "sources.csv").write_bytes(content)
    problem = only_problem(pages)
    assert problem.startswith("sources.csv: ")
    assert what in problem
    assert "addresses are left out" in problem
    places, _ = list_sources([pages])
    assert [place.id for place in places] == list(GOOD_PAGES)
    assert all(not place.told for place in places)


@pytest.mark.parametrize(
    "content", [b"", b"file,url\n", b"file,url\n\n,\ntien-yen.txt\n,https://a.vn\n", b"\xef\xbb\xbffile,url\r\n"]
)
def test_an_incomplete_table_does_no_harm(pages: Path, content: bytes) -> None:
    (pages / "sources.csv").write_bytes(content)
    assert listed(pages) == (list(GOOD_PAGES), [])


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a\nb.txt", "line break"),
        ("a\x1bb.txt", "line break"),
        ("a\u2028b.txt", "line break"),
        ("x" * 249 + ".txt", "longer than 251 bytes"),
        ("ế" * 80 + "x" * 9 + ".txt", "longer than 251 bytes"),
    ],
)
def test_names_under_which_no_text_can_be_kept_are_told(pages: Path, name: str, what: str) -> None:
    (pages / name).write_text(TIEN_YEN, encoding="utf-8")
    assert what in only_problem(pages)
    assert listed(pages)[0] == list(GOOD_PAGES)


def test_a_name_that_is_no_text_is_told(pages: Path) -> None:
    (Path(os.fsdecode(os.fsencode(pages) + b"/Ti\xeank.txt"))).write_text(TIEN_YEN, encoding="utf-8")
    assert only_problem(pages).startswith(r"Ti\udceank.txt: the name holds")


@pytest.mark.parametrize(
    "identifier", ["../../evil", "a/../../../evil", "/etc/passwd", "a//b", ".", "a/", "x\ny", "x\x00", "\ud800"]
)
def test_a_record_cannot_name_a_place_outside(tmp_path: Path, identifier: str) -> None:
    path = jsonl(tmp_path, {"id": identifier, "text": "a"}, {"id": "good", "text": "b"})
    assert "rename it" in only_problem(path)
    assert listed(path)[0] == ["a.jsonl/good"]


def test_a_page_cannot_be_a_folder_of_another(tmp_path: Path) -> None:
    path = jsonl(tmp_path, {"id": "a", "text": "a"}, {"id": "a.txt/b", "text": "b"})
    assert "the name of another page" in only_problem(path)
    assert listed(path)[0] == ["a.jsonl/a"]


def test_a_link_that_leads_nowhere_is_told(pages: Path) -> None:
    (pages / "link.txt").symlink_to(pages / "nowhere.txt")
    place = next(place for place in list_sources([pages])[0] if place.id == "link.txt")
    with pytest.raises(SourceError, match=r"link\.txt: cannot be read \(No such file or directory\); check"):
        load_source(place)


def test_a_folder_that_cannot_be_read_is_told(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    names, problems = listed(pages)
    assert names == [name for name in GOOD_PAGES if not name.startswith("sub/")]
    assert problems == ["sub: the folder cannot be read (Permission denied); check its rights"]


# ---------------------------------------------------------------- JSON Lines


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1, 2]",
        "null",
        '{"id": "x"}',
        '{"id": "x", "text": null}',
        '{"id": "x", "text": 5}',
        '{"id": "x", "html": ["a"]}',
        b'{"id": "x", "text": "\xff"}',
        "[" * 100_000,
        '{"text": ' + "1" * 5000 + "}",
        "99%",
    ],
)
def test_a_broken_record_is_told_and_stops_no_other(tmp_path: Path, line: str | bytes) -> None:
    path = jsonl(tmp_path, {"id": "good", "text": "a"}, line, {"id": "fine", "text": "b"})
    places, problems = list_sources([path])
    assert problems == []
    told, read = [], []
    for place in places:
        try:
            read.append(load_source(place).id)
        except SourceError as problem:
            told.append(str(problem))
    assert read == ["a.jsonl/fine", "a.jsonl/good"]
    (message,) = told
    assert message.endswith("line 2 is no JSON record with “text” or “html”; mend or remove the line")


def spoiled(path: Path) -> None:
    """Turn around some bytes in the middle of a compressed file."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 40):
        data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("way", ["spoiled", "garbled", "not gzip"])
def test_a_broken_archive_is_told_and_stops_no_other(pages: Path, way: str) -> None:
    path = pages / "broken.jsonl.gz"
    records = [{"id": i, "text": f"{TIEN_YEN} {random.Random(i).random()}"} for i in range(300)]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    if way == "spoiled":
        spoiled(path)
    elif way == "garbled":
        path.write_bytes(path.read_bytes()[:10] + b"\xff" * 50)
    else:
        path.write_bytes(b"no gzip")
    assert only_problem(pages).startswith("broken.jsonl.gz: damaged, so none of its pages is read")
    assert listed(pages)[0] == list(GOOD_PAGES)


def test_an_archive_without_records_is_told(pages: Path) -> None:
    jsonl(pages, "", "  ", name="empty.jsonl")
    assert only_problem(pages).startswith("empty.jsonl: the file holds no pages")


def test_a_byte_order_mark_before_records_is_no_harm(tmp_path: Path) -> None:
    path = jsonl(tmp_path, b"\xef\xbb\xbf" + json.dumps({"id": "x", "text": "a"}).encode())
    assert listed(path) == (["a.jsonl/x"], [])


def test_what_is_no_character_is_left_out_of_titles(tmp_path: Path) -> None:
    path = jsonl(tmp_path, '{"id": "x", "text": "a", "title": "\\ud800 b\\u0000\\nc", "url": "https://a.vn/\\udfff"}')
    source = load_source(list_sources([path])[0][0])
    assert (source.title, source.url) == ("b  c", "https://a.vn/")


def test_reading_many_records_takes_time_in_proportion(tmp_path: Path) -> None:
    """Each record is read once: twice as many take about twice the time."""

    def seconds(count: int) -> float:
        path = jsonl(tmp_path, *({"id": i, "text": "x" * 2000} for i in range(count)), name=f"{count}.jsonl")
        begin = time.process_time()
        for place in list_sources([path])[0]:
            load_source(place)
        return time.process_time() - begin

    seconds(100)
    assert seconds(4000) < 12 * seconds(1000) + 0.2


def test_a_record_longer_than_any_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.reader import containers, sources

    monkeypatch.setattr(containers, "LONGEST_LINE", 1000)
    monkeypatch.setattr(sources, "LONGEST_LINE", 1000)
    path = jsonl(tmp_path, {"id": "long", "text": "x" * 5000}, {"id": "short", "text": "y"})
    assert listed(path) == (["a.jsonl/line-1", "a.jsonl/short"], [])
    with pytest.raises(SourceError, match=r"a\.jsonl/line-1: "):
        load_source(list_sources([path])[0][0])


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x", encoding="utf-8")

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match=r"^a\.txt: cannot be read \(Permission denied\); check"):
        load_source(Place("a.txt", path))
