"""A page as `protocol.py` tells it to be, a lab without disk, and the wire that fails them."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from xr_server.protocol import (
    Ack,
    Hello,
    Look,
    Mark,
    Marks,
    Measured,
    MeshData,
    Open,
    ScanOpened,
    SliceData,
    VolumeData,
    Welcome,
    server_message,
    split_binary,
)
from xr_server.scene import Item
from xr_server.session import Sessions

FRAMES, LEVELS = 5, 2
ENOUGH = 200


class Shelves:
    """Stands in for `Cache`: two scans, each of which can be written anew.

    Attributes:
        shown: all of what was last asked for, by key.
    """

    def __init__(self):
        self.written = {"a": 0, "b": 0}
        self.marked = {"a": 0, "b": 0}
        self.library = SimpleNamespace(cards=list, marks_changed_ns=self.marked.get)
        self.shown = {}

    def marks(self, scan):
        """None at first."""
        mark = Mark("m", "note", [[0.0] * 3], f"{self.marked[scan]}", "", "")
        return Marks(scan, [mark] * (self.marked[scan] > 0))

    def mark(self, scan):
        self.marked[scan] += 1
        if self.shown and self.shown["scan"][0].scan == scan:
            self.shown["marks"] = (self.marks(scan), None)

    async def scene(self, scan, _):
        await asyncio.sleep(0)
        scene = _Scene(scan, self.written[scan])
        parts = [Item(scene.opened), *scene.slices(), scene.volume()]
        parts += [*scene.meshes(), Item(scene.measured)]
        parts += [Item(self.marks(scan))] * (self.marked[scan] > 0)
        self.shown = {i.message.key(): (i.message, i.payload and i.payload()) for i in parts}
        return scene

    async def sketch(self, scene):
        await asyncio.sleep(0)
        return scene.meshes()[0]

    async def meshes(self, scene, first, _):
        for item in scene.meshes()[first:]:
            await asyncio.sleep(0)
            yield item

    async def coarse(self, scene):
        await asyncio.sleep(0)
        return scene.volume()

    async def measured(self, scene):
        await asyncio.sleep(0)
        return scene.measured


@dataclass
class _Scene:
    scan: str
    version: int
    has_tumour: bool = True

    @property
    def opened(self):
        """Of every second version another."""
        shape, spacing_mm, tumour = [FRAMES, 1, 1], [1.0] * 3, [self.version // 2, FRAMES - 1]
        return ScanOpened(self.scan, "M", "", "m", ["m"], shape, spacing_mm,
                          "user", [0.0] * 16, tumour)  # fmt: skip

    @property
    def content(self):
        return f"{self.scan}{self.version}"

    @property
    def digests(self):
        return tuple(item.message.sha256 for item in self.slices())

    @property
    def measured(self):
        numbers = (self.version, [1.0] * 2, 1.0, 1.0, [1.0] * 3, 1.0)
        return Measured(self.scan, "m", "0" * 64, *numbers, 1, [0, FRAMES - 1], [])

    def slice(self, frame):
        return self.slices()[frame]

    def slices(self):
        return [self._item(SliceData, f"s{k}", (k,)) for k in range(FRAMES)]

    def volume(self):
        return self._item(VolumeData, "v", None)

    def meshes(self):
        return [self._item(MeshData, f"m{k}", (k,)) for k in range(LEVELS)]

    def _item(self, kind, name, place):
        payload = f"{self.scan}{name}{self.version if name != 's0' else ''}".encode()
        sha256 = hashlib.sha256(payload).hexdigest()
        if kind is VolumeData:
            header = VolumeData(self.scan, [len(payload), 1, 1], [1] * 3, [0.0] * 3, sha256)
        elif kind is SliceData:
            header = SliceData(self.scan, *place, len(payload), 1, None, sha256)
        else:
            header = MeshData(self.scan, "m", *place, LEVELS, 1, sha256, 0.0)
        return Item(header, len(payload), lambda: payload)


@dataclass
class Talk:
    """One page and one lab; every method is something that may happen.

    Attributes:
        scene: what the page shows, by key.
        kept: what it kept, by digest.
        told: digests that the lab knows to be kept.
        wanted: the scan asked for last.
        is_answered: whether it has been opened since.
    """

    shelves: Shelves = field(default_factory=Shelves)
    scene: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    told: set = field(default_factory=set)
    wanted: str = "a"
    is_answered: bool = False
    token: str | None = None
    unacked: list = field(default_factory=list)
    moments: int = 9

    def __post_init__(self):
        self.sessions = Sessions(self.shelves)
        self.connect()

    def connect(self):
        """What was on the way, either way, is lost."""
        self.unacked = []
        self.told = set(self.kept)
        self.session = self.sessions.greeted(Hello(self.token, list(self.kept)))

    def start_the_lab_again(self):
        self.sessions = Sessions(self.shelves)
        self.connect()

    def open(self, scan, is_heard):
        self.wanted, self.is_answered = scan, False
        self.session.receive(Open(scan)) if is_heard else self.connect()

    def look(self, frame):
        self.session.receive(Look(self.wanted, frame))

    def write_anew(self, scan):
        self.shelves.written[scan] += 1

    def change(self, scan):
        """Written anew, and told, as an edit is."""
        self.write_anew(scan)
        self.sessions.changed(scan, "m")

    def mark(self, scan):
        """Stored, and told."""
        self.shelves.mark(scan)
        self.sessions.marked(scan)

    def forget(self, count):
        for digest in list(self.kept)[:count]:
            del self.kept[digest]
        self.told &= set(self.kept)
        self.connect()

    def lose(self, count):
        """Frames that are sent and do not come; then the line falls."""
        for _ in range(count):
            self.session.next_frame()
        self.connect()

    def hear(self, count):
        for _ in range(count):
            frame = self.session.next_frame()
            if frame is None:
                return
            self._take(frame)

    def ack(self, which, times):
        if which < len(self.unacked):
            message = self.unacked.pop(which)
            for _ in range(times):
                self.session.receive(Ack(message.seq))
            self.told |= {getattr(message, "sha256", None)} & set(self.kept)

    def take(self, count):
        """Hear and ack one after another."""
        for _ in range(count):
            self.hear(1)
            if not self.unacked:
                return
            self.ack(0, 1)

    async def settle(self):
        """Until nothing is under way and all is heard and acked."""
        for _ in range(self.moments):
            await asyncio.sleep(0)
            self.take(ENOUGH)
            assert not self.unacked, "it never comes to rest"

    def _take(self, frame):
        if isinstance(frame, str):
            self._take_text(server_message(frame))
            return
        message, payload = split_binary(frame)
        if payload:
            assert message.sha256 not in self.told, "sent though the page holds it"
            self.kept[message.sha256] = bytes(payload)
        elif message.sha256 not in self.kept:
            self.connect()
            return
        self._show(message, self.kept[message.sha256])

    def _take_text(self, message):
        if isinstance(message, ScanOpened):
            self.scene = {}
            self.is_answered |= message.scan == self.wanted
        if isinstance(message, Welcome):
            is_resumed, self.token = message.session == self.token, message.session
            if not (is_resumed and self.is_answered):
                self.session.receive(Open(self.wanted))
            self.unacked.append(message)
        else:
            self._show(message, None)

    def _show(self, message, payload):
        before = self.scene.get("mesh/0")
        if message.key() == "mesh/0" and before and before[0].sha256 != message.sha256:
            self.scene = {k: v for k, v in self.scene.items() if not k.startswith("mesh/")}
        self.scene[message.key()] = (replace(message, seq=0), payload)
        self.unacked.append(message)
