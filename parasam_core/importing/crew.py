"""Tasks in processes of their own: one that crashes or is killed fails its task and no other.

Knows nothing about what the tasks are. Processes are spawned, told to use their share of the
cores, end with the one that started them, and leave Ctrl-C to it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol

from parasam_core.segmenter import Progress

SPAWN = multiprocessing.get_context("spawn")
LIMITS = ("PARASAM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM",
          "OPENCV_FFMPEG_THREADS", "ZARR_THREADING__MAX_WORKERS")  # fmt: skip
TOLD_EVERY_S = 0.2
PATIENCE_S = 5.0


class Watch(Protocol):
    """Who is told of tasks, by their numbers."""

    def running(self, task: int, what: str, done: int, total: int) -> None:
        """A task goes on."""
        ...

    def ended(self, task: int) -> None:
        """A task is done, or has failed."""
        ...


@dataclass(frozen=True)
class Died:
    """The process of a task ended before the task.

    Attributes:
        exit_code: as `Process.exitcode`: a signal's number, negative, or what it exited with.
    """

    exit_code: int


@dataclass
class _Member:
    process: SpawnProcess
    line: Connection
    task: int = -1


def crew(
    tasks: Items[Any], do: Callable[[Any, Progress], Any], *, jobs: int, watch: Watch
) -> Iterator[tuple[int, Any]]:
    """Do tasks, `jobs` at a time.

    Args:
        tasks: what `do` is called with; they and their results can be pickled.
        do: a function of a module; what it raises ends its process.
        jobs: how many processes, >= 1.
        watch: told how tasks go on.

    Yields:
        The task's number and its result, or `Died`, as they come.
    """
    waiting = deque(range(len(tasks)))
    members: list[_Member] = []
    threads = max(1, (os.cpu_count() or 1) // jobs)
    try:
        while waiting or members:
            while waiting and len(members) < jobs:
                members.append(_hired(do, threads))
                _assign(members[-1], waiting, tasks)
            for line in wait([m.line for m in members]):
                member = next(m for m in members if m.line is line)
                done = _heard(member, watch)
                if done is None:
                    continue
                watch.ended(member.task)
                yield member.task, done[0]
                if isinstance(done[0], Died) or not waiting:
                    _dismiss([member])
                    members.remove(member)
                else:
                    _assign(member, waiting, tasks)
    finally:
        _dismiss(members)


def _hired(do: Callable[[Any, Progress], Any], threads: int) -> _Member:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    with _limited(threads):
        process.start()
    theirs.close()
    ours.send(do)
    return _Member(process, ours)


def _assign(member: _Member, waiting: deque[int], tasks: Items[Any]) -> None:
    member.task = waiting.popleft()
    with suppress(OSError):  # of a process that has died, which is heard next
        member.line.send(tasks[member.task])


def _heard(member: _Member, watch: Watch) -> tuple[Any] | None:
    """The result, or None where there is only progress."""
    try:
        kind, *content = member.line.recv()
    except (EOFError, OSError):
        member.process.join(PATIENCE_S)
        return (Died(member.process.exitcode or 0),)
    if kind == "progress":
        watch.running(member.task, *content)
        return None
    return (content[0],)


def _dismiss(members: list[_Member]) -> None:
    """End processes, which clear away what they have begun."""
    for member in members:
        member.process.terminate()
    for member in members:
        member.process.join(PATIENCE_S)
        member.process.kill()
        member.process.join()
        member.line.close()


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """The environment that a process is born into."""
    before = {name: os.environ.get(name) for name in LIMITS}
    os.environ.update(dict.fromkeys(LIMITS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _serve(line: Connection) -> None:
    """What runs in the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            do = line.recv()
            while True:
                line.send(("done", do(line.recv(), _told(line))))
    except SystemExit:
        # what was begun is cleared away; zarr's threads still write there, and would say so at exit
        os._exit(128 + signal.SIGTERM)


def _leave(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + signal.SIGTERM)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def _told(line: Connection) -> Progress:
    last: dict[str, float] = {}

    def tell(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - last.get(what, 0.0) >= TOLD_EVERY_S:
            last[what] = now
            line.send(("progress", what, done, total))

    return tell
