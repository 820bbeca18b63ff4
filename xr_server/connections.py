"""Connections: how many, how large a head, how long a request may take, and an answer to be read;
uvicorn's two protocols.

What they refuse, they refuse before the application hears of it, so that none of it costs more
than a socket for a few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from xr_server.caller import NOBODY
from xr_server.security import LARGEST_HEAD_BYTES
from xr_server.witness import Witness

MOST_CONNECTIONS = 512
MOST_OF_AN_ADDRESS = 128
REQUEST_WITHIN_S = 10.0
TAKEN_WITHIN_S = 30.0
LOOKS = 10  # within that time
GOING_AWAY = 1001
RETRY = "retry-after: 5\r\n"
STOPPING = "the lab is being stopped; this page dials again"
ANSWER = (
    "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n"
    "content-length: {length}\r\nconnection: close\r\n{more}\r\n{sentence}"
)


class Requests(H11Protocol):
    """HTTP, refused where there are too many connections or a request comes too slowly."""

    def __init__(self, *args: Any, witness: Witness | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._witness = witness or Witness()
        self._deadline: asyncio.TimerHandle | None = None
        self._reader: Reader | None = None
        self._is_socket = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or refuse it."""
        super().connection_made(transport)
        self._reader = Reader(transport, self._takes_nothing)
        address = self._address
        clients = [getattr(c, "client", None) or (NOBODY,) for c in self.connections]
        of_address = sum(client[0] == address for client in clients)
        for there, most, whose in (
            (len(self.connections), MOST_CONNECTIONS, "in all"),
            (of_address, MOST_OF_AN_ADDRESS, "from one address"),
        ):
            if there > most:
                sentence = f"expected at most {most} connections {whose}, got another; close some"
                self._refuse("connections", "503 Service Unavailable", sentence, RETRY)
                return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop_watching()
        if self._reader is not None:
            self._reader.stop()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on it is a socket."""
        self._is_socket = True
        if self._reader is not None:
            self._reader.stop()
        super().handle_websocket_upgrade(event)

    def resume_writing(self) -> None:
        """The caller took what was sent."""
        super().resume_writing()
        if self._reader is not None:
            self._reader.has_taken()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn's words say less."""
        del msg
        most = LARGEST_HEAD_BYTES >> 10
        sentence = f"expected an HTTP/1.1 request with a head of at most {most} KiB, got another"
        self._witness.refused(self._address, "http", sentence)
        super().send_400_response(sentence)

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else NOBODY

    def _watch(self) -> None:
        """Have the request here within the time; one that is here is answered in its own."""
        coming = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if not coming or self._is_socket or self.transport.is_closing():
            self._stop_watching()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_WITHIN_S, self._too_slow)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        if self.transport.is_closing():
            return
        sentence = f"expected a request within {REQUEST_WITHIN_S:g} s, got a part; send faster"
        self._refuse("slow", "408 Request Timeout", sentence)

    def _takes_nothing(self) -> None:
        sentence = f"expected a caller that reads, got nothing taken for {TAKEN_WITHIN_S:g} s"
        self._witness.refused(self._address, "unread", sentence)
        self.transport.abort()

    def _refuse(self, what: str, status: str, sentence: str, more: str = "") -> None:
        self._witness.refused(self._address, what, sentence)
        answer = ANSWER.format(status=status, length=len(sentence), more=more, sentence=sentence)
        self.transport.write(answer.encode())
        self.transport.close()


class Reader:
    """Whether a caller takes what it is sent; looks now and then until it is stopped.

    Args:
        transport: of its connection.
        gone: called once it has taken nothing for `TAKEN_WITHIN_S`.
    """

    def __init__(self, transport: asyncio.Transport, gone: Callable[[], None]) -> None:
        self._transport = transport
        self._gone = gone
        self._unsent_bytes = 0
        self._looks_in_vain = 0
        self._timer = self._later()

    def has_taken(self) -> None:
        """It is known to have taken something."""
        self._looks_in_vain = 0

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(TAKEN_WITHIN_S / LOOKS, self._look)

    def _look(self) -> None:
        unsent_bytes = _unsent_bytes(self._transport)
        in_vain = 0 < self._unsent_bytes <= unsent_bytes
        self._looks_in_vain = self._looks_in_vain + 1 if in_vain else 0
        self._unsent_bytes = unsent_bytes
        if self._looks_in_vain >= LOOKS:
            self._gone()
        else:
            self._timer = self._later()


def _unsent_bytes(transport: asyncio.Transport) -> int:
    """What is written and has not left; over TLS most of it lies in the transport below."""
    below = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
    waiting = transport.get_write_buffer_size()
    return waiting if below is None else waiting + int(below.get_write_buffer_size())


class Sockets(WebSocketsSansIOProtocol):
    """WebSockets; pages are told why they are closed when the lab stops."""

    def shutdown(self) -> None:
        """Say goodbye."""
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1012})
            self.conn.send_close(GOING_AWAY, STOPPING)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        else:
            super().shutdown()

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal with a sentence is an answer, too, which uvicorn's log forgets."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    def pause_writing(self) -> None:
        """Hear nothing while the page takes nothing: each of its pings would be answered."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Hear again."""
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()
