"""Work on many items at once, all cores busy and no more in memory than they need.

Knows nothing about images.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import cv2
from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2
VARIABLE = "PARASAM_THREADS"


def threads() -> int:
    """As many as there are cores, or as `PARASAM_THREADS` says to one of several processes."""
    stated = os.environ.get(VARIABLE, "")
    return int(stated) if stated.isdecimal() and int(stated) > 0 else os.cpu_count() or 1


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What `work` makes of each item, in their order; a thread a core works ahead.

    Args:
        work: called in threads. What it raises is raised here, in the item's turn.
        items: taken as they are needed; at most `AHEAD` a core are under way or wait to be used.
    """
    workers = threads()
    under_way: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) == AHEAD * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Where all cores have an item to work on, OpenCV and BLAS are to add no threads.

    OpenBLAS's own wait for work without letting go of their core.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1, "blas"):
            yield
    finally:
        cv2.setNumThreads(before)
