"""RELIABILITY.md: how the campaigns ended, and which test covers which threat, fault and trap."""

import re
from collections.abc import Mapping
from pathlib import Path

from campaigns.coverage import COVERAGE, SECTIONS, Cover
from campaigns.kinds import Campaign, Tally
from campaigns.registry import CAMPAIGNS

PAGE = Path(__file__).resolve().parents[2] / "RELIABILITY.md"
COMMAND = "python tests/campaigns {}"
RESULT = r"(?P<survived>[\d,]+)/(?P<tried>[\d,]+) \(detected (?P<detected>[\d,]+), harmless (?P<harmless>[\d,]+), silent (?P<silent>[\d,]+)\)"
ROW = re.compile(
    rf"^\| (?P<name>[\w-]+) \| (?P<covers>[^|]*) \| (?P<told>[^|]*) \| {RESULT} \| (?P<seconds>\d+) s \| `(?P<command>[^`|]*)` \|$",
    re.MULTILINE,
)
SHORT = re.compile(r"^The short form, `[^`]*`: (.*)\.$", re.MULTILINE)
ERRORS = re.compile(r"^\| error \|.*\n(?:\|.*\n)+", re.MULTILINE)
ERRORS_HEAD = """
## Wrong facts, and who catches them

If the builder itself made an error, its checksum would be that of the error. Then the checker of evidence catches what the quoted characters
do not say, and shapes and checks what does not fit together. A wrong unit or indicator that fits the rest is caught by neither: that is what
people look at in `cchc review`, and what benchmarks/accuracy.md counts.

"""
HEAD = """# Reliability

A published page of figures that others can check needs more than tests that pass: this one tells what was done to make the
product fail, and how often it did. It is written by the runs; a test compares it with them.

*Trang này do chính các lần chạy ghi ra: đã làm gì để phá sản phẩm, và bao nhiêu lần phá được.*

| | the contract |
|---|---|
| R1 | every published fact is proved by a checker that reads the bytes of the pages and shares no code with the builder, in the build that read its page; later builds take it over byte for byte; else the build fails |
| R2 | the same pages give the same bytes, whatever the hash seed, number of processes, order of files, locale, time zone, clock, cache, rights, folder or version of Python |
| R3 | readers see the old build or the new one, never half of one; what is damaged is not opened |
| R4 | a bad page costs one clear line and nothing else |
| R5 | no query stops the service for others; a limit that is hit is an error, never half an answer |
| R6 | reading, checking, asking and serving make no connection and open no file outside the folders given |

## Campaigns

Survived are attempts whose fault was *detected*, so that it was told in words or by a status, or *harmless*, so that what came out is what
comes out without it. *Silent* are those where something wrong came out and nobody was told. `python tests/campaigns NAME` repeats a line,
with `--short` in the form that every run of the tests carries out.

| campaign | covers | what is done · *điều được thử* | survived/tried | time | command |
|---|---|---|---|---|---|
"""


def read_results(text: str) -> dict[str, tuple[Tally, int]]:
    """Return what a page tells of each campaign: the tally and the seconds it took."""
    found = {}
    for row in ROW.finditer(text):
        kinds = {kind: int(row[kind].replace(",", "")) for kind in ("detected", "harmless", "silent")}
        tried = int(row["tried"].replace(",", ""))
        found[row["name"]] = (Tally(**kinds, broken=tried - sum(kinds.values())), int(row["seconds"]))
    return found


def read_short(text: str) -> str:
    """Return what a page tells of the short form."""
    found = SHORT.search(text)
    return found[1] if found else ""


def read_errors(text: str) -> str:
    """Return the table of seeded errors that a page shows."""
    found = ERRORS.search(text)
    return found[0] if found else ""


def write_page(results: Mapping[str, tuple[Tally, int]], errors: str = "", short: str = "") -> str:
    """Return the page; a campaign of which nothing is known is left out."""
    rows = [_row(campaign, *results[campaign.name]) for campaign in CAMPAIGNS if campaign.name in results]
    sections = [_section(kind, title) for kind, title in SECTIONS.items()]
    return "".join((HEAD, *rows, _foot(results, short), ERRORS_HEAD, errors, *sections))


def _row(campaign: Campaign, tally: Tally, seconds: int) -> str:
    told = f"{campaign.en}<br>*{campaign.vi}*"
    cells = (
        campaign.name,
        ", ".join(campaign.covers),
        told,
        str(tally),
        f"{seconds} s",
        f"`{COMMAND.format(campaign.name)}`",
    )
    return f"| {' | '.join(cells)} |\n"


def _foot(results: Mapping[str, tuple[Tally, int]], short: str) -> str:
    tried = sum(tally.tried for tally, _ in results.values())
    survived = sum(tally.survived for tally, _ in results.values())
    minutes = round(sum(seconds for _, seconds in results.values()) / 60)
    brief = f"The short form, `{COMMAND.format('--short')}`: {short}.\n" if short else ""
    return f"\nIn all {survived:,} of {tried:,} attempts in {minutes} minutes, on two cores that others used, too.\n{brief}"


def _section(kind: str, title: str) -> str:
    rows = "".join(
        f"| {number} | {cover.what} | {_covered(cover)} |\n" for number, cover in COVERAGE.items() if number[0] == kind
    )
    return f"\n## {title}\n\n| | what | covered by |\n|---|---|---|\n{rows}"


def _covered(cover: Cover) -> str:
    named = ", ".join(f"`{test}`" for test in cover.tests)
    return ". ".join(part for part in (named, cover.reason) if part)
