"""What reading costs beside its bounds: ``python benchmarks/reading_speed.py PAGES [--rounds 5]``.

In one process and in turn: our reading, extracting, linking and writing; a plain scan for every number with its
sentence; one Aho–Corasick pass over all unit names; one alternation of all wordings of the ontology with ``re``.
Seconds are those of the processor, the least of some rounds; figures to compare are the ratios. Then what starting
costs: ``cchc --help`` beside ``python -c "import click"``, and loading the lexicon and the register.
"""

import argparse
import re
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from builder import artefacts
from builder.artefacts import local_name
from builder.extractor import extract
from builder.facts import Source
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import list_sources, load_source, read
from builder.text import fold, fold_name
from builder.writer import write_document

LABELS = ("prefLabel", "altLabel", "hiddenLabel")
NUMBER = re.compile(r"\d[\d.,]*")
OURS = ("read", "extract", "link", "write")
STARTS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import click'": ["-c", "import click"],
    "cchc --help": ["-m", "builder", "--help"],
    "loading the rooms": ["-c", "import builder.pipeline"],
    "… and the lexicon": ["-c", "import builder.pipeline as p; p.load_lexicon()"],
    "… and the register": ["-c", "import builder.pipeline as p; p.load_lexicon(); p.load_gazetteer()"],
}


def numbers_with_sentences(text: str) -> list[tuple[str, str]]:
    """Find every number and cut out its sentence: the least that reading figures can cost."""
    found = []
    for match in NUMBER.finditer(text):
        start, end = match.span()
        begin = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start)) + 1
        stops = [stop for stop in (text.find("\n", end), text.find(". ", end)) if stop >= 0]
        found.append((match.group(), text[begin : min(stops, default=len(text))]))
    return found


def wordings() -> re.Pattern[str]:
    """Return all Vietnamese labels of the ontology as one alternation, the longest first."""
    quads = artefacts.ontology_store().quads_for_pattern(None, None, None, None)
    labels = (q.object for q in quads if local_name(q.predicate.value) in LABELS)
    forms = {fold_name(label.value) for label in labels if label.language in (None, "vi")}
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))))


def time_starts(rounds: int) -> dict[str, float]:
    """Return the median seconds of the processor that processes take from start to end."""
    spent: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(rounds):
        for name, arguments in STARTS.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def time_pages(sources: Sequence[Source], rounds: int) -> tuple[dict[str, float], int]:
    """Return the least seconds of the processor that each of our rooms and each bound takes, and the size of the text.

    A page goes through all of them before the next.
    """
    lexicon, gazetteer, alternation = load_lexicon(), load_gazetteer(), wordings()
    totals: list[dict[str, float]] = []
    for _ in range(rounds):
        spent: dict[str, float] = defaultdict(float)
        size = 0

        def timed(name: str, work: Callable[[], Any], spent: dict[str, float] = spent) -> Any:
            started = time.process_time()
            done = work()
            spent[name] += time.process_time() - started
            return done

        for source in sources:
            document = timed("read", partial(read, source, lexicon))
            claims = timed("extract", partial(extract, document, lexicon, gazetteer))
            linked = timed("link", partial(link_document, document, claims, gazetteer, lexicon))
            timed("write", partial(write_document, linked, lexicon))
            text = fold(document.text).text
            timed("numbers with their sentences", partial(numbers_with_sentences, text))
            timed("unit names, Aho-Corasick", lambda text=text: list(gazetteer.find_names(text)))
            timed("wordings, re alternation", partial(alternation.findall, text))
            size += len(document.text.encode())
        totals.append(spent)
    return {name: min(total[name] for total in totals) for name in totals[0]}, size


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    sources = [load_source(place) for place in list_sources(asked.pages)[0]]
    spent, size = time_pages(sources, asked.rounds)
    ours = sum(spent[name] for name in OURS)
    print(f"{len(sources)} pages, {size / 1e6:.3f} MB of text")
    print(f"{'all our rooms':30} {size / ours / 1e6:8.3f} MB/s {1000 * ours / len(sources):8.2f} ms a page")
    for name, seconds in spent.items():
        rate, page = size / seconds / 1e6, 1000 * seconds / len(sources)
        print(f"{name:30} {rate:8.3f} MB/s {page:8.2f} ms a page; all our rooms take {ours / seconds:7.1f} times that")
    starts = time_starts(3 * asked.rounds)
    for name, seconds in starts.items():
        ratio = seconds / starts["python -c 'import click'"]
        print(f"{name:30} {1000 * seconds:8.0f} ms, {ratio:.2f} times python -c 'import click'")


if __name__ == "__main__":
    main()
