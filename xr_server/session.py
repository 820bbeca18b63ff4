"""Session: one page's talk. Messages in, frames out; no sockets.

It outlives the connection: a page that comes back with its token goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parasam_core.errors import ParasamError
from parasam_core.provenance import signed
from xr_server.cache import Cache
from xr_server.jobs import ENDED
from xr_server.outbox import Outbox
from xr_server.protocol import (
    Ack,
    ClientMessage,
    Failed,
    Hello,
    JobState,
    Join,
    Look,
    Marks,
    Open,
    People,
    Presence,
    ScanCard,
    ScanOpened,
    Share,
    Shared,
    Welcome,
    WireError,
    WithPayload,
    binary_frame,
    text_frame,
)
from xr_server.room import Guest, Room
from xr_server.scene import Item, Scene

SESSIONS_KEPT = 16  # of those whose line has fallen
AWAY_S = 60.0
EDIT_SETTLES_S = 0.15  # the fine surface waits that long for the next stroke

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What a page was sent of a scene, or is being sent.

    Attributes:
        opened: its geometry.
        content: digest of what was on disk.
        digests: of its slices.
    """

    opened: ScanOpened
    content: str
    digests: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """What is to be shown next.

    Attributes:
        asked: scan and label.
        is_anew: all of it; else what is other than the page was sent.
    """

    asked: Open
    is_anew: bool = True


class Session:
    """What one page is shown.

    Attributes:
        token: names it.
        outbox: what the page has yet to be sent.
        wake: set whenever there may be something to send.
        connection: counts the page's connections; the latest one is served.
        is_there: whether that one stands.
        shown: what it was sent last; None before anything.
        marks_of_ns: when the marks that it was sent were stored; see `ScanFile.marks_changed_ns`.
    """

    def __init__(self, cache: Cache, room: Room) -> None:
        self.token = secrets.token_urlsafe(24)
        self.outbox = Outbox()
        self.wake = asyncio.Event()
        self.connection = 0
        self.is_there = False
        self._cache = cache
        self._room = room
        self._guest: Guest | None = None
        self.shown: Shown | None = None
        self.marks_of_ns = 0
        self._cards: list[ScanCard] = []
        self._held: set[str] = set()
        self._wish: Wish | None = None
        self._is_whole = False
        self._volume = ""
        self._look: Look | None = None
        self._opening: asyncio.Task[None] | None = None

    def greet(self, hello: Hello) -> None:
        """The page is there, for the first time or again."""
        self.connection += 1
        self.is_there = True
        self._held = set(hello.holds)
        self.outbox.resume()
        self._cards = self._cache.library.cards()
        self.tell(self._welcome())

    def receive(self, message: ClientMessage) -> None:
        """Take what the page says after its greeting.

        Raises:
            WireError: it greets twice, or shares before it has joined.
        """
        match message:
            case Hello():
                raise WireError("expected one hello a connection, got another")
            case Open():
                self._open(Wish(message))
            case Look():
                self._look = message
                self._turn()
            case Ack():
                self._acked(self.outbox.ack(message.seq))
            case Join():
                self._guest = self._room.join(self._guest, message, self.tell)
            case Share():
                self._room.share(self._joined(message), message)
            case Presence():
                self._room.be(self._joined(message), message)
        self.wake.set()

    def next_frame(self) -> str | bytes | None:
        """The next to be sent; None while there is nothing, or the credit is up."""
        item = self.outbox.take()
        if item is None:
            return None
        message = item.message
        if not isinstance(message, WithPayload):
            return text_frame(message)
        is_held = message.sha256 in self._held
        return binary_frame(message, b"" if is_held or item.payload is None else item.payload())

    def tell(self, *messages: Welcome | JobState | People | Shared) -> None:
        """Have the page told what is of no scan alone."""
        self._put(*map(Item, messages))

    def changed(self, scan: str, label: str | None) -> None:
        """A mask or the frames were written: show what is other, where that is looked at."""
        wish, shown = self._wish, self.shown.opened if self.shown else None
        if wish is not None:
            if wish.asked.scan == scan and wish.asked.label in (label, None):
                self._open(wish)  # what was read may be what was there before
        elif shown is not None and shown.scan == scan and shown.label in (label, None):
            self._open(Wish(Open(scan, label), is_anew=False))

    def marked(self, scan: str) -> None:
        """The marks of a scan were stored: show them where it is looked at."""
        if self.shown is not None and self.shown.opened.scan == scan:
            self._put(self._marks(scan))

    def listed(self, cards: list[ScanCard]) -> None:
        """Scans or masks may have come or gone: tell, and show one where there was none."""
        if self._cards == cards:
            return
        self._cards = cards
        self.tell(self._welcome())
        if self.shown is not None and self.shown.opened.label is None:
            scan = self.shown.opened.scan
            labels = next((card.labels for card in self._cards if card.id == scan), [])
            for label in labels[:1]:
                self.changed(scan, label)

    def miss(self) -> None:
        """The line fell; the page may come back."""
        self.is_there = False
        if self._guest is not None:
            self._room.miss(self._guest)

    def leave(self) -> None:
        """The others need not wait for the page any longer."""
        if self._guest is not None:
            self._room.leave(self._guest)
            self._guest = None

    def close(self) -> None:
        """Stop opening what nobody waits for."""
        if self._opening is not None:
            self._opening.cancel()

    def _joined(self, message: Share | Presence) -> Guest:
        if self._guest is None:
            raise WireError(f"expected join before {message.type}, got {message.type}")
        return self._guest

    def _welcome(self) -> Welcome:
        return Welcome(signed("lab"), self.token, self._cards)

    def _acked(self, item: Item | None) -> None:
        if item is not None and isinstance(item.message, WithPayload):
            self._held.add(item.message.sha256)

    def _put(self, *items: Item) -> None:
        for item in items:
            self.outbox.put(item)
        self.wake.set()

    def _open(self, wish: Wish) -> None:
        self.close()
        self._wish = wish
        self._opening = asyncio.get_running_loop().create_task(self._show(wish))

    async def _show(self, wish: Wish) -> None:
        asked = wish.asked
        try:
            scene = await self._cache.scene(asked.scan, asked.label)
            sketch = None if wish.is_anew else await self._cache.sketch(scene)
            self._put(*self._differing(scene, wish))
            if sketch is not None and not self._is_whole:
                self._put(sketch)  # with its slice: not after the surface before is drawn with it
            await self._put_volume(scene)
            if scene.has_tumour and not self._is_whole:
                await self._put_surface(scene, wish, sketch)
                self._put(Item(await self._cache.measured(scene)))
            self._is_whole = True
        except ParasamError as error:
            self._put(Item(Failed(str(error))))
        except Exception:
            log.exception("showing %s", asked)
            self._put(
                Item(Failed(f"expected to show {asked.scan}, but ParaSAM failed; see its log"))
            )
        finally:
            if self._wish is wish:
                self._wish = None

    def _differing(self, scene: Scene, wish: Wish) -> Iterable[Item]:
        """Geometry and slices that the page needs; those that it was sent stay where they are."""
        before, self._wish = self.shown, None
        self.shown = Shown(scene.opened, scene.content, scene.digests)
        if wish.is_anew or before is None or before.opened != scene.opened:
            self._is_whole, self._volume = False, ""
            self._turn()
            marks = self._marks(scene.opened.scan)
            return [Item(scene.opened), *([] if _has_none(marks) else [marks]), *scene.slices()]
        self._is_whole &= before.content == scene.content
        pairs = enumerate(zip(before.digests, scene.digests, strict=True))
        return [scene.slice(frame) for frame, (old, new) in pairs if old != new]

    async def _put_surface(self, scene: Scene, wish: Wish, sketch: Item | None) -> None:
        """Coarse first; the fine levels of an edit wait for the next stroke."""
        if wish.is_anew:
            sketch = await self._cache.sketch(scene)
            self._put(*filter(None, [sketch]))
        first, settles_s = (0, 0.0) if sketch is None else (1, EDIT_SETTLES_S)
        async for item in self._cache.meshes(scene, first, 0 if wish.is_anew else settles_s):
            self._put(item)

    def _marks(self, scan: str) -> Item:
        """As they are on disk now; where they are damaged, that."""
        self.marks_of_ns = self._cache.library.marks_changed_ns(scan)
        try:
            return Item(self._cache.marks(scan))
        except ParasamError as error:
            return Item(Failed(str(error)))

    async def _put_volume(self, scene: Scene) -> None:
        """The grey levels as a whole, where they are other than the page was sent."""
        volume = await self._cache.coarse(scene)
        if isinstance(volume.message, WithPayload) and volume.message.sha256 != self._volume:
            self._volume = volume.message.sha256
            self._put(volume)

    def _turn(self) -> None:
        """Send outward from the frame looked at; before any is, from the tumour's middle."""
        if self.shown is None:
            return
        opened = self.shown.opened
        if self._look is not None and self._look.scan == opened.scan:
            self.outbox.look(self._look.frame)
        else:
            first, last = opened.frames_with_tumour or (0, opened.shape[0] - 1)
            self.outbox.look((first + last) // 2)


def _has_none(item: Item) -> bool:
    """Whether it says that there are no marks, as a page takes it of a scan that it opens."""
    return isinstance(item.message, Marks) and not item.message.marks


class Sessions:
    """The talks that are kept: of all pages that are there, and of those heard last.

    Args:
        cache: what they show from.
        kept: how many of pages that are not there.
    """

    def __init__(self, cache: Cache, kept: int = SESSIONS_KEPT) -> None:
        self.room = Room()
        self._cache = cache
        self._kept = kept
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._jobs: dict[str, JobState] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def greeted(self, hello: Hello) -> Session:
        """The page's session: the one of its token where it is known, else a new one."""
        session = self._sessions.get(hello.session or "") or Session(self._cache, self.room)
        self._sessions[session.token] = session
        self._sessions.move_to_end(session.token)
        session.greet(hello)
        session.tell(*self._jobs.values())
        return session

    @property
    def shown(self) -> set[tuple[str, str | None, str]]:
        """Scan, label and content of what the pages that are connected are shown."""
        shown = [s.shown for s in self._connected() if s.shown is not None]
        return {(one.opened.scan, one.opened.label, one.content) for one in shown}

    @property
    def marks_shown(self) -> set[tuple[str, int]]:
        """Scan and time of the marks that the pages that are connected are shown."""
        shown = [(s.shown, s.marks_of_ns) for s in self._connected()]
        return {(one.opened.scan, changed_ns) for one, changed_ns in shown if one is not None}

    @property
    def is_anybody_there(self) -> bool:
        """Whether a page is connected."""
        return any(True for _ in self._connected())

    def tell(self, state: JobState) -> None:
        """Every page hears how far a job is, and sees the mask that came of it."""
        self._jobs.pop(state.id, None)
        if state.state not in ENDED:
            self._jobs[state.id] = state
        for session in self._sessions.values():
            session.tell(state)
        if state.kind == "segment" and state.state == "done":
            self.listed(self._cache.library.cards())
            self.changed(state.scan, state.label)

    def changed(self, scan: str, label: str | None) -> None:
        """A mask was written, or the frames: every page that looks at it sees it."""
        for session in self._sessions.values():
            session.changed(scan, label)

    def marked(self, scan: str) -> None:
        """The marks of a scan were stored: every page that looks at it sees them."""
        for session in self._sessions.values():
            session.marked(scan)

    def listed(self, cards: list[ScanCard]) -> None:
        """Scans or masks may have come or gone: every page hears of it."""
        for session in self._sessions.values():
            session.listed(cards)

    def _connected(self) -> Iterator[Session]:
        return (s for s in self._sessions.values() if s.is_there)

    def miss(self, session: Session) -> None:
        """Its line fell; it is kept for a while, and longer where there is room."""
        session.miss()
        connection = session.connection
        asyncio.get_running_loop().call_later(AWAY_S, self._give_up, session, connection)
        away = [each for each in self._sessions.values() if not each.is_there]
        for oldest in away[: max(0, len(away) - self._kept)]:
            self.forget(oldest)

    def forget(self, session: Session) -> None:
        """Its page is gone for good."""
        session.close()
        session.leave()
        self._sessions.pop(session.token, None)

    def _give_up(self, session: Session, connection: int) -> None:
        if session.connection == connection:
            session.leave()
