"""Talking to the person at the screen: answers on standard output, what is said about them on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from builder.errors import ArtefactError, BuilderError, EngineError, QueryError, SourceError, StoreError

FINE, VIOLATIONS, USAGE, UNREADABLE = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141
LANGUAGES = ("vi", "en", "both")
LANGUAGE = "cchc.language"  # where a click context keeps the language chosen


def language() -> str:
    """Return the language chosen: "vi", "en" or "both"."""
    context = click.get_current_context(silent=True)
    return str(context.meta.get(LANGUAGE, "both")) if context else "both"


def in_language(vi: str, en: str) -> str:
    """Return a text in the language chosen, or in both."""
    return {"vi": vi, "en": en}.get(language(), f"{vi} / {en}")


def say(vi: str, en: str) -> None:
    """Say something to the person at the screen."""
    click.echo(in_language(vi, en), err=True)


def say_error(problem: BuilderError) -> None:
    """Say what went wrong, on one line per thing."""
    kinds = {
        SourceError: ("không đọc được đầu vào", "the input cannot be read"),
        StoreError: ("không mở được đồ thị", "the graph cannot be opened"),
        QueryError: ("câu hỏi không dùng được", "the question cannot be used"),
        ArtefactError: ("tệp của dự án bị hỏng", "a file of the project is damaged"),
        EngineError: ("không dùng được mô hình ngôn ngữ", "the language model cannot be used"),
        BuilderError: ("không thực hiện được", "it cannot be done"),
    }
    vi, en = next(words for kind, words in kinds.items() if isinstance(problem, kind))
    for line in str(problem).splitlines():
        click.echo(f"{in_language(f'Lỗi, {vi}', f'error, {en}')}: {line}", err=True)


def put(text: str) -> None:
    """Write what was asked for."""
    click.echo(text.rstrip("\n"))


def put_json(value: object) -> None:
    """Write what was asked for, for programs."""
    import json

    put(json.dumps(value, ensure_ascii=False, indent=1))


def put_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Write names and values, the values under one another."""
    told = list(lines)
    width = max(len(name) for name, _ in told)
    for name, value in told:
        put(f"{name:{width}}  {value}")


def put_title(vi: str, en: str, command: str) -> None:
    """Write what comes next and the command that does it alone."""
    put(f"\n── {in_language(vi, en)}\n$ {command}\n")


@contextmanager
def progress(vi: str, en: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long work has come, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(in_language(vi, en), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
