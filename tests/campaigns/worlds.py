"""The same pages give the same bytes: under any seed, order, locale, clock, cache, rights, folder and Python."""

import importlib.metadata
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from campaigns.kinds import Attempt
from campaigns.subjects import EXAMPLES, ROOT, build, contents, write_many, write_pages

TOGETHER = 2  # processes at a time
BUILDER = """
import itertools, os, sys
umask, moment, jobs, out, *pages = sys.argv[1:]
os.umask(int(umask, 8))
if moment:
    import datetime, time
    ticks = itertools.count(float(moment.rstrip("-")), -3600 if moment.endswith("-") else 0)
    now = next(ticks)
    class Date(datetime.date):
        @classmethod
        def today(cls): return cls.fromtimestamp(now)
    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz=None): return cls.fromtimestamp(now, tz)
        @classmethod
        def utcnow(cls): return cls.utcfromtimestamp(now)
    datetime.date, datetime.datetime = Date, Moment
    time.time = lambda: next(ticks)
    time.time_ns = lambda: int(next(ticks) * 1e9)
    for name in ("localtime", "gmtime"):
        setattr(time, name, lambda seconds=None, real=getattr(time, name): real(now if seconds is None else seconds))
from pathlib import Path
from builder import pipeline
pipeline.build([Path(page) for page in pages], Path(out), jobs=int(jobs))
"""
MOMENTS = {
    "": "today",
    "0": "1970",
    "2147483648": "2038",
    "1709164800": "29 February",
    "4102444800": "2100",
    "2000000000-": "backwards",
}
LOCALES = ("C", "C.UTF-8", "POSIX", "tr_TR.UTF-8", "vi_VN.UTF-8", "de_DE.ISO-8859-1")
ZONES = ("UTC", "Asia/Ho_Chi_Minh", "Pacific/Kiritimati", "America/St_Johns")
UTF8 = ({}, {"PYTHONUTF8": "0"}, {"PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"})
CACHES = ("cold", "warm", "half warm")


class World(NamedTuple):
    """The circumstances of a build."""

    seed: str
    jobs: int
    order: int
    locale: str
    zone: str
    utf8: Mapping[str, str]
    umask: str
    cache: str
    moment: str
    where: str

    def __str__(self) -> str:
        clock = MOMENTS[self.moment]
        told = (f"seed {self.seed}", f"{self.jobs} jobs", f"order {self.order}", self.locale, self.zone, clock)
        return ", ".join((*told, f"umask {self.umask}", self.cache, f"in {self.where}"))


def choose_worlds(number: int) -> Iterator[World]:
    """Yield so many worlds, in which each circumstance comes in every form, together with ever other ones."""
    chance = random.Random(2)
    forms = (
        (*map(str, range(10)), "random"),
        (1, 2, 4),
        tuple(range(8)),
        LOCALES,
        ZONES,
        UTF8,
        ("022", "077", "002"),
        CACHES,
        tuple(MOMENTS),
        (".", "/", "somewhere else", "thư mục"),
    )
    rows = [itertools.cycle(chance.sample(form, len(form))) for form in forms]
    for _ in range(number):
        yield World(*(next(row) for row in rows))  # type: ignore[arg-type]
        for row, form in zip(rows, forms, strict=True):
            if chance.random() < 1 / len(form):
                next(row)


def build_everywhere(number: int, folder: Path) -> Iterator[Attempt]:
    """Build the same pages under so many circumstances, and once more with a changed page, which must differ."""
    pages = write_many(folder / "pages", 66)
    write_pages(pages)
    right = build(pages, folder / "right")
    half = folder / "half"
    build([page for page in sorted(pages.glob("*.txt")) if page.name < "030"], half)
    caches = {"warm": folder / "right", "half warm": half}
    worlds = list(enumerate(choose_worlds(number)))
    while worlds:
        running = [
            (world, *_begin(world, folder / f"world-{turn}", pages, caches)) for turn, world in worlds[:TOGETHER]
        ]
        del worlds[:TOGETHER]
        for world, child, out in running:
            said = child.communicate(timeout=600)[0]
            same = not said and contents(out) == right
            yield Attempt(f"{world}: {said[-300:]}", "harmless" if same else "broken" if said else "silent")
            shutil.rmtree(out.parent)
    next(pages.glob("*.md")).write_text("Hồ sơ đúng hạn đạt 12,3%.", encoding="utf-8")
    other = build(pages, folder / "other")
    yield Attempt("a changed page gives other bytes", "detected" if other != right else "silent")


def _begin(world: World, folder: Path, pages: Path, caches: Mapping[str, Path]) -> tuple[subprocess.Popen[str], Path]:
    folder.mkdir()
    copy, out = folder / "trang" / str(world.order), folder / "out"
    names = sorted(path.relative_to(pages) for path in pages.rglob("*") if path.is_file())
    random.Random(world.order).shuffle(names)
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pages / name, copy / name)
        os.utime(copy / name, (float(world.moment.rstrip("-") or 1e9),) * 2)
    if world.cache != "cold":
        shutil.copytree(caches[world.cache], out)
    where = Path("/") if world.where == "/" else folder / world.where
    where.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG", "COV", "CCHC"))}
    told = {
        "PYTHONHASHSEED": world.seed,
        "LC_ALL": world.locale,
        "TZ": world.zone,
        "PYTHONPATH": str(ROOT),
        **world.utf8,
    }
    command = [sys.executable, "-W", "error", "-c", BUILDER, world.umask, world.moment, str(world.jobs)]
    target = os.path.relpath(out, where) if world.order % 2 else str(out)
    child = subprocess.Popen(
        [*command, target, str(copy)],
        env={**kept, **told},
        cwd=where,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return child, out


# ---------------------------------------------------------------- other versions of Python and of libraries

ALONE = """
import sys
from pathlib import Path
from builder.pipeline import build
from builder.validator import validate
build([Path(sys.argv[1])], Path(sys.argv[2]))
found = validate(Path(sys.argv[2]) / "graph.nq").violations
assert not [v for v in found if v.severity == "Violation"], found
"""


def build_elsewhere(number: int, folder: Path) -> Iterator[Attempt]:
    """Build with other minor versions of Python, and with the lowest and newest libraries that are allowed."""
    right = build(EXAMPLES, folder / "right")
    same = [f"{d.name}=={d.version}" for d in importlib.metadata.distributions() if d.name != "cchc-graph"]
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    images = [
        *((python, "the same libraries", same) for name, python in other_pythons().items()),
        (sys.executable, "the lowest libraries", _lowest()),
        (sys.executable, "the newest libraries", []),
    ]
    for turn, (python, what, constraints) in enumerate(images[:number]):
        place = folder / f"image-{turn}"
        told = f"{Path(python).name if python != sys.executable else here}, {what}"
        failed = _install(python, place, constraints) or _run_in(place, ALONE, EXAMPLES, place / "out")
        files = contents(place / "out")
        equal = {k: v for k, v in files.items() if k != "pages.jsonl"}
        wanted = {k: v for k, v in right.items() if k != "pages.jsonl"}
        if "the same" not in what:  # keys of pages name the versions of libraries
            equal, wanted = _without_keys(equal), _without_keys(wanted)
        yield Attempt(f"{told}: {failed}", "broken" if failed else "harmless" if equal == wanted else "silent")


def _without_keys(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a build without what depends on the versions of libraries by design."""
    return {name: re.sub(rb'"pages\.jsonl": "\w+"', b"", data) for name, data in files.items()}


def other_pythons() -> dict[str, str]:
    """Return other minor versions of Python that are installed here and that the project supports."""
    places = [*map(Path, os.environ.get("PATH", "").split(os.pathsep)), *Path.home().glob(".pyenv/versions/*/bin")]
    found: dict[str, str] = {}
    for minor in {11, 12, 13, 14} - {sys.version_info.minor}:
        name = f"python3.{minor}"
        for at in (str(place / name) for place in places if (place / name).is_file()):
            if not subprocess.run([at, "-c", "import venv"], capture_output=True, check=False).returncode:
                found.setdefault(name, at)
    return found


def _lowest() -> list[str]:
    """Return the lowest versions of libraries that the project allows."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [*told["dependencies"], *told["optional-dependencies"]["docs"]]
    return [need.partition(",")[0].replace(">=", "==") for need in needs if ">=" in need]


def _install(python: str, place: Path, constraints: list[str]) -> str:
    """Install the project into a fresh virtual environment; return what went wrong."""
    place.mkdir()
    limits = place / "constraints.txt"
    limits.write_text("\n".join(constraints), encoding="utf-8")
    return _run(python, "-m", "venv", str(place / "venv")) or _run(
        *(str(place / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("-c", str(limits), f"{ROOT}[docs]"),
    )


def _run_in(place: Path, program: str, *arguments: Path) -> str:
    return _run(str(place / "venv" / "bin" / "python"), "-I", "-c", program, *map(str, arguments), where=place)


def _run(*command: str, where: Path | None = None) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(command, cwd=where, env=clean, capture_output=True, text=True, check=False, timeout=1200)
    return (done.stdout + done.stderr)[-800:] if done.returncode else ""
