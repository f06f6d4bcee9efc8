"""Tells whether the tests of numbers, periods and linking would notice a mistake: ``python benchmarks/mutation.py``.

mutmut changes one thing in one function; a test must fail. Of all mutants a sample is run, drawn with a seed. Which
modules and which tests, ``[tool.mutmut]`` in pyproject.toml says. What only runs while the register of units is loaded
is left out: the process that mutants start from has loaded it. A mutant that was killed is not run again, for further
tests cannot revive it; ``--fresh`` runs all. The outcome is written to ``mutation.md``, the survivors with what
``mutation-judged.tsv`` says of them.

Tests written for the survivors of a draw make that draw look better than all mutants are. So the page also tells of
each draw what it was when it was first run: ``mutation-draws.tsv``.
"""

import argparse
import csv
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MUTANTS, PAGE, JUDGED = ROOT / "mutants", ROOT / "benchmarks/mutation.md", ROOT / "benchmarks/mutation-judged.tsv"
DRAWS = ROOT / "benchmarks/mutation-draws.tsv"
FIRST = "builder.extractor.quantities.x_parse_number__mutmut_1"  # running any one makes all
LOADING = re.compile(
    r"gazetteer\.x_(load_gazetteer|_load|_index|_read_\w+|_wordings|_own_aliases|_spellings|_fold_all|_uncollected)__"
)
KILLED, UNTESTED = (1, 3, 24, 36, -24, 152, 255), 33  # a test failed, or time ran out
HEAD = """# Mutation testing

Whether the tests of numbers, periods and linking notice a mistake. Written by

```sh
python -m pip install -e '.[test,maintain]' && python benchmarks/mutation.py
```

which takes 3 to 8 s a mutant, as busy as the machine is. Each mutant is the program with one thing changed in one
function, made by mutmut; it is killed if a test fails. Tests per mutant are those of `[tool.mutmut]` in
`pyproject.toml` that enter the function.

"""
TODAY = """With the tests of today, {}. That is more than it would be of all mutants:
tests were written for the survivors, and each draw was first run with the tests for the survivors of those before."""


def outcomes() -> dict[str, int | None]:
    """Return the exit code of every mutant, None where it was not run."""
    files = sorted(MUTANTS.rglob("*.meta"))
    return {k: v for file in files for k, v in json.loads(file.read_text())["exit_code_by_key"].items()}


def run(names: list[str]) -> None:
    command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def draw(size: int, seed: int) -> list[str]:
    names = sorted(name for name in outcomes() if not LOADING.search(name))
    random.Random(seed).shuffle(names)
    return names[:size]


def change(name: str) -> tuple[str, str]:
    """Return what a mutant changes: the line or lines before and after."""
    from mutmut.__main__ import get_diff_for_mutant

    path = next(f for f in MUTANTS.rglob("*.meta") if name in json.loads(f.read_text())["exit_code_by_key"])
    source = path.relative_to(MUTANTS).with_suffix("")
    lines = get_diff_for_mutant(name, path=source).splitlines()[2:]
    return tuple(" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")


def interval(killed: int, number: int) -> tuple[float, float]:
    """Return the Wilson interval of a share at 95 %."""
    z, share = 1.96, killed / number
    middle, half = share + z * z / (2 * number), z * sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    return (middle - half) / (1 + z * z / number), (middle + half) / (1 + z * z / number)


def commit() -> str:
    """Return the last commit that changed the code."""
    command = ["git", "log", "-1", "--format=%h", "--", "builder"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def module(name: str) -> str:
    return name.partition(".x")[0].replace(".", "/") + ".py"


def function(name: str) -> str:
    return re.sub(r"^x(ǁ\w+?ǁ|_)", "", name.partition("__mutmut")[0].rsplit(".", 1)[1])


def cell(text: str) -> str:
    return f"`{text.replace('|', '¦')}`" if text else ""


def read_draws() -> list[dict[str, str]]:
    with DRAWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def note_draw(seed: int, size: int) -> None:
    """Note how many of a draw were killed, unless it was noted before."""
    if not any((int(told["seed"]), int(told["drawn"])) == (seed, size) for told in read_draws()):
        found = outcomes()
        killed = sum(found[name] in KILLED for name in draw(size, seed))
        with DRAWS.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerow([commit(), seed, size, killed])


def share(killed: int, number: int) -> str:
    low, high = interval(killed, number)
    return f"{killed} of {number} killed: {killed / number:.1%} (95 % interval {low:.1%} to {high:.1%})"


def write_page(sample: list[str]) -> None:
    found, judged = outcomes(), {}
    if JUDGED.exists():
        with JUDGED.open(encoding="utf-8", newline="") as file:
            judged = {(r["function"], r["before"], r["after"]): r["why"] for r in csv.DictReader(file, delimiter="\t")}
    killed = [name for name in sample if found[name] in KILLED]
    alive = sorted(set(sample) - set(killed))
    made = sum(not LOADING.search(name) for name in found)
    lines = [f"Drawn from {made} mutants of the code as of commit {commit()}.", ""]
    lines += ["| draw | commit | when it was first run |", "|---|---|---|"]
    draws = [(told["seed"], told["commit"], int(told["killed"]), int(told["drawn"])) for told in read_draws()]
    lines += [f"| seed {seed} | {of} | {share(*numbers)} |" for seed, of, *numbers in draws]
    lines.append(
        f"| together | | **{share(sum(d[2] for d in draws), sum(d[3] for d in draws)).replace(' (', '** (')} |"
    )
    lines += ["", TODAY.format(share(len(killed), len(sample)))]
    lines += ["", "| module | mutants | drawn | killed | survived |", "|---|---|---|---|---|"]
    everything, drawn, dead = (Counter(map(module, names)) for names in (found, sample, killed))
    lines += [f"| `{m}` | {everything[m]} | {n} | {dead[m]} | {n - dead[m]} |" for m, n in sorted(drawn.items())]
    lines += ["", "## Survivors", "", "| function | before | after | why it may live |", "|---|---|---|---|"]
    for name in alive:
        before, after = change(name)
        untested = "no test of the selection enters it" if found[name] == UNTESTED else "gap, not looked into yet"
        why = judged.get((function(name), before, after), untested)
        lines.append(f"| `{function(name)}` | {cell(before)} | {cell(after)} | {why} |")
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", nargs="+", default=["7:300", "8:40"], metavar="SEED:SIZE")
    parser.add_argument("--fresh", action="store_true", help="forget earlier runs")
    parser.add_argument("--only-write", action="store_true", help="run nothing")
    told = parser.parse_args()
    if told.fresh:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    if not told.only_write:
        run([FIRST])
    draws = [tuple(map(int, each.split(":"))) for each in told.draws]
    sample = list(dict.fromkeys(name for seed, size in draws for name in draw(size, seed)))
    open_ones = [name for name, code in outcomes().items() if name in set(sample) and code not in KILLED]
    if open_ones and not told.only_write:
        run(open_ones)
    for seed, size in draws:
        note_draw(seed, size)
    write_page(sample)


if __name__ == "__main__":
    main()
