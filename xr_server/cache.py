"""Scenes, bodies and measures, made off the event loop and once: a second page costs nothing.

Kept by the content on disk, so what was written anew is made anew.
"""

from __future__ import annotations

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING, Any

from parasam_core.errors import LabelError
from xr_server.library import Library, content_of
from xr_server.protocol import Measured
from xr_server.scene import Scene, scene_of

if TYPE_CHECKING:
    from xr_server.body import Body

THINGS_KEPT = 12
THREADS = 2


class Cache:
    """What was made of a library's scans.

    Args:
        library: the scans.
        kept: how many scenes, bodies and measures to keep, those used last.
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
        body: Body = await self._once(("body", scene.content), lambda: _bodies().body_of(scene))
        return body

    async def measured(self, scene: Scene) -> Measured:
        """The numbers of its mask.

        Raises:
            EmptyMaskError: nothing is tumour.
        """
        body = await self.body(scene)
        key = ("measured", scene.content)
        measured: Measured = await self._once(key, lambda: _bodies().measured_of(body))
        return measured

    def warm(self) -> None:
        """Begin to import what makes surfaces, so that the first page waits less."""
        self._threads.submit(_bodies)

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


def _bodies() -> ModuleType:
    """`body.py`, whose imports take longer than the server takes to answer."""
    return importlib.import_module("xr_server.body")
