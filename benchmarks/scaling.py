"""What a page costs in a build of few and of many: ``python benchmarks/scaling.py PAGES --sizes 1000 10000``.

The pages are copied under other names until there are enough. A build of each size runs in a program of its own, with
one process and with two; told are, per page, the seconds of the processor, those of them that only one process can
spend, what is written to disk, and the most memory that a process held. The store is loaded once, from the largest.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from itertools import count, islice
from pathlib import Path

from builder.reader import list_sources

BUILD = """
import json, resource, sys, time
from pathlib import Path
from builder import pipeline
from builder.executing import Limits
begin = time.monotonic()
pages, out, jobs = sys.argv[1:]
summary = pipeline.build([Path(pages)], Path(out), int(jobs), fresh=True, limits=Limits())
wall = time.monotonic() - begin
here, there = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"wall": wall, "here": here.ru_utime + here.ru_stime, "there": there.ru_utime + there.ru_stime,
    "memory": max(here.ru_maxrss, there.ru_maxrss) / 1024, "pages": summary.pages, "quads": summary.quads}))
"""
LOAD = """
import json, resource, sys, time
from pathlib import Path
from builder.cli.steps import load_store
begin = time.monotonic()
load_store([Path(sys.argv[1])], Path(sys.argv[2]), "", lambda *_: None)
told = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": time.monotonic() - begin, "here": told.ru_utime + told.ru_stime,
    "memory": told.ru_maxrss / 1024}))
"""


def copy_pages(pages: Path, target: Path, number: int) -> None:
    """Copy pages into folders of their own, one after another, until there are enough."""
    places = [place for place in list_sources([pages])[0] if not place.line]
    for copy, place in islice(((copy, place) for copy in count() for place in places), number):
        path = target / f"{copy:06}" / place.id
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place.path, path)


def measured(program: str, *arguments: object) -> dict[str, float]:
    """Run a program of its own and return what it tells of itself."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Tell what pages cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    print("pages | jobs | wall s | CPU ms/page | of it serial | MB | statements/page | kB on disk/page", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for size in asked.sizes:
            pages, out = Path(place) / f"pages-{size}", Path(place) / "out"
            copy_pages(asked.pages, pages, size)
            for jobs in asked.jobs:
                told = measured(BUILD, pages, out, jobs)
                a_page = 1000 / told["pages"]
                cells = (
                    f"{size}", f"{jobs}", f"{told['wall']:.0f}", f"{(told['here'] + told['there']) * a_page:.1f}",
                    f"{told['here'] * a_page:.1f}", f"{told['memory']:.0f}", f"{told['quads'] / size:.0f}",
                    f"{size_of(out) / size / 1000:.1f}",
                )  # fmt: skip
                print(" | ".join(cells), flush=True)
        store = Path(place) / "store"
        told = measured(LOAD, out / "graph.nq", store)
        kept = size_of(store) / size / 1000
        print(f"store: {told['here'] * a_page:.2f} ms CPU/page, {told['memory']:.0f} MB, {kept:.1f} kB on disk/page")


if __name__ == "__main__":
    main()
