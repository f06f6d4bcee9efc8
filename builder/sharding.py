"""A graph in files that can be carried and loaded one by one: sorted N-Quads, each with its size and checksum.

All that a page gave rise to stands in one file, chosen by the page's name; what pages share stands in a file of its
own. So the files are the same whoever wrote the graph, and a changed page changes one of them.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

from builder.errors import StoreError
from builder.identifiers import ONTOLOGY_GRAPH, REGISTER_GRAPH

SHARDS = "shards"
SHARED = "shared.nq"
CONTENTS = "shards.json"
MOST = 500  # files that are written at once
_SHARED_GRAPHS = (ONTOLOGY_GRAPH.encode(), REGISTER_GRAPH.encode())


class _Shard:
    """A file that is written; its lines are counted and its bytes hashed meanwhile."""

    def __init__(self, path: Path, opened: ExitStack) -> None:
        self._file = opened.enter_context(path.open("wb"))
        self._hash = hashlib.sha256()
        self._statements = 0

    def add(self, line: bytes) -> None:
        """Write a line."""
        self._file.write(line)
        self._hash.update(line)
        self._statements += 1

    def told(self) -> dict[str, object]:
        """Return what the manifest tells of the file."""
        return {"bytes": self._file.tell(), "sha256": self._hash.hexdigest(), "statements": self._statements}


def write_shards(graph: Path, derived: Sequence[Path], folder: Path, number: int) -> None:
    """Deal the statements of a sorted graph out to files in a new folder, and list them in a manifest there.

    The graphs derived from it become files of their own, named as they are.
    """
    folder.mkdir()
    names = (SHARED, *(f"{place:04}.nq" for place in range(number)))
    wholes = [hashlib.sha256() for _ in (graph, *derived)]
    with ExitStack() as opened:
        shared, *shards = files = [_Shard(folder / name, opened) for name in names]
        for line in opened.enter_context(graph.open("rb")):
            wholes[0].update(line)
            page = line.rsplit(b" ", 2)[1][1:-1].partition(b"#")[0]
            (shared if page in _SHARED_GRAPHS else shards[crc32(page) % number]).add(line)
        told = {name: file.told() for name, file in zip(names, files, strict=True)}
        for path, whole in zip(derived, wholes[1:], strict=True):
            shard = _Shard(folder / path.name, opened)
            for line in opened.enter_context(path.open("rb")):
                whole.update(line)
                shard.add(line)
            told[path.name] = shard.told()
    mark = " ".join(whole.hexdigest() for whole in wholes)
    contents = json.dumps({"graph": mark, "files": told}, indent=1, sort_keys=True) + "\n"
    (folder / CONTENTS).write_text(contents, encoding="utf-8", newline="\n")


def check_shards(folder: Path) -> tuple[list[Path], str]:
    """Return the files of a folder of shards, and the SHA-256 of the graphs that they make.

    Raises:
        StoreError: the folder holds no shards, or a file is missing, changed or of something else.

    """
    try:
        told = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
        files = {folder / name: str(each["sha256"]) for name, each in sorted(told["files"].items())}
        whole = str(told["graph"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
        raise StoreError(f"{folder}: no shards here ({problem}); make some with cchc build --shards") from problem
    for path in sorted({*files, *folder.glob("*.nq")}):
        if files.get(path) != _digest(path):
            raise StoreError(f"{path}: missing, changed or not one of these shards; build or copy them again")
    return list(files), whole


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
