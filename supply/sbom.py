"""Lists what the program is made of, as CycloneDX JSON: ``python supply/sbom.py FILE.json``.

The locked packages are installed into an environment of their own, with their checksums compared, and listed from there
with their licences and what needs what. The same lock gives the same bytes on the same system and Python.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def write_sbom(target: Path) -> None:
    """Write the bill of materials of the program with all its extras."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        uv = [sys.executable, "-m", "uv", "--quiet"]
        subprocess.run([*uv, "venv", "--python", sys.executable, str(python.parents[1])], check=True)
        install = [*uv, "pip", "sync", "--python", str(python), "--require-hashes", str(FOLDER / "runtime.lock")]
        subprocess.run(install, check=True)
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
        command += ["--pyproject", str(FOLDER.parent / "pyproject.toml"), "--output-format", "JSON"]
        subprocess.run([*command, "--output-file", str(target.resolve()), str(python)], check=True)


if __name__ == "__main__":
    write_sbom(Path(sys.argv[1]))
