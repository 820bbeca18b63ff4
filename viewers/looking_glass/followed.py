"""Followed: a running lab as what a window shows; who scrubs in one scrubs in the other."""

from __future__ import annotations

from contextlib import suppress

from parasam_core.errors import UsageError
from viewers.looking_glass.arrived import Arrived
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.snapshot import Snapshot
from viewers.looking_glass.source import State
from viewers.looking_glass.viewing import Lie
from viewers.looking_glass.views import view_named
from xr_server.protocol import ScanCard

NO_SCANS = ("no scans yet",)


class Followed:
    """A source that a feed fills.

    Args:
        feed: entered and left by whoever made it.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._arrived: Arrived | None = None
        self._state = self._state_of(feed.state)

    @property
    def state(self) -> State:
        """What the lab shows now."""
        now = self._feed.state
        if now.version != self._state.version:
            self._state = self._state_of(now)
        return self._state

    def open(self, scan: int) -> None:
        """Open another scan, by its place among the titles, for all who share the scene."""
        scans = self._feed.state.scans
        if 0 <= scan < len(scans):
            self._feed.open(scans[scan].id)

    def look(self, frame: int) -> None:
        """Look at another frame, with all who share the scene."""
        self._feed.look(frame)

    def _state_of(self, now: Snapshot) -> State:
        at = next((i for i, card in enumerate(now.scans) if card.id == now.scan), 0)
        remark = now.failure or now.advice if now.is_open else now.trouble
        self._arrived = _kept(self._arrived, now)
        return State(
            version=now.version,
            titles=tuple(map(_title, now.scans)) or NO_SCANS,
            scan=at,
            shown=self._arrived,
            frame=now.frame if self._arrived else None,
            view=_view(now.view),
            lie=_lie(now.pose),
            remark=remark,
        )


def _kept(before: Arrived | None, now: Snapshot) -> Arrived | None:
    """What has come to be drawn; as it was where that is the same. None: nothing has."""
    if not (now.slices or now.surfaces):
        return None
    if before is not None and _drawn(before.snapshot) == _drawn(now):
        return before
    return Arrived.of(now, before)


def _drawn(snapshot: Snapshot) -> tuple[object, ...]:
    """What decides on the picture; things that are the same objects are equal."""
    return snapshot.opened, snapshot.surfaces, snapshot.slice, snapshot.probe


def _view(word: str | None) -> str | None:
    with suppress(UsageError):
        return None if word is None else view_named(word)
    return None


def _lie(pose: tuple[float, ...] | None) -> Lie | None:
    """The turn in a shared pose; a quaternion of no length is none."""
    if pose is None or not any(pose[3:7]):
        return None
    x, y, z, w = pose[3:7]
    return x, y, z, w


def _title(card: ScanCard) -> str:
    return " ".join(part for part in (card.subject, card.timepoint) if part) or card.id
