"""Once: what takes long is made off the event loop, once, and the last few are kept."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Once(Generic[K]):
    """Things by key.

    Args:
        kept: how many, those used last.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._made: OrderedDict[K, Future[Any]] = OrderedDict()
        self._waiting: Counter[K] = Counter()

    async def get(self, threads: ThreadPoolExecutor, key: K, make: Callable[[], T]) -> T:
        """What was made under this key; what nobody waits for any more is not begun.

        Args:
            threads: where it is made.
            key: names it, and all that it is made of.
            make: makes it; what it raises is raised, and made again when it is asked for again.
        """
        future: Future[T] | None = self._made.get(key)
        if future is None:
            future = self._made[key] = threads.submit(make)
        self._made.move_to_end(key)
        self._waiting[key] += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            if self._waiting[key] == 1 and future.cancel():
                self._made.pop(key, None)
            raise
        except Exception:
            self._made.pop(key, None)
            raise
        finally:
            self._waiting[key] -= 1
            self._forget_oldest()

    def put(self, key: K, made: Any) -> None:
        """Keep what was made elsewhere."""
        self._made[key] = Future()
        self._made[key].set_result(made)

    def forget(self, key: K) -> None:
        """Drop what nobody will ask for any more; while somebody waits, it stays."""
        if key not in self._waiting:
            self._made.pop(key, None)

    def rename(self, key: K, now: K) -> None:
        """What was made, or is being made, goes by another key."""
        future = self._made.pop(key, None)
        if future is not None:
            self._made[now] = future

    def _forget_oldest(self) -> None:
        self._waiting += Counter()  # drops the zeros
        for key in [k for k in self._made if k not in self._waiting][: -self._kept or None]:
            del self._made[key]
