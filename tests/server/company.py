"""A page of several that share a scene, as `protocol.py` tells it to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from xr_server.protocol import (
    Ack,
    Hello,
    Join,
    People,
    Place,
    Presence,
    ProbeAt,
    Selection,
    Share,
    Shared,
    Welcome,
    server_message,
)

FIELDS = ("selection", "place", "view", "pose", "probe", "beside")
OF_ONE_SCAN = {"place": Place, "probe": ProbeAt}


@dataclass
class Member:
    """One page in company; every method is something that may happen to it.

    Attributes:
        sessions: the lab's.
        scene: what the page shows, by field.
        unheard: changes that the lab may not have heard, by field: number and value.
        people: what it was last told of the others.
    """

    sessions: object
    together: bool = True
    scene: dict = field(default_factory=lambda: dict.fromkeys(FIELDS))
    unheard: dict = field(default_factory=dict)
    people: People | None = None
    token: str | None = None
    change: int = 0
    unacked: list = field(default_factory=list)

    def __post_init__(self):
        self.connect()

    def connect(self):
        """What was on the way, either way, is lost; after the welcome it says all of it again."""
        if self.token is not None:
            self.sessions.miss(self.session)
        self.unacked.clear()
        self.is_welcome = False
        self.session = self.sessions.greeted(Hello(self.token))

    def restarted(self, sessions):
        self.sessions = sessions
        self.token = None
        self.connect()

    def say(self, name, value, is_heard=True):
        """The user changes something; where it is not heard, the line falls."""
        self.change += 1
        if name in OF_ONE_SCAN:
            selected = self.scene["selection"]
            value = selected and OF_ONE_SCAN[name](selected.scan, value)
        if value is None:
            return
        self.scene[name] = value
        if name == "selection":
            self.scene |= dict.fromkeys(OF_ONE_SCAN)
        if not self.together:
            return
        self.unheard[name] = (self.change, value)
        if is_heard and self.is_welcome:
            self.session.receive(Share(self.change, **{name: value}))
        elif not is_heard:
            self.connect()

    def go(self, together):
        """Together, or one's own way."""
        self.together = together
        self.unheard.clear()
        if self.is_welcome:
            self._join()

    def move(self, x):
        if self.is_welcome:
            self.session.receive(Presence(True, [x, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]))

    def hear(self, count):
        for _ in range(count):
            frame = self.session.next_frame()
            if frame is None:
                return
            message = server_message(frame)
            self._take(message)
            self.unacked.append(message.seq)

    def ack(self, count):
        for _ in range(min(count, len(self.unacked))):
            self.session.receive(Ack(self.unacked.pop(0)))

    def settle(self):
        """Hear and ack until there is nothing more; whether there was anything."""
        before = self.session.outbox._seq
        self.hear(99)
        self.ack(99)
        return self.session.outbox._seq > before

    def _join(self):
        self.session.receive(Join("M", self.together))
        if not self.together:
            return
        for name, (change, value) in sorted(self.unheard.items(), key=lambda each: each[1][0]):
            self.session.receive(Share(change, **{name: value}))
        self.change += 1
        self.session.receive(Share(self.change, offer=True, **self.scene))

    def _take(self, message):
        if isinstance(message, Welcome):
            self.token, self.is_welcome = message.session, True
            self._join()
        elif isinstance(message, People):
            self.people = message
        elif isinstance(message, Shared) and self.together:
            self._adopt(message)

    def _adopt(self, shared):
        for name in FIELDS:
            change, _ = self.unheard.get(name, (0, None))
            if change > shared.heard:
                continue
            self.unheard.pop(name, None)
            value = getattr(shared, name)
            if value is not None or name in OF_ONE_SCAN:
                self.scene[name] = value


def selection(scan):
    return Selection(scan, "m")
