"""Room: who is in the lab, and the scene of those who go together. Pure; no sockets.

Every field of the scene is the last said of it, in the order in which the server heard: pages that
have been told all of it show the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from xr_server.protocol import Join, People, Person, Presence, Share, Shared

NOTHING_SAID = Shared(0, None, None, None, None)
SAID = ("selection", "place", "view", "pose", "probe", "beside")
OF_ONE_SCAN = ("place", "probe")

Tell = Callable[["People | Shared"], None]


@dataclass
class Guest:
    """Somebody in the room.

    Attributes:
        tell: has their page told.
        person: as the others see them.
        seat: their place around the stand.
        heard: the last of their changes that was taken or dropped.
    """

    tell: Tell
    person: Person
    seat: int
    heard: int = 0


@dataclass
class Room:
    """Those who said who they are, by seat.

    Attributes:
        guests: who is in it.
        scene: of those who go together.
    """

    guests: list[Guest] = field(default_factory=list)
    scene: Shared = NOTHING_SAID

    def join(self, guest: Guest | None, join: Join, tell: Tell) -> Guest:
        """Somebody comes, comes back, or changes their name or way."""
        if guest is None:
            guest = self._seated(tell)
        person = guest.person
        presence = person.presence if join.together else None
        guest.person = Person(person.id, join.name, join.together, False, presence)
        self._forget_scene_of_nobody()
        if join.together:
            guest.tell(self._scene_for(guest))
        self._tell_people()
        return guest

    def share(self, guest: Guest, said: Share) -> None:
        """Somebody who goes together changed the scene."""
        if said.change <= guest.heard or not guest.person.together:
            return
        guest.heard = said.change
        self.scene = _with(self.scene, said)
        for other in self.guests:
            if other.person.together:
                other.tell(self._scene_for(other))

    def be(self, guest: Guest, presence: Presence) -> None:
        """Somebody who goes together moved."""
        if guest.person.together:
            guest.person = replace(guest.person, presence=presence)
            self._tell_people(but=guest)

    def miss(self, guest: Guest) -> None:
        """Somebody's line fell."""
        guest.person = replace(guest.person, away=True, presence=None)
        self._tell_people(but=guest)

    def leave(self, guest: Guest) -> None:
        """Somebody is gone for good."""
        if guest in self.guests:
            self.guests.remove(guest)
            self._forget_scene_of_nobody()
            self._tell_people()

    def _seated(self, tell: Tell) -> Guest:
        taken = {guest.seat for guest in self.guests}
        seat = next(k for k in range(len(taken) + 1) if k not in taken)
        guest = Guest(tell, Person(secrets.token_urlsafe(9), "", False, False, None), seat)
        self.guests.append(guest)
        self.guests.sort(key=lambda each: each.seat)
        return guest

    def _forget_scene_of_nobody(self) -> None:
        if not any(guest.person.together for guest in self.guests):
            self.scene = NOTHING_SAID

    def _scene_for(self, guest: Guest) -> Shared:
        return replace(self.scene, heard=guest.heard)

    def _tell_people(self, but: Guest | None = None) -> None:
        for guest in self.guests:
            if guest is not but:
                others = [other.person for other in self.guests if other is not guest]
                guest.tell(People(guest.person.id, guest.seat, others))


def _with(scene: Shared, said: Share) -> Shared:
    """The scene with what was said of it."""
    if said.offer:
        taken: dict[str, Any] = {name: None for name in SAID if getattr(scene, name) is not None}
        said = replace(said, **taken)
    newest: dict[str, Any] = {name: getattr(said, name) or getattr(scene, name) for name in SAID}
    selected = newest["selection"]
    for name in OF_ONE_SCAN:
        of_it = filter(None, (getattr(said, name), getattr(scene, name)))
        newest[name] = next((at for at in of_it if selected and at.scan == selected.scan), None)
    return replace(scene, **newest)
