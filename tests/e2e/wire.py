"""What went over a page's sockets, to be counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, WebSocket

from xr_server.protocol import ServerBinary, split_binary


@dataclass(frozen=True)
class Came:
    """A mesh or slice.

    Attributes:
        header: the message.
        bytes: how long its payload was; 0 where the page held it.
    """

    header: ServerBinary
    bytes: int


class Wire:
    """Every message from and to a page, over all its connections.

    Attributes:
        came: meshes and slices.
        told: other messages of the server.
        said: messages of the page.
    """

    def __init__(self, page: Page) -> None:
        self.came: list[Came] = []
        self.told: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        page.on("websocket", self._listen)

    def clear(self) -> None:
        """Count from here."""
        for heard in (self.came, self.told, self.said):
            heard.clear()

    @property
    def payload_bytes(self) -> int:
        return sum(c.bytes for c in self.came)

    def sent_twice(self) -> list[str]:
        """Digests of payloads that came more than once."""
        seen = [c.header.sha256 for c in self.came if c.bytes]
        return [digest for digest in set(seen) if seen.count(digest) > 1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Messages without payload, of one type, either way."""
        return [m for m in (*self.told, *self.said) if m["type"] == kind]

    def _listen(self, socket: WebSocket) -> None:
        if not socket.url.endswith("/ws"):
            return  # to something else than the lab
        socket.on("framereceived", self._heard)
        socket.on("framesent", lambda frame: self.said.append(json.loads(frame)))

    def _heard(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self.told.append(json.loads(frame))
        else:
            header, payload = split_binary(frame)
            self.came.append(Came(header, len(payload)))
