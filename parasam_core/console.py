"""What the command prints: progress and sentences on stderr, results on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from parasam_core.segmenter import Progress

STDERR = Console(stderr=True, highlight=False, soft_wrap=True)
PLAIN_LINE_EVERY_S = 10.0


def say(line: str) -> None:
    """A line for the user, on stderr."""
    STDERR.print(line, markup=False)


def answer(result: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """The result of a verb: one JSON object on stdout, or lines for reading."""
    if as_json:
        json.dump(result, sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """A bar for each kind of work on a terminal; elsewhere a line every ten seconds."""
    if not STDERR.is_terminal:
        yield _plain_lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=STDERR) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def _plain_lines() -> Progress:
    last = [time.monotonic()]

    def show(what: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] >= PLAIN_LINE_EVERY_S:
            last[0] = time.monotonic()
            say(f"{what}: {done} of {total}")

    return show
