"""Watch: what other programs write reaches the pages, too: `parasam segment` in a shell beside.

Looks at times of files alone, once a second, off the event loop, and only while a page is there.
What the lab itself wrote is shown by then, so that nothing is told twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable

from parasam_core.errors import ScanError
from xr_server.library import Library
from xr_server.protocol import ScanCard
from xr_server.session import Sessions

EVERY_S = 1.0

Place = tuple[str, str | None]
Content = tuple[str, str | None, str]

log = logging.getLogger(__name__)


async def watch(library: Library, sessions: Sessions, every_s: float = EVERY_S) -> None:
    """Until it is cancelled."""
    told: dict[Place, str] = {}
    while True:
        await asyncio.sleep(every_s)
        if not sessions.is_anybody_there:
            continue
        try:
            cards, found = await asyncio.to_thread(_seen, library, sessions.shown)
            marked = await asyncio.to_thread(_marked, library, sessions.marks_shown)
        except Exception:
            log.exception("watching the library")
            continue
        sessions.listed(cards)
        for scan in marked:
            sessions.marked(scan)
        for place, content in found.items():
            if told.get(place) != content:
                told[place] = content
                sessions.changed(*place)


def _seen(library: Library, shown: Iterable[Content]) -> tuple[list[ScanCard], dict[Place, str]]:
    """The list, and what is on disk where it is no longer what is shown."""
    found = {}
    for scan, label, content in shown:
        with contextlib.suppress(ScanError):  # being written, or gone: what is shown stays
            now = library.content(scan, label)
            if now != content:
                found[scan, label] = now
    return library.cards(), found


def _marked(library: Library, shown: Iterable[tuple[str, int]]) -> set[str]:
    """The scans whose marks are other than those that are shown."""
    return {scan for scan, changed_ns in shown if library.marks_changed_ns(scan) != changed_ns}
