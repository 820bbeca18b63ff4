"""Another client of a lab, who shares the scene with the panel."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from websockets.sync.client import ClientConnection, connect

from xr_server.protocol import (
    SUBPROTOCOL,
    Ack,
    Hello,
    Join,
    Place,
    Selection,
    Share,
    Shared,
    server_message,
    text_frame,
)


class Companion:
    """One that opens nothing, so that it hears of the library and the scene alone.

    Attributes:
        scene: what it was last told.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._change = 0
        self.scene: Shared | None = None
        self._say(Hello())
        self._say(Join("Ann", together=True))
        self.until(lambda scene: True)

    def share(self, **fields: Any) -> None:
        self._change += 1
        self._say(Share(self._change, **fields))

    def select(self, scan: str, label: str | None, frame: int) -> None:
        self.share(selection=Selection(scan, label), place=Place(scan, frame))

    def until(self, wish: Callable[[Shared], bool]) -> Shared:
        while self.scene is None or not wish(self.scene):
            message = server_message(self._socket.recv(timeout=30))
            if isinstance(message, Shared):
                self.scene = message
            self._say(Ack(message.seq))
        return self.scene

    def _say(self, message: Any) -> None:
        self._socket.send(text_frame(message))


@contextlib.contextmanager
def company(url: str) -> Iterator[Companion]:
    at = f"ws{url.removeprefix('http').rstrip('/')}/ws"
    with connect(at, subprotocols=[SUBPROTOCOL], proxy=None) as socket:  # type: ignore[list-item]
        yield Companion(socket)
        socket.close(1001)  # for good, so that the scene of nobody is forgotten
