"""Locks every dependency to one version and the checksums of its files: ``python supply/lock.py [--upgrade]``.

``runtime.lock`` holds what the program needs with all its extras, ``test.lock`` also what tests and maintenance need;
both name the same versions, on every system and from Python 3.11 on. Without ``--upgrade``, versions stay where they
still fit.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
RUNTIME = ("dask", "docs", "fast", "parquet", "remote", "serve", "tables", "warc", "zstd")
LOCKS = {"test.lock": (*RUNTIME, "test", "maintain"), "runtime.lock": RUNTIME}
NOTE = "python supply/lock.py"


def lock(name: str, extras: tuple[str, ...], *options: str) -> None:
    """Write one lock file."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-annotate", "--no-emit-index-url", "--custom-compile-command", NOTE]
    command += [argument for extra in extras for argument in ("--extra", extra)]
    command += [*options, "--output-file", str(FOLDER / name), "pyproject.toml"]
    subprocess.run(command, cwd=FOLDER.parent, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    lock("test.lock", LOCKS["test.lock"], *sys.argv[1:])
    lock("runtime.lock", LOCKS["runtime.lock"], "--constraint", str(FOLDER / "test.lock"), *sys.argv[1:])
