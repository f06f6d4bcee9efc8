"""What several tests share: pages of our own, and ways to build them and look at what was built."""

import gc
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import watching

from builder.cli import run
from builder.extractor import extract
from builder.facts import Document, Extraction, Source
from builder.gazetteer import Gazetteer, load_gazetteer
from builder.lexicon import Lexicon, load_lexicon
from builder.pipeline import Summary, derive_comparison
from builder.pipeline import build as build_pages
from builder.reader import read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

WATCH = watching.begin((ROOT, SHARED, SHARED.resolve(), Path.home() / ".cache"))


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test makes a connection to another machine or opens a file that is none of its business."""
    before = len(WATCH.seen)
    yield
    seen = WATCH.seen[before:]
    if not request.node.get_closest_marker("browser"):  # a browser is a program of its own, with a home
        assert not seen, f"this test {', '.join(seen[:5])}"


def pytest_collection_finish() -> None:
    """Let no search for garbage go through the thousands of tests again, and let there be fewer: it found little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


TIEN_YEN = """Huyện Tiên Yên nâng chất lượng giải quyết thủ tục hành chính
Thứ năm, 28/11/2019 | 08:30
Năm 2019, Trung tâm Hành chính công huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 15.840 hồ sơ của người dân, tổ chức.
Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,97%; mức độ hài lòng của người dân đạt 98,5%.
Huyện triển khai mô hình “Nụ cười công sở” theo Kế hoạch số 45/KH-UBND ngày 12/02/2019 của UBND huyện Tiên Yên.
"""
LAP_VO = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Lấp Vò: người dân hài lòng hơn</title>
<style>p { color: red }</style><script>var votes = "99% hồ sơ đúng hạn";</script></head>
<body><nav><a href="/">Trang chủ</a> <a href="/tin">Tin tức</a></nav>
<article><h1>Lấp Vò: người dân hài lòng hơn khi làm thủ tục</h1>
<p class="date">Ngày 15/10/2023</p>
<p>Chín tháng năm 2023, bộ phận một cửa huyện Lấp Vò, tỉnh Đồng Tháp đã tiếp nhận và giải quyết
nhiều hồ sơ của người dân trên địa bàn, tỷ lệ hồ sơ giải quyết đúng hạn đạt
99,4%.</p>
<p>Kết quả khảo sát cho thấy tỷ lệ người dân hài lòng với sự phục vụ của công chức đạt 97,25&#37; trong kỳ.</p>
</article>
<footer>Cơ quan chủ quản: UBND huyện Lấp Vò. Điện thoại: 0277 3 845 000</footer></body></html>
"""
DONG_HOI = """# Thành phố Đồng Hới đẩy mạnh dịch vụ công trực tuyến

Ngày 05/07/2022

Sáu tháng đầu năm 2022, UBND thành phố Đồng Hới (tỉnh Quảng Bình) tiếp nhận 12.500 hồ sơ thủ tục hành chính.

- Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,6%.
- Tỷ lệ hồ sơ giải quyết quá hạn là 1,4%.
"""
BAO_LAC = {
    "id": "bao-lac",
    "title": "Bảo Lạc cải cách thủ tục hành chính",
    "url": "https://baolac.caobang.gov.vn/tin/1",
    "published": "2021-07-02",
    "publisher": "Cổng thông tin huyện Bảo Lạc",
    "text": "Bảo Lạc cải cách thủ tục hành chính\nSáu tháng đầu năm 2021, huyện Bảo Lạc (tỉnh Cao Bằng) tiếp nhận "
    "4.321 hồ sơ của người dân và doanh nghiệp.\nTỷ lệ hồ sơ giải quyết đúng hạn đạt 97,1%.\n",
}
BAC_HA = {
    "id": 7,
    "html": "<html><body><h1>Bắc Hà tiếp nhận hồ sơ qua mạng</h1><p>Năm 2020, UBND huyện Bắc Hà (tỉnh Lào Cai) nhận "
    "3.210 hồ sơ của người dân.</p><p>Tỷ lệ hồ sơ giải quyết đúng hạn đạt 96,3% trong năm.</p></body></html>",
}


def write_pages(folder: Path) -> Path:
    """Write pages of every kind that can be read, each with figures, and the table of their addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tien-yen.txt").write_text(TIEN_YEN, encoding="utf-8", newline="")
    (folder / "lap-vo.html").write_text(LAP_VO, encoding="utf-8", newline="")
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "dong-hoi.md").write_text(DONG_HOI, encoding="utf-8", newline="")
    (folder / "portal.jsonl").write_text(json.dumps(BAO_LAC, ensure_ascii=False) + "\n", encoding="utf-8")
    with gzip.GzipFile(folder / "more.jsonl.gz", "wb", mtime=0) as file:
        file.write(json.dumps(BAC_HA).encode() + b"\n")
    table = "file,url,title,published,publisher\ntien-yen.txt,https://tienyen.gov.vn/tin-tuc,,2019-11-28,Tiên Yên\n"
    (folder / "sources.csv").write_text(table, encoding="utf-8")
    return folder


GOOD_PAGES = ("lap-vo.html", "more.jsonl.gz/7", "portal.jsonl/bao-lac", "sub/dong-hoi.md", "tien-yen.txt")


class Outcome:
    """A finished build: its folder, its summary and its statements."""

    def __init__(self, folder: Path, summary: Summary) -> None:
        self.folder, self.summary = folder, summary
        self.lines = (folder / "graph.nq").read_text(encoding="utf-8").splitlines(keepends=True)

    def of_page(self, graph: str) -> list[str]:
        """Return the statements of the graph of one page, by the end of its address."""
        return [line for line in self.lines if line.endswith(f"/id/graph/{graph}> .\n")]

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


Build = Callable[..., Outcome]
ReadText = Callable[..., Document]


@pytest.fixture(scope="session")
def build() -> Build:
    def run(inputs: Path | Iterable[Path], target: Path, **options: int) -> Outcome:
        given = [inputs] if isinstance(inputs, Path) else inputs
        return Outcome(target, build_pages(given, target, **options))

    return run


@pytest.fixture(scope="session")
def good_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pages(tmp_path_factory.mktemp("good") / "pages")


@pytest.fixture(scope="session")
def good(good_pages: Path, build: Build) -> Outcome:
    """The build of the pages of our own, made once; do not change it."""
    return build(good_pages, good_pages.parent / "out")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A copy of the pages of our own that a test may spoil."""
    return write_pages(tmp_path / "pages")


@pytest.fixture
def out(pages: Path, good: Outcome) -> Path:
    """A copy of the build of these pages, beside them, that a test may spoil."""
    return shutil.copytree(good.folder, pages.parent / "out")


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="session")
def read_text(lexicon: Lexicon) -> ReadText:
    """Read some text or bytes as a page."""

    def run(content: str | bytes, name: str = "page.txt", media: str = "text/plain", **told: str) -> Document:
        data = content.encode() if isinstance(content, str) else content
        return read(Source(name, data, media, **told), lexicon)

    return run


@pytest.fixture(scope="session")
def extract_text(read_text: ReadText, lexicon: Lexicon, gazetteer: Gazetteer) -> Callable[..., Extraction]:
    """Return what a page of some text claims."""

    def run(content: str | bytes, **told: str) -> Extraction:
        return extract(read_text(content, **told), lexicon, gazetteer)

    return run


Told = Mapping[str, str]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run a command; return exit code, standard output and standard error."""
    monkeypatch.delenv("CCHC_LANG", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


# ---------------------------------------------------------------- other builds, made once


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build of the example pages; do not change it, copy it."""
    out = tmp_path_factory.mktemp("examples") / "out"
    build_pages([ROOT / "examples" / "pages"], out)
    return out


@pytest.fixture(scope="session")
def real(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The build of real pages, for tests that are skipped where these are not at hand; do not change it."""
    return build([SHARED / "corpus" / name for name in ("seeds", "dev")], tmp_path_factory.mktemp("real") / "out")


# ---------------------------------------------------------------- a site, looked at in a browser


@pytest.fixture(scope="session")
def example_out(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example pages, built, with what can be compared on the units of one day; do not change it."""
    out = shutil.copytree(examples, tmp_path_factory.mktemp("site") / "out")
    derive_comparison(out)
    return out


@pytest.fixture(scope="session")
def served(example_out: Path) -> Iterator[str]:
    """The address of the server that shows the example pages."""
    from browsing import serving

    with serving(example_out) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A browser; tests that ask for it are skipped where there is none."""
    from browsing import launch
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the pages are kept."""
    folder = Path(os.environ.get("CCHC_SCREENSHOTS") or tmp_path_factory.getbasetemp() / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
