"""Outbox: what one page has yet to be sent, in which order, and how much at once.

    put ──► pending, the latest a key ──take──► in flight, within the credit ──ack──► held

Guaranteed messages go first, meshes coarse to fine; slices go outward from the frame looked at,
which itself goes right after the coarsest mesh, and the volume right after that. Only what is taken
is bound to the wire: what is pending can still be replaced, or dropped when another scan is opened.

Knows nothing about sockets, scans or what a payload holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from xr_server.protocol import (
    JobState,
    MeshData,
    People,
    ScanOpened,
    ServerMessage,
    Shared,
    SliceData,
    VolumeData,
    Welcome,
)
from xr_server.scene import Item

MESSAGES_IN_FLIGHT = 8
BYTES_IN_FLIGHT = 4 << 20

OF_ALL_SCANS = (Welcome, JobState, People, Shared)


@dataclass
class _Flight:
    key: str
    item: Item
    stale: bool = False


class Outbox:
    """One page's queue.

    Args:
        messages_in_flight: most messages sent and not acked.
        bytes_in_flight: most bytes of payload sent and not acked; a larger payload goes alone.
    """

    def __init__(
        self,
        messages_in_flight: int = MESSAGES_IN_FLIGHT,
        bytes_in_flight: int = BYTES_IN_FLIGHT,
    ) -> None:
        self._messages_in_flight = messages_in_flight
        self._bytes_in_flight = bytes_in_flight
        self._pending: dict[str, Item] = {}
        self._flights: dict[int, _Flight] = {}
        self._held: dict[str, Item] = {}
        self._order: list[str] = []
        self._seq = 0
        self._frame = 0

    @property
    def in_flight(self) -> tuple[int, int]:
        """Messages, and bytes of payload, sent and not acked."""
        return len(self._flights), sum(f.item.payload_bytes for f in self._flights.values())

    def put(self, item: Item) -> None:
        """Have this sent instead of any earlier message of its key.

        A `ScanOpened` drops what is of the scan before, and the coarsest mesh the finer ones of the
        surface before, as the page does when it takes it.
        """
        match item.message:
            case ScanOpened():
                self._forget(_is_of_a_scan)
            case MeshData(level=0):
                self._forget(_is_a_mesh)
        key = item.message.key()
        for flight in self._flights.values():
            flight.stale |= flight.key == key
        self._pending[key] = item
        self._order.clear()

    def look(self, frame: int) -> None:
        """Send slices outward from this frame."""
        self._frame = frame
        self._order.clear()

    def take(self) -> Item | None:
        """The next to be sent, its `seq` set; None while nothing is pending or the credit is up."""
        if not self._pending or len(self._flights) >= self._messages_in_flight:
            return None
        key = self._next_key()
        item = self._pending[key]
        if self._flights and self.in_flight[1] + item.payload_bytes > self._bytes_in_flight:
            return None
        del self._pending[self._order.pop()]
        self._seq += 1
        item = replace(item, message=replace(item.message, seq=self._seq))
        self._flights[self._seq] = _Flight(key, item)
        return item

    def ack(self, seq: int) -> Item | None:
        """The page has taken it; None where no such message is in flight."""
        flight = self._flights.pop(seq, None)
        if flight is None:
            return None
        if not flight.stale and not isinstance(flight.item.message, OF_ALL_SCANS):
            self._held[flight.key] = flight.item
        return flight.item

    def resume(self) -> None:
        """The connection was lost: send again what was not acked.

        If the scan's opening is among that, the page will drop what it holds, so all goes again.
        """
        lost = {f.key: f.item for f in self._flights.values() if not f.stale}
        self._flights.clear()
        if any(isinstance(item.message, ScanOpened) for item in lost.values()):
            lost = self._held | lost
            self._held = {}
        self._pending = lost | self._pending
        self._order.clear()

    def _forget(self, which: Callable[[ServerMessage], bool]) -> None:
        for kept in (self._pending, self._held):
            for key in [k for k, item in kept.items() if which(item.message)]:
                del kept[key]
        for flight in self._flights.values():
            flight.stale |= which(flight.item.message)

    def _next_key(self) -> str:
        if not self._order:
            self._order = sorted(self._pending, key=self._rank, reverse=True)
        return self._order[-1]

    def _rank(self, key: str) -> tuple[int, int]:
        """Which kind goes first, then the order within it."""
        match self._pending[key].message:
            case Welcome():
                return 0, 0
            case ScanOpened():
                return 1, 0
            case MeshData(level=level):
                return (3, 0) if level == 0 else (6, level)
            case SliceData(frame=frame):
                return (4, 0) if frame == self._frame else (7, _outward(frame - self._frame))
            case VolumeData():
                return 5, 0
            case _:
                return 2, 0


def _is_of_a_scan(message: ServerMessage) -> bool:
    return not isinstance(message, OF_ALL_SCANS)


def _is_a_mesh(message: ServerMessage) -> bool:
    return isinstance(message, MeshData)


def _outward(offset: int) -> int:
    """0, +1, −1, +2, −2 … as 0, 1, 2, 3, 4 …"""
    return 2 * offset - 1 if offset > 0 else -2 * offset
