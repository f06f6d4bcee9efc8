"""The command line: the only place that prints or exits.

What was asked for goes to standard output, what is said about it to standard error. Everything said is said in
Vietnamese and English unless ``--lang`` or ``CCHC_LANG`` chooses one. Exit codes: 0 fine, 1 the graph breaks a promise,
2 the command was called wrongly, 3 something could not be read or written.
"""

import os
import sys
from collections.abc import Sequence

import click

from builder.cli.comparable import comparable
from builder.cli.diff import diff
from builder.cli.load import load
from builder.cli.publish import serve, site
from builder.cli.push import push
from builder.cli.release import release
from builder.cli.screen import FINE, INTERRUPTED, PIPE_CLOSED, USAGE, in_language, say
from builder.cli.units import units
from builder.cli.verbs import cli

__all__ = ["comparable", "diff", "load", "main", "push", "release", "run", "serve", "site", "units"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower().replace("-", "") != "utf8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        code = cli.main(arguments, prog_name="cchc", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as problem:
        problem.show()
        return USAGE
    except click.ClickException as problem:
        _say_misuse(problem)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        say("Đã dừng", "stopped")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return code if isinstance(code, int) else FINE


def _say_misuse(problem: click.ClickException) -> None:
    """Say how a command was called wrongly and where its help is."""
    kinds: dict[type[click.ClickException], str] = {
        click.exceptions.NoSuchCommand: "không có lệnh này",
        click.NoSuchOption: "không có tùy chọn này",
        click.MissingParameter: "thiếu tham số",
        click.BadParameter: "giá trị không hợp lệ",
        click.ClickException: "sai cách gọi lệnh",
    }
    vi = next(words for kind, words in kinds.items() if isinstance(problem, kind))
    context = getattr(problem, "ctx", None) or click.Context(cli, info_name="cchc")
    with context.scope(cleanup=False):
        click.echo(f"{in_language(f'Lỗi, {vi}', 'error')}: {problem.format_message()}", err=True)
        say(f"Xem cách dùng: {context.command_path} --help", f"for help: {context.command_path} --help")
