"""Doorway: a listening socket that drops callers beyond a number, before a TLS handshake even.

`connections.py` refuses with a sentence, but hears of a TLS connection only after its handshake.
Here is room for a few more than there, so that whoever can hear a sentence hears one.
"""

from __future__ import annotations

import socket
from typing import Any
from weakref import WeakKeyDictionary

MOST_OPEN = 576
MOST_OPEN_OF_AN_ADDRESS = 160


class Doorway(socket.socket):
    """Takes a connection only while fewer are open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: WeakKeyDictionary[socket.socket, str] = WeakKeyDictionary()

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection.

        Raises:
            BlockingIOError: there is none, or it was one too many.
        """
        taken, address = super().accept()
        there = [a for line, a in self._open.items() if line.fileno() >= 0]
        if len(there) >= MOST_OPEN or there.count(address[0]) >= MOST_OPEN_OF_AN_ADDRESS:
            taken.close()
            raise BlockingIOError
        self._open[taken] = address[0]
        return taken, address
