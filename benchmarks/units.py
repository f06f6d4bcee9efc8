"""What administrative units cost: ``python benchmarks/units.py PAGES`` measures loading, finding and linking.

Prints the processor time of loading the register (the slowest of three), and how the time of a build of the pages is
shared between reading, finding unit names, the rest of extraction, linking and writing.
"""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from builder.extractor import extract
from builder.extractor.units import find_places
from builder.gazetteer import Gazetteer, load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import list_sources, load_source, read
from builder.text import fold
from builder.writer import write_document

LOADING = """
import time
from builder.gazetteer import load_gazetteer
started = time.process_time()
load_gazetteer()
print(time.process_time() - started)
"""


def time_loading() -> float:
    """Return the seconds of the processor that loading the register takes in a process of its own."""
    done = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True)
    return float(done.stdout)


def count_passes(document: Any, gazetteer: Gazetteer) -> int:
    """Return how often the matcher goes over the folded text of a page when its places are found."""
    passes = []

    class Counting:
        def find_matches_as_indexes(self, text: str, **options: Any) -> Any:
            passes.append(len(text))
            return matcher.find_matches_as_indexes(text, **options)

    matcher = gazetteer._matcher
    object.__setattr__(gazetteer, "_matcher", Counting())
    try:
        find_places(document.text, fold(document.text), gazetteer, load_lexicon())
    finally:
        object.__setattr__(gazetteer, "_matcher", matcher)
    return len(passes)


def main(folders: list[str]) -> None:
    """Measure and print."""
    loading = max(time_loading() for _ in range(3))
    gazetteer, lexicon = load_gazetteer(), load_lexicon()
    spent: dict[str, float] = defaultdict(float)

    def timed(step: str, work: Callable[[], Any]) -> Any:
        started = time.process_time()
        done = work()
        spent[step] += time.process_time() - started
        return done

    places, passes = list_sources(map(Path, folders))[0], set()
    for place in places:
        document = timed("read", lambda place=place: read(load_source(place), lexicon))
        folded = fold(document.text)
        timed("find", lambda d=document, f=folded: find_places(d.text, f, gazetteer, lexicon))
        found = timed("extract", lambda d=document: extract(d, lexicon, gazetteer))
        linked = timed("link", lambda d=document, f=found: link_document(d, f, gazetteer, lexicon))
        timed("write", lambda k=linked: write_document(k, lexicon))
        passes.add(count_passes(document, gazetteer))
    whole = sum(seconds for step, seconds in spent.items() if step != "find")  # extraction finds them itself
    print(f"register: {len(gazetteer.versions)} versions, {len(gazetteer.by_name)} names, loaded in {loading:.3f} s")
    print(f"pages: {len(places)}, built in {whole:.2f} s; passes of the matcher over a page: {sorted(passes)}")
    for step in ("read", "extract", "link", "write"):
        print(f"  {step:8} {spent[step]:7.2f} s {spent[step] / whole:6.1%}")
    print(f"  finding unit names, a part of extract: {spent['find']:.2f} s {spent['find'] / whole:.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])
