"""Scenes and what is made of them, off the event loop and once: a second page costs nothing.

Kept by the content on disk, so what was written anew is made anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from parasam_core.errors import ParasamError
from xr_server.coarse import coarse_of
from xr_server.library import Library, content_of, label_shown
from xr_server.metrics import Metrics
from xr_server.once import Once
from xr_server.protocol import Marks, Measured
from xr_server.scene import Item, Scene, marks_of, scene_of

if TYPE_CHECKING:
    from xr_server.body import Body, Level

THINGS_KEPT = 16
READERS = 2
MAKERS = 1  # apart from the readers, so that a surface being made keeps no scan from opening

Key = tuple[str, str]
T = TypeVar("T")


class Cache:
    """What was made of a library's scans.

    Args:
        library: the scans.
        metrics: where it is counted how long making took.
        kept: how many scenes, volumes, bodies and measures to keep, those used last.
    """

    def __init__(
        self, library: Library, metrics: Metrics | None = None, kept: int = THINGS_KEPT
    ) -> None:
        self.library = library
        self._metrics = metrics or Metrics()
        self._things: Once[Key] = Once(kept)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="maker")

    async def scene(self, scan_id: str, label: str | None) -> Scene:
        """A scan in memory.

        Raises:
            ScanError: there is no such scan, or it is damaged.
            LabelError: it has no such label.
        """
        scan = self.library.scan(scan_id)
        label = label_shown(scan, label)
        content = content_of(scan, label)
        key = ("scene", content)
        return await self._once(self._readers, key, lambda: scene_of(scan, label, content))

    def marks(self, scan_id: str) -> Marks:
        """What was measured and noted in a scan, as it is on disk now.

        It is read at once: it is little, and must not be older than what was told meanwhile.

        Raises:
            ScanError: there is no such scan, or that of it is damaged.
        """
        return marks_of(self.library.scan(scan_id))

    async def coarse(self, scene: Scene) -> Item:
        """All its grey levels, coarse."""
        key = ("coarse", scene.content)
        return await self._once(self._readers, key, lambda: coarse_of(scene))

    async def body(self, scene: Scene) -> Body:
        """The surface of its mask.

        Raises:
            EmptyMaskError: nothing is tumour.
        """
        sketched = await self._sketch(scene)
        key = ("body", scene.content)
        return await self._once(self._makers, key, lambda: _body_of(scene, sketched))

    async def sketch(self, scene: Scene) -> Item | None:
        """The coarsest level of its surface, made without the others; None where there is none."""
        try:
            made = await self._sketch(scene) if scene.has_tumour else None
        except ParasamError:  # who asks for the whole surface is told
            return None
        return None if made is None else made.item()

    async def meshes(self, scene: Scene, first: int, begun_after_s: float) -> AsyncIterator[Item]:
        """The surface of its mask, coarse first, each level as soon as it is made.

        Args:
            scene: whose.
            first: the level to begin with.
            begun_after_s: fine levels take all of a processor.

        Raises:
            EmptyMaskError: nothing is tumour.
        """
        await asyncio.sleep(begun_after_s)
        body = await self.body(scene)
        for level in body.levels[first:]:
            yield level.item()

    async def against(self, scene: Scene, other: Scene) -> bytes:
        """The surface of its mask, each vertex with the distance to another mask's, as GLB.

        Raises:
            EmptyMaskError: nothing is tumour in one of them.
        """
        body, of_other = await self.body(scene), await self.body(other)
        key = ("against", f"{scene.content} {other.content}")
        return await self._once(self._makers, key, lambda: _against_of(body, of_other))

    async def measured(self, scene: Scene) -> Measured:
        """The numbers of its mask.

        Raises:
            EmptyMaskError: nothing is tumour.
        """
        body = await self.body(scene)
        key = ("measured", scene.content)
        return await self._once(self._makers, key, lambda: _measured_of(body))

    async def sketched(self, scene: Scene) -> Level | None:
        """The coarsest level of a scene that is not on disk yet, for `adopt`; None without one."""
        future = self._readers.submit(lambda: _sketch_of(scene) if scene.has_tumour else None)
        try:
            return await asyncio.wrap_future(future)
        except ParasamError:  # who asks for the whole surface is told
            return None

    def adopt(self, scene: Scene, instead_of: Scene, sketched: Level | None) -> None:
        """Take a scene that was made of another, which nobody will ask for any more."""
        for what in ("scene", "sketch", "body", "measured"):
            self._things.forget((what, instead_of.content))
        self._things.rename(("coarse", instead_of.content), ("coarse", scene.content))
        self._things.put(("scene", scene.content), scene)
        self._things.put(("sketch", scene.content), sketched)

    async def _sketch(self, scene: Scene) -> Level | None:
        return await self._once(self._readers, ("sketch", scene.content), lambda: _sketch_of(scene))

    def warm(self) -> None:
        """Begin to import what makes surfaces, so that the first page waits less."""
        self._makers.submit(_import_bodies)

    def close(self) -> None:
        """Begin nothing more."""
        for threads in (self._readers, self._makers):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _once(self, threads: ThreadPoolExecutor, key: Key, make: Callable[[], T]) -> T:
        timed = self._metrics.making_s.labels(key[0]).time()(make)
        return await self._things.get(threads, key, timed)


# body.py is imported when it is needed: that takes longer than the server takes to answer.


def _import_bodies() -> None:
    import xr_server.body  # noqa: F401


def _sketch_of(scene: Scene) -> Level | None:
    from xr_server.body import sketch_of

    return sketch_of(scene)


def _body_of(scene: Scene, sketched: Level | None) -> Body:
    from xr_server.body import body_of

    return body_of(scene, sketched)


def _against_of(body: Body, other: Body) -> bytes:
    from xr_server.body import against_of

    return against_of(body, other)


def _measured_of(body: Body) -> Measured:
    from xr_server.body import measured_of

    return measured_of(body)
