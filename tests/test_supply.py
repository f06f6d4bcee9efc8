"""What the program is made of: locked with checksums, under known licences, listed, the same bytes when built again."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from types import ModuleType

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SUPPLY = ROOT / "supply"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)[^\n]*\\\n(?P<hashes>(?: +--hash=sha256:[0-9a-f]{64}[ \\]*\n)+)", re.M
)
PLATFORMS = [
    {
        "sys_platform": system,
        "platform_system": name,
        "os_name": kind,
        "python_version": v,
        "python_full_version": f"{v}.1",
    }
    for system, name, kind in (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
    for v in ("3.11", "3.12", "3.13")
]
CORE = (
    "addresses",
    "cli",
    "evidence",
    "exporter",
    "gazetteer",
    "lexicon",
    "linking",
    "periods",
    "pipeline",
    "quantities",
)
CORE += ("reader", "store", "text", "validator", "writer")


def script(name: str) -> ModuleType:
    """Return a script of supply/ as a module."""
    spec = importlib.util.spec_from_file_location(f"supply_{name}", SUPPLY / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer((SUPPLY / lock).read_text(encoding="utf-8")):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def asked(extras: tuple[str, ...]) -> list[Requirement]:
    told = [*PROJECT["dependencies"], *(line for e in extras for line in PROJECT["optional-dependencies"][e])]
    return [r for line in told if (r := Requirement(line)).name != PROJECT["name"]]


# ---------------------------------------------------------------- locked


@pytest.mark.parametrize("lock", ["test.lock", "runtime.lock"])
def test_every_locked_package_has_its_checksums(lock):
    text = (SUPPLY / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]

    assert len(lines) == len(PIN.findall(text)) > 40
    assert "://" not in text


@pytest.mark.parametrize("lock", ["test.lock", "runtime.lock"])
def test_the_lock_is_what_the_project_asks_for(lock):
    """Where this fails: python supply/lock.py."""
    locked = pins(lock)
    unmet = [
        str(r)
        for r in asked(script("lock").LOCKS[lock])
        if not all(map(r.specifier.contains, locked.get(canonicalize_name(r.name), [""])))
    ]

    assert unmet == []


def test_what_runs_is_what_was_tested():
    tested = pins("test.lock")

    assert {name: versions for name, versions in pins("runtime.lock").items() if tested.get(name) != versions} == {}


def test_nothing_that_a_locked_package_needs_is_left_out():
    locked = pins("test.lock")
    for name in locked:
        try:
            needed = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        for need in needed:
            if need.marker is None or any(need.marker.evaluate({**p, "extra": ""}) for p in PLATFORMS):
                assert canonicalize_name(need.name) in locked, f"{name} needs {need}"


# ---------------------------------------------------------------- licences


def test_every_licence_is_known_and_without_duties():
    licences = script("licences")
    rows = licences.rows()
    told = {name: row.split(" | ")[2].removesuffix(" |") for name, row in rows.items()}

    assert {name: told[name] for name in told if not licences.is_free_of_duties(told[name])} == {}
    assert len(told) > 40


def test_the_page_of_licences_lists_every_locked_package():
    """Where this fails: python supply/licences.py."""
    listed = set(
        re.findall(r"^\| ([a-z0-9-]+) \| (.+?) \|", (SUPPLY / "licences.md").read_text(encoding="utf-8"), re.M)
    )
    versions = {(name, version) for name, told in listed if name != "package" for version in told.split(", ")}

    assert versions == set(script("licences").locked())


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND Zlib", True),
        ("MPL-1.1 OR GPL-2.0-only", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("LGPL-3.0-only", False),
        ("", False),
    ],
)
def test_a_licence_with_duties_or_none_is_seen(expression, free):
    assert script("licences").is_free_of_duties(expression) is free


# ---------------------------------------------------------------- the same bytes again


@pytest.mark.long
def test_two_builds_of_the_wheel_are_the_same_bytes(tmp_path):
    """In folders of other names, with other times, permissions, time zones, locales and hash seeds."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    wheels = []
    for number, (mask, zone) in enumerate([(0o022, "UTC"), (0o077, "Asia/Ho_Chi_Minh")]):
        folder = tmp_path / ("copy" * (number + 1))
        for name in filter(None, tracked):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            os.chmod(target, 0o666 & ~mask)  # noqa: PTH101
            os.utime(target, (10**9 + number * 10**7,) * 2)
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "SOURCE_DATE_EPOCH")}
        environment |= {"PYTHONHASHSEED": str(number + 1), "TZ": zone, "LC_ALL": "C" if number else "C.UTF-8"}
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / f"dist{number}")]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, umask=mask)
        (wheel,) = (tmp_path / f"dist{number}").glob("*.whl")
        wheels.append(wheel.read_bytes())

    assert wheels[0] == wheels[1]


@pytest.mark.long
def test_the_bill_of_materials_lists_every_package_and_is_the_same_again(tmp_path):
    pytest.importorskip("cyclonedx_py", reason="needs the extra 'maintain'")
    pytest.importorskip("uv", reason="needs the extra 'maintain'")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    for file in (first, second):
        subprocess.run([sys.executable, SUPPLY / "sbom.py", file], check=True)
    listed = {
        canonicalize_name(c["name"]): c["version"] for c in json.loads(first.read_text(encoding="utf-8"))["components"]
    }
    locked = pins("runtime.lock")

    assert first.read_bytes() == second.read_bytes()
    assert {name for name, version in listed.items() if version not in locked.get(name, ())} == set()
    assert {canonicalize_name(r.name) for r in asked(("docs", "fast", "serve", "tables"))} <= set(listed)


# ---------------------------------------------------------------- the oldest and the newest


@pytest.mark.versions
@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_reading_works_with_the_oldest_and_the_newest_versions_allowed(tmp_path, resolution):
    """The ordinary tests of the reading core, in an environment of its own."""
    pytest.importorskip("uv", reason="needs the extra 'maintain'")
    python = str(tmp_path / "env" / "bin" / "python")
    install = [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--python", python]
    for command in (
        [sys.executable, "-m", "uv", "--quiet", "venv", "--python", sys.executable, str(tmp_path / "env")],
        [*install, "--resolution", resolution, "-e", f"{ROOT}[docs,serve,tables]"],
        [*install, "pytest", "pytest-xdist", "hypothesis", "httpx", "reportlab", "font-roboto"],
    ):
        subprocess.run(command, check=True, cwd=tmp_path)
    chosen = [
        "-m",
        "not slow and not long and not browser",
        *(str(ROOT / "tests" / f"test_{name}.py") for name in CORE),
    ]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [python, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *chosen]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-4000:]
