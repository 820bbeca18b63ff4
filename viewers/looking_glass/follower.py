"""Follower: the panel's half of the talk with a lab. Frames in, messages out; no sockets.

It goes together with whoever shares the scene, and is the page's `talk.ts` and `company.ts` for one
who has no wish of its own: it offers nothing when it joins, so that the first page that shares the
scene leads it. What its user does is shared, and said anew until the lab has heard it.

    nobody shares          the scan that was asked for, else the library's first; what the user did
    somebody shares        their scan, mask, frame, view, pose and probe
    and the user scrubs    all who share go along
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from parasam_core.errors import GeometryError
from viewers.looking_glass.folding import fallen, taken, turned_to
from viewers.looking_glass.held import Held
from viewers.looking_glass.snapshot import Snapshot
from xr_server.protocol import (
    Ack,
    ClientMessage,
    Hello,
    Join,
    Look,
    Open,
    Place,
    ScanOpened,
    Selection,
    ServerMessage,
    Share,
    Shared,
    Welcome,
    WireError,
    server_message,
    split_binary,
)

NAME = "Looking Glass"


class Follower:
    """One who follows a lab.

    Args:
        wanted: what to show where nobody shares a scene; None: the library's first scan.
        held: the payloads that have come.

    Attributes:
        snapshot: what is shown.
        is_welcome: whether the lab has answered on this line.
    """

    def __init__(self, wanted: Selection | None = None, held: Held | None = None) -> None:
        self.snapshot = Snapshot()
        self.is_welcome = False
        self._held = held or Held()
        self._wanted = wanted
        self._session: str | None = None
        self._opening: Selection | None = None  # asked for and not opened yet
        self._is_in_doubt = False  # the line fell since, so that it may not have been heard
        self._is_unknown = True  # to the lab, what is shown here
        self._asks: list[ClientMessage] = []
        self._looked: Look | None = None
        self._change = 0
        self._unheard: dict[str, float] = {}  # field of the scene → its change; inf: not said yet

    def hello(self) -> Hello:
        """The first word on a line."""
        self._is_in_doubt = self._opening is not None
        return Hello(self._session, self._held.named())

    def fell(self, trouble: str) -> None:
        """The line does not stand, for this reason."""
        self.is_welcome, self._looked, self._asks = False, None, []
        self.snapshot = fallen(self.snapshot, trouble)

    def hear(self, frame: str | bytes) -> list[ClientMessage]:
        """Take a frame of the lab's; what to say to it, the ack last.

        Raises:
            WireError: it is not of this protocol, or what it says cannot be.
            LetGoError: hang up, and say hello anew.
        """
        if isinstance(frame, str):
            message: ServerMessage = server_message(frame)
            answers = self._take(message)
        else:
            message, sent = split_binary(frame)
            payload = self._held.whole(message, sent)
            try:
                self.snapshot = taken(self.snapshot, message, payload)
            except GeometryError as error:
                raise WireError(str(error)) from error
            answers = []
        return [*answers, Ack(message.seq)]

    def unsaid(self) -> list[ClientMessage]:
        """What the user did, and the frame looked at, where the lab has not been told."""
        if not self.is_welcome:
            return []
        look = Look(self.snapshot.scan, self.snapshot.frame) if self.snapshot.scan else None
        news, self._asks = self._asks, []
        if look is not None and look != self._looked:
            self._looked = look
            news.append(look)
        return news + [self._share(name) for name, at in self._unheard.items() if at == inf]

    def look(self, frame: int) -> None:
        """The user looks at a frame; the nearest that there is."""
        now = turned_to(self.snapshot, frame)
        if now is not self.snapshot and now.scan is not None:
            self.snapshot = now
            self._changed(place=Place(now.scan, now.frame))

    def open(self, scan: str, label: str | None = None) -> None:
        """The user opens a scan; None: with the first of its masks."""
        card = next((card for card in self.snapshot.scans if card.id == scan), None)
        if card is None or (label is not None and label not in card.labels):
            there = ", ".join(card.labels if card else [c.id for c in self.snapshot.scans])
            asked = f"a mask of {scan}, got {label}" if card else f"a scan of the lab, got {scan}"
            sentence = f"expected {asked}; there are {there or 'none'}"
            self.snapshot = replace(self.snapshot, failure=sentence)
            return
        first = card.labels[0] if card.labels else None
        selection = Selection(scan, first if label is None else label)
        self._changed(selection=selection)
        self._asks += self._show(selection)

    def turn(self, pose: list[float]) -> None:
        """The user moves the tumour to this pose, 8 numbers as in `Share.pose`."""
        self._changed(pose=pose)

    def _take(self, message: ServerMessage) -> list[ClientMessage]:
        if isinstance(message, Shared):
            self.snapshot = taken(self.snapshot, self._but_unheard(message))
            return self._show_what_is_to_be()
        self.snapshot = taken(self.snapshot, message)
        if isinstance(message, Welcome):
            return self._welcomed(message)
        if isinstance(message, ScanOpened) and self._is_shown(self._opening):
            self._opening = None
        return []

    def _welcomed(self, welcome: Welcome) -> list[ClientMessage]:
        """Join; the scene that is shared comes in answer, and then what to show is known."""
        self._is_unknown |= welcome.session != self._session or self._is_in_doubt
        self._session, self._is_in_doubt, self.is_welcome = welcome.session, False, True
        said = sorted((at, name) for name, at in self._unheard.items() if at < inf)
        return [Join(NAME, together=True), *(self._share(name, int(at)) for at, name in said)]

    def _show_what_is_to_be(self) -> list[ClientMessage]:
        """What is shared; else what was wanted; else the first."""
        shared = self.snapshot.scene.selection
        first = [Selection(card.id) for card in self.snapshot.scans[:1]]
        chosen = next(filter(self._is_there, (shared, self._wanted, *first)), None)
        is_asked = self._opening == chosen or (self._opening is None and self._is_shown(chosen))
        return [] if is_asked and not self._is_unknown else self._show(chosen)

    def _show(self, selection: Selection | None) -> list[ClientMessage]:
        if selection is None:
            return []
        self._wanted = self._opening = selection
        self._is_unknown = False
        return [Open(selection.scan, selection.label)]

    def _is_there(self, selection: Selection | None) -> bool:
        return selection is not None and any(c.id == selection.scan for c in self.snapshot.scans)

    def _is_shown(self, selection: Selection | None) -> bool:
        if selection is None or selection.scan != self.snapshot.scan:
            return False
        return selection.label in (None, self.snapshot.label)

    def _changed(self, **fields: Any) -> None:
        """Show what the user changed, and remember to say so."""
        scene, scan = self.snapshot.scene, self.snapshot.scan
        if "selection" in fields:
            scene = replace(scene, place=None, probe=None)
        elif scan is not None and (scene.selection is None or scene.selection.scan != scan):
            fields = {"selection": Selection(scan, self.snapshot.label), **fields}
        self.snapshot = replace(self.snapshot, scene=replace(scene, **fields))
        for name in fields:
            self._unheard.pop(name, None)  # so that it is said after what was changed before
            self._unheard[name] = inf

    def _share(self, name: str, change: int | None = None) -> Share:
        if change is None:
            self._change += 1
            self._unheard[name] = change = self._change
        what: dict[str, Any] = {name: getattr(self.snapshot.scene, name)}
        return Share(change, **what)

    def _but_unheard(self, shared: Shared) -> Shared:
        """What is shared, but for what the user has changed since the lab heard of it."""
        self._unheard = {name: at for name, at in self._unheard.items() if at > shared.heard}
        own: dict[str, Any] = {n: getattr(self.snapshot.scene, n) for n in self._unheard}
        return replace(shared, **own)
