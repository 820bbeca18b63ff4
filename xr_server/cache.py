"""Scenes and bodies, made off the event loop and once: a second page costs nothing.

Kept by the content on disk, so what was written anew is made anew.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from parasam_core.errors import LabelError
from xr_server.library import Library, content_of
from xr_server.scene import Scene, scene_of

if TYPE_CHECKING:
    from xr_server.body import Body

THINGS_KEPT = 8
THREADS = 2


class Cache:
    """What was made of a library's scans.

    Args:
        library: the scans.
        kept: how many scenes and bodies to keep, those used last.
    """

    def __init__(self, library: Library, kept: int = THINGS_KEPT) -> None:
        self.library = library
        self._kept = kept
        self._made: OrderedDict[tuple[str, str], Future[Any]] = OrderedDict()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="parasam")

    async def scene(self, scan_id: str, label: str | None) -> Scene:
        """A scan in memory.

        Raises:
            ScanError: there is no such scan, or it is damaged.
            LabelError: it has no such label.
        """
        scan = self.library.scan(scan_id)
        if label is not None and label not in scan.labels:
            there = ", ".join(scan.labels) or "none"
            raise LabelError(f"expected one of the labels of {scan_id} ({there}), got {label!r}")
        key = ("scene", content_of(scan, label) + (label or ""))
        scene: Scene = await self._once(key, lambda: scene_of(scan, label))
        return scene

    async def body(self, scene: Scene) -> Body:
        """The surface of its mask.

        Raises:
            EmptyMaskError: nothing is tumour.
        """
        body: Body = await self._once(("body", scene.content), lambda: _body_of(scene))
        return body

    def close(self) -> None:
        """Let go of the threads; what is being made is finished but not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _once(self, key: tuple[str, str], make: Callable[[], Any]) -> Any:
        future = self._made.get(key)
        if future is None:
            future = self._made[key] = self._threads.submit(make)
        self._made.move_to_end(key)
        while len(self._made) > self._kept:
            self._made.popitem(last=False)
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except Exception:
            self._made.pop(key, None)
            raise


def _body_of(scene: Scene) -> Body:
    from xr_server.body import body_of  # heavy: seconds that the server need not wait to start

    return body_of(scene)
