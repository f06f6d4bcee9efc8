"""The licence of everything that is installed with the program: ``python supply/licences.py`` writes ``licences.md``.

Licences are what the packages themselves say (``importlib.metadata``): the SPDX expression of core metadata 2.4, else
the field License, else the classifiers.
"""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "licences.md"
PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "MIT", "PSF-2.0"}
    | {"W3C-20150513", "Zlib"}
)
BY_FILE = frozenset({"MPL-1.1", "MPL-2.0"})  # asks only that changed files of theirs stay open; none is changed
SPOKEN = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "The BSD 2-Clause License": "BSD-2-Clause",
}
HEAD = """# Licences

What `pip install 'cchc-graph[docs,fast,serve,tables]'` installs beside the program, as locked in `runtime.lock`, and
the licence that each package states. Written by `python supply/licences.py`; a test compares it with the lock.

All licences are permissive, but for two under the Mozilla Public License, which asks only that changed files of theirs
stay open: certifi holds the certificates that a downloader of trafilatura needs, and tld is offered under it by choice.
Both are used as they are and are not part of the wheel. Tools of the tests may differ: axe-core (inside
axe-playwright-python) is under the MPL, too.

| package | version | licence |
|---|---|---|
"""


def locked(name: str = "runtime.lock") -> Iterator[tuple[str, str]]:
    """Yield the name and version of every locked package, as often as it is locked for some system or Python."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    yield from re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE)


def licence(package: str) -> str:
    """Return the licence that an installed package states, in SPDX where it can be told; "" if it states none."""
    told = metadata(package)
    if expression := told.get("License-Expression"):
        return expression
    field = (told.get("License") or "").strip()
    if field and "\n" not in field and len(field) < 60:
        return SPOKEN.get(field, field)
    classifiers = [c.rsplit(" :: ", 1)[1] for c in told.get_all("Classifier", []) if c.startswith("License :: ")]
    return " OR ".join(SPOKEN.get(c, c) for c in classifiers)


def is_free_of_duties(expression: str) -> bool:
    """Tell whether a licence can be kept without opening code: every part, or one of several to choose from."""
    free = PERMISSIVE | BY_FILE
    return any(all(part in free for part in choice.split(" AND ")) for choice in expression.split(" OR "))


def rows() -> dict[str, str]:
    """Return the row of every locked package that is installed, by name."""
    found = {}
    versions: dict[str, list[str]] = {}
    for name, version in locked():
        versions.setdefault(name, []).append(version)
    for name, told in sorted(versions.items()):
        try:
            found[name] = f"| {name} | {', '.join(told)} | {licence(name)} |"
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    PAGE.write_text(HEAD + "\n".join(rows().values()) + "\n", encoding="utf-8", newline="\n")
