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
STDOUT = Console(highlight=False)
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
    with _bars() as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


@contextmanager
def crew_shown() -> Iterator[CrewShown]:
    """A bar for all tasks and one for each that is running; elsewhere a line for each that ends."""
    if not STDERR.is_terminal:
        yield CrewShown(None)
        return
    with _bars() as bars:
        yield CrewShown(bars)


class CrewShown:
    """Shows tasks that are done by several processes."""

    def __init__(self, bars: Bars | None) -> None:
        self._bars = bars
        self._names: list[str] = []
        self._done = 0
        self._all: TaskID | None = None
        self._shown: dict[int, TaskID] = {}

    def begins(self, names: list[str]) -> None:
        """What the tasks are called, by their numbers."""
        self._names = names
        if self._bars:
            self._all = self._bars.add_task("all", total=len(names))

    def running(self, task: int, what: str, done: int, total: int) -> None:
        """A task goes on."""
        if self._bars is None:
            return
        if task not in self._shown:
            self._shown[task] = self._bars.add_task(self._names[task])
        about = f"{self._names[task]}: {what}"
        self._bars.update(self._shown[task], description=about, completed=done, total=total)

    def ended(self, task: int) -> None:
        """A task is done, or has failed."""
        self._done += 1
        if self._bars is None or self._all is None:
            say(f"{self._names[task]}: {self._done} of {len(self._names)}")
            return
        self._bars.update(self._all, completed=self._done)
        if task in self._shown:
            self._bars.remove_task(self._shown.pop(task))


def _bars() -> Bars:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Bars(*columns, console=STDERR)


def _plain_lines() -> Progress:
    last = [time.monotonic()]

    def show(what: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] >= PLAIN_LINE_EVERY_S:
            last[0] = time.monotonic()
            say(f"{what}: {done} of {total}")

    return show
