"""A cable between page and lab that can be cut and is as thin as is asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 12
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye


class Cable:
    """Carries TCP from a port of its own to the lab's.

    Args:
        url: the lab's.
        bits_per_s: how much it carries towards the page; None as much as comes.

    Attributes:
        url: the cable's own end.
        bits_per_s: as given; may be changed at any time.
        carried_bytes: towards the page so far.
    """

    def __init__(self, url: str, bits_per_s: float | None = None) -> None:
        self._lab = urlsplit(url).port or 0
        self.bits_per_s = bits_per_s
        self.carried_bytes = 0
        self._ends: list[socket.socket] = []
        self._taken = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._taken.getsockname()[1]}/"
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def cut(self) -> None:
        """Break every connection; new ones can be made at once."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Cable:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._taken.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next
        self._taken.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                page, _ = self._taken.accept()
                lab = socket.create_connection(("127.0.0.1", self._lab))
                self._ends += [page, lab]
                self._start(self._carry, page, lab, False)
                self._start(self._carry, lab, page, True)

    def _start(self, work: Callable[..., None], *what: object) -> None:
        thread = threading.Thread(target=work, args=what, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_to_page: bool) -> None:
        free_at = time.monotonic()
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                self.carried_bytes += len(piece) if is_to_page else 0
                if is_to_page and self.bits_per_s is not None:
                    free_at = max(free_at, time.monotonic()) + 8 * len(piece) / self.bits_per_s
                    time.sleep(max(0.0, free_at - time.monotonic()))
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
