"""The site as files: whole, without dead links, the same bytes every time, and never over something else."""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from builder.cli.steps import open_answers
from builder.errors import StoreError
from builder.server.pages import Site, open_site
from builder.server.site import write_site

PAGES = Path(__file__).resolve().parents[1] / "examples" / "pages"


@pytest.fixture(scope="module")
def site(tmp_path_factory, build) -> Site:
    folder = tmp_path_factory.mktemp("site")
    build(PAGES / "tien-yen-2019.html", folder / "out")
    return open_site(folder / "out", open_answers(folder / "out"))


@pytest.fixture(scope="module")
def written(site) -> Path:
    folder = site.out.parent / "site"
    write_site(site, folder)
    return folder


def pages_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_every_page_is_there_in_both_languages(written):
    names = {path.relative_to(written).as_posix() for path in pages_of(written)}
    vietnamese = {name for name in names if not name.startswith("en/")}
    assert {f"en/{name}" for name in vietnamese} == names - vietnamese
    assert {"index.html", "doc/unit/199.html", "compare/on-time-rate.html", "graph/unit/199.html"} <= vietnamese
    for path in pages_of(written):
        language = "en" if path.relative_to(written).as_posix().startswith("en/") else "vi"
        assert html.fromstring(path.read_text(encoding="utf-8")).get("lang") == language


def test_every_link_leads_to_a_file_and_a_part_of_it(written):
    parts: dict[Path, set[str]] = {}
    links = 0
    for path in pages_of(written):
        for element in html.fromstring(path.read_text(encoding="utf-8")).iter():
            address = element.get("href") or element.get("src") if isinstance(element.tag, str) else None
            target = urlsplit(address or "")
            if address is None or target.scheme in {"http", "https"}:
                continue
            assert not target.netloc
            assert not target.query, f"{path}: {address} asks a server"
            file = (path.parent / unquote(target.path)).resolve() if target.path else path
            assert file.is_file(), f"{path}: {address}"
            links += 1
            if target.fragment and file.suffix == ".html":
                if file not in parts:
                    tree = html.fromstring(file.read_text(encoding="utf-8"))
                    parts[file] = {each.get("id") for each in tree.iter() if each.get("id")}
                assert unquote(target.fragment) in parts[file], f"{path}: {address}"
    assert links > 3_000


def test_nothing_is_fetched_from_elsewhere(written):
    """Links may lead out, but no style, script or picture comes from outside."""
    for path in pages_of(written):
        tree = html.fromstring(path.read_text(encoding="utf-8"))
        fetched = [e.get("src") for e in tree.iterfind(".//*[@src]")] + [
            e.get("href") for e in tree.iterfind(".//link")
        ]
        assert not [address for address in fetched if "//" in address]
        assert not tree.findall(".//form")


@pytest.mark.long
def test_the_command_replaces_an_earlier_site_whole_by_the_same_bytes(site, written, call, tmp_path):
    """What was in the way is gone, and the same build gives the same files; the command says how many."""
    earlier = shutil.copytree(written, tmp_path / "site")
    (earlier / "left-over.html").write_text("")
    (earlier / "index.html").write_text("old")
    code, answer, said = call("site", site.out, "-o", earlier, "--json")
    files, again = files_of(written), files_of(earlier)
    assert files == again
    assert code == 0
    assert json.loads(answer)["files"] == len(files)
    assert "index.html" in said


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_with_other_things_is_left_alone(site, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="no earlier site"):
        write_site(site, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
