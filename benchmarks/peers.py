"""What reading costs beside peers: ``python benchmarks/peers.py PAGES --peers PYTHON [--rounds 3]``.

The peers are no dependencies: ``PYTHON`` is the interpreter of an environment of its own, with ``pip install spacy
pyvi underthesea`` in it. A page goes through our rooms and through each peer before the next; seconds are those of the
processor, the least of some rounds; figures to compare are the ratios. A peer that is not installed is left out.

What each does: a plain scan finds numbers and cuts out their sentences; an alternation of ``re`` finds the wordings of
the ontology; spaCy makes tokens and finds wordings and names of units in them; underthesea makes words, or finds names.
None of them says what a number states.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

OURS = "ours: read, extract, link, write"


# ---------------------------------------------------------------- in the environment of the peers


def serve_peers() -> None:
    """Answer each line of the input, a text, with the seconds that each peer takes; the first line tells the names."""
    peers = dict(load_peers(json.loads(sys.stdin.readline())))
    print(json.dumps(list(peers)), flush=True)
    for line in sys.stdin:
        text = json.loads(line)
        print(json.dumps({name: seconds_of(partial(peer, text)) for name, peer in peers.items()}), flush=True)


def load_peers(names: Iterable[str]) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Yield the peers that are installed, ready to work."""
    for language in ("xx", "vi"):
        try:
            import spacy
            from spacy.matcher import PhraseMatcher

            nlp = spacy.blank(language)
            matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
            matcher.add("told", list(nlp.pipe(names) if language == "xx" else map(nlp.make_doc, list(names)[:500])))
        except ImportError as problem:
            print(f"spaCy ({language}) is left out: {problem}", file=sys.stderr)
            continue
        kind = "wordings and unit names" if language == "xx" else "500 of them; words by pyvi"
        yield f"spaCy blank {language}, PhraseMatcher ({kind})", lambda text, n=nlp, m=matcher: m(n(text))
    try:
        from underthesea import ner, word_tokenize

        ner("Hà Nội")  # loads its model
    except (ImportError, OSError) as problem:
        print(f"underthesea is left out: {problem}", file=sys.stderr)
        return
    yield "underthesea word_tokenize", word_tokenize
    yield "underthesea ner", ner


def seconds_of(work: Callable[[], Any]) -> float:
    """Return the seconds of the processor that some work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


# ---------------------------------------------------------------- in ours


@contextmanager
def peers_of(python: str, names: list[str]) -> Iterator[Callable[[str], dict[str, float]]]:
    """Start the peers; yield what gives each a text and returns their seconds."""
    with subprocess.Popen(
        [python, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(told: object) -> Any:
            print(json.dumps(told), file=questions, flush=True)
            return json.loads(answers.readline())

        ask(names)
        yield ask
        questions.close()


def compare(pages: list[Path], python: str, rounds: int) -> None:
    """Measure and print."""
    from reading_speed import numbers_with_sentences, wordings

    from builder.extractor import extract
    from builder.gazetteer import load_gazetteer
    from builder.lexicon import load_lexicon
    from builder.linker import link_document
    from builder.reader import list_sources, load_source, read
    from builder.text import fold
    from builder.writer import write_document

    lexicon, gazetteer, alternation = load_lexicon(), load_gazetteer(), wordings()
    sources = [load_source(place) for place in list_sources(pages)[0]]
    names = sorted({form.replace("\\", "") for form in alternation.pattern.split("|")} | set(gazetteer.by_name))

    def read_whole(source: Any) -> None:
        document = read(source, lexicon)
        write_document(link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon), lexicon)

    totals: list[dict[str, float]] = []
    size = sum(len(read(source, lexicon).text.encode()) for source in sources)
    with peers_of(python, names) as ask:
        for _ in range(rounds):
            spent: dict[str, float] = defaultdict(float)
            for source in sources:
                spent[OURS] += seconds_of(partial(read_whole, source))
                text = fold(read(source, lexicon).text).text
                spent["numbers with their sentences"] += seconds_of(partial(numbers_with_sentences, text))
                spent["wordings, re alternation"] += seconds_of(partial(alternation.findall, text))
                for name, seconds in ask(text).items():
                    spent[name] += seconds
            totals.append(spent)
    least = {name: min(total[name] for total in totals) for name in totals[0]}
    print(f"{len(sources)} pages, {size / 1e6:.3f} MB of text")
    for name, seconds in least.items():
        rate = size / seconds / 1e6
        print(f"{name:66} {rate:9.4f} MB/s; ours takes {least[OURS] / seconds:8.3f} times that")


def main() -> None:
    """Measure, or serve the peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="*")
    parser.add_argument("--peers", default=sys.executable, help="interpreter with spacy, pyvi and underthesea")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    serve_peers() if asked.serve else compare(asked.pages, asked.peers, asked.rounds)


if __name__ == "__main__":
    main()
