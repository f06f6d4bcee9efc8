"""What a build costs after a change of some pages: ``python benchmarks/incremental.py --pages 3000 [--share 0.01]``.

Pages are generated twice, by two seeds; a share of the first, spread evenly, is changed into the second and back. Each
build runs in a program of its own; told are the seconds of the processor of a build of all pages, of one where nothing
changed, and of one after a change, and whether its outcome is that of a build of all, byte by byte.
"""

import argparse
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

GENERATE = Path(__file__).with_name("generate.py")
BUILD = """
import json, resource, sys
from pathlib import Path
from builder import pipeline
from builder.executing import Limits
pages, out, fresh = sys.argv[1:]
summary = pipeline.build([Path(pages)], Path(out), fresh=bool(fresh), limits=Limits())
here, there = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"cpu": here.ru_utime + here.ru_stime + there.ru_utime + there.ru_stime, "kept": summary.kept,
    "memory": max(here.ru_maxrss, there.ru_maxrss) / 1024}))
"""


def build(pages: Path, out: Path, *, fresh: bool = False) -> dict[str, float]:
    """Build in a program of its own and return what it tells of itself."""
    command = [sys.executable, "-c", BUILD, str(pages), str(out), "fresh" if fresh else ""]
    return dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def generate(folder: Path, number: int, seed: int) -> list[Path]:
    """Make pages and return them in order."""
    command = [sys.executable, str(GENERATE), str(folder), "--pages", str(number), "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return sorted((folder / "pages").iterdir())


def digests(out: Path) -> dict[str, str]:
    """Return the checksums of all files of a build."""
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def main() -> None:
    """Tell what a change costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where pages and builds are kept for the next run")
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = asked.folder or Path(place)
        pages, out = folder / "one" / "pages", folder / "out"
        if not pages.is_dir():
            generate(folder / "one", asked.pages, 7)
            generate(folder / "other", asked.pages, 8)
        full = build(pages, out, fresh=True)
        same, changed = [], []
        chosen = sorted(pages.glob("0*"))[:: max(1, round(1 / asked.share))]
        for _ in range(asked.rounds):
            same.append(build(pages, out)["cpu"])
            for page in chosen:
                other = folder / "other" / "pages" / page.name
                text = page.read_bytes()
                shutil.copyfile(other, page)
                other.write_bytes(text)
            changed.append(told := build(pages, out))
            assert told["kept"] == asked.pages - len(chosen)
        again = build(pages, folder / "whole", fresh=True)
        alike = "the same bytes" if digests(out) == digests(folder / "whole") else "OTHER BYTES"
        whole = (full["cpu"] + again["cpu"]) / 2
        after = median(each["cpu"] for each in changed)
        print("pages | full s | nothing changed s | changed s | of full | MB, full | MB, changed | outcome")
        cells = (
            f"{asked.pages}", f"{full['cpu']:.1f}, {again['cpu']:.1f}", f"{median(same):.2f}",
            f"{after:.2f}", f"{after / whole:.1%}", f"{full['memory']:.0f}", f"{changed[-1]['memory']:.0f}", alike,
        )  # fmt: skip
        print(" | ".join(cells))


if __name__ == "__main__":
    main()
