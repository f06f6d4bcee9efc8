"""``python tests/campaigns [NAME…] [--short] [--write]``: wage campaigns, all where none is named."""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from campaigns.errors import write_table  # noqa: E402
from campaigns.kinds import Attempt, Tally, count  # noqa: E402
from campaigns.page import PAGE, read_errors, read_results, read_short, write_page  # noqa: E402
from campaigns.registry import BY_NAME  # noqa: E402


def main() -> int:
    """Wage the campaigns named and tell how they end; return 1 if one attempt was not survived."""
    parser = argparse.ArgumentParser(prog="python tests/campaigns", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BY_NAME, []], metavar="NAME", help=", ".join(BY_NAME))
    parser.add_argument("--short", action="store_true", help="in the form of every run of the tests")
    parser.add_argument("--size", type=int, help="about so many attempts")
    parser.add_argument(
        "--write", action="store_true", help="put the results into RELIABILITY.md, or the sum of the short form"
    )
    parser.add_argument("--words", action="store_true", help="write the page anew with the results that it tells")
    options = parser.parse_args()
    if options.words:
        write({})
        return 0
    failed, tallies, began = False, list[Tally](), time.monotonic()
    for name in options.names or BY_NAME:
        campaign = BY_NAME[name]
        begin = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            size = options.size or (campaign.short if options.short else campaign.long)
            attempts = campaign.run(size, Path(folder))
            kept = list(attempts) if name == "seeded-errors" else []
            tally = count(kept or attempts, tell)
        seconds = round(time.monotonic() - begin)
        failed |= tally.survived < tally.tried
        tallies.append(tally)
        say(f"{name}: {tally} in {seconds} s")
        if options.write and not options.short:
            write({name: (tally, seconds)}, write_table(kept) if kept else "")
    if options.write and options.short and not options.names:
        survived, tried = sum(each.survived for each in tallies), sum(each.tried for each in tallies)
        write({}, short=f"{survived:,} of {tried:,} attempts in {round(time.monotonic() - began)} s")
    return int(failed)


def write(results: Mapping[str, tuple[Tally, int]], errors: str = "", short: str = "") -> None:
    """Put results into the page, beside those that it tells already."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    page = write_page(read_results(text) | results, errors or read_errors(text), short or read_short(text))
    PAGE.write_text(page, encoding="utf-8", newline="\n")


def tell(attempt: Attempt) -> None:
    say(f"  {attempt.verdict}: {attempt.what[:1000]}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
