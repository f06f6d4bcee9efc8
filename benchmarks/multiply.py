"""A large graph out of a small one: ``python benchmarks/multiply.py OUT TARGET --statements 1000000``.

The graph of every page is copied under another name, with other figures and about another unit of the same level, until
there are as many statements; the register holds every unit named. The target is a folder like that of a build, with the
texts of the copies, so that every page about it can be shown.
"""

import argparse
import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from builder.gazetteer import Gazetteer, load_gazetteer
from builder.keeping import FIGURES, GRAPH
from builder.lexicon import load_lexicon
from builder.merging import Sorter
from builder.pipeline import MANIFEST, hash_files, write_derived
from builder.stating import STATED_HEAD, find_stated
from builder.writer import write_register

BASE = "https://w3id.org/cchc/id/"
NAMED = re.compile(rf"<{BASE}(observation|review|candidate|initiative|issue)/([0-9a-f]{{16}})>")
UNIT = re.compile(rf"<{BASE}unit/([0-9A-Z]+/(?:origin|\d{{4}}-\d\d-\d\d))>")
SHARED = (f"<{BASE}graph/register>", f"<{BASE}graph/ontology>")


def copies(lines: list[str], gazetteer: Gazetteer, seed: int = 1) -> Iterator[tuple[str, set[str]]]:
    """Yield copy after copy of the statements of pages, each with the units it names."""
    by_level: dict[str, list[str]] = {}
    for key in sorted(gazetteer.versions):
        by_level.setdefault(gazetteer.versions[key].level, []).append(key)
    number = 0
    while True:
        number += 1
        choice = random.Random(f"{seed}-{number}")
        moved: dict[str, str] = {}

        def move(match: re.Match[str], moved: dict[str, str] = moved, choice: random.Random = choice) -> str:
            key = match[1]
            if key not in moved and key in gazetteer.versions:
                moved[key] = choice.choice(by_level[gazetteer.versions[key].level])
            return f"<{BASE}unit/{moved.get(key, key)}>"

        def rename(match: re.Match[str], number: int = number) -> str:
            name = hashlib.sha256(f"{number}{match[2]}".encode()).hexdigest()[:16]
            return f"<{BASE}{match[1]}/{name}>"

        body = "".join(UNIT.sub(move, NAMED.sub(rename, line)) for line in lines)
        yield re.sub(rf"<{BASE}(document|graph)/", rf"<{BASE}\1/copy-{number}/", body), set(moved.values())


def main() -> None:
    """Write the large graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--statements", type=int, default=1_000_000)
    asked = parser.parse_args()
    told = (asked.out / GRAPH).read_text(encoding="utf-8").splitlines(keepends=True)
    pages = [line for line in told if not line.rstrip(" .\n").endswith(SHARED)]
    shared = [line for line in told if line.rstrip(" .\n").endswith(SHARED)]
    gazetteer, units, count, number = load_gazetteer(), set[str](), len(told), 0
    asked.target.mkdir(parents=True)
    with TemporaryDirectory(dir=asked.target) as place, (asked.target / GRAPH).open("wb") as file:
        lines = Sorter(Path(place))
        lines.add(line.encode() for line in pages)
        for body, named in copies(pages, gazetteer):
            if count >= asked.statements:
                break
            lines.add(body.encode().splitlines(keepends=True))
            number, count, units = number + 1, count + len(pages), units | named
        register = write_register({("unit", key) for key in units}, gazetteer, load_lexicon())
        lines.add(line.encode() for line in {*shared, *register})
        file.writelines(lines.lines())
    texts = sorted((asked.out / "texts").rglob("*.txt"))
    for place in ("", *(f"copy-{n}" for n in range(1, number + 1))):
        for text in texts:
            path = asked.target / "texts" / place / text.relative_to(asked.out / "texts")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, path)
    with (asked.target / GRAPH).open("rb") as statements, (asked.target / FIGURES).open("wb") as table:
        table.write(STATED_HEAD)
        table.writelines("\t".join(figure).encode() + b"\n" for figure in find_stated(statements))
    write_derived(asked.target)
    (asked.target / "issues.tsv").write_text("page\tbegin\tend\tkind\tmessage\tcandidates\tquotation\n")
    manifest = json.loads((asked.out / MANIFEST).read_text(encoding="utf-8")) | {"files": hash_files(asked.target)}
    (asked.target / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    print(f"{count + len(register)} statements, {number} copies, {len(units)} units")


if __name__ == "__main__":
    main()
