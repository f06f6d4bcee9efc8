"""What the campaigns are waged against: pages of our own, and what is built of them."""

import sys
from collections.abc import Iterable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from conftest import DONG_HOI, LAP_VO, ROOT, TIEN_YEN, write_pages  # noqa: E402

from builder import pipeline  # noqa: E402

__all__ = ["EXAMPLES", "ROOT", "build", "contents", "leftovers", "write_many", "write_pages", "write_seeds"]

EXAMPLES = ROOT / "examples" / "pages"
UNITS = ("Ba Chẽ", "Bình Liêu", "Cô Tô", "Đầm Hà", "Hải Hà", "Vân Đồn", "Tiên Yên")


def write_many(folder: Path, number: int) -> Path:
    """Write so many pages that a build keeps a journal of them: most in plain text, some in HTML and Markdown."""
    folder.mkdir(parents=True)
    for i in range(number):
        text, ending = ((TIEN_YEN, "txt"), (DONG_HOI, "md"), (TIEN_YEN, "txt"), (LAP_VO, "html"))[i % 4]
        page = text.replace("Tiên Yên", UNITS[i % len(UNITS)]).replace("99,97", f"9{i % 10},{1 + i % 89}")
        (folder / f"{i:03}.{ending}").write_text(page, encoding="utf-8", newline="")
    return folder


def write_seeds(folder: Path) -> dict[str, bytes]:
    """Return the pages that are spoiled on purpose, by name: of every kind, the examples among them."""
    write_pages(folder)
    found = [*sorted(folder.rglob("*.*")), *sorted(EXAMPLES.iterdir())]
    return {path.name: path.read_bytes() for path in found if path.name != "sources.csv"}


def build(pages: Path | Iterable[Path], out: Path, **options: object) -> dict[str, bytes]:
    """Build and return the files of the build."""
    given = [pages] if isinstance(pages, Path) else pages
    pipeline.build(given, out, **options)  # type: ignore[arg-type]
    return contents(out)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def leftovers(out: Path) -> list[str]:
    """Return what lies hidden beside a build."""
    return sorted(path.name for path in out.parent.iterdir() if path.name.startswith("."))
