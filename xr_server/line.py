"""Line: one WebSocket's talk, from its greeting to its end, within time, size and pace."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import WebSocket, WebSocketDisconnect

from xr_server.caller import Caller
from xr_server.pace import Pace
from xr_server.protocol import SUBPROTOCOL, ClientMessage, Hello, WireError, client_message
from xr_server.session import Session, Sessions
from xr_server.witness import Witness

PROTOCOL_ERROR = 1002
TOO_FAST = 1008
PAGE_LEFT = 1001  # what a browser says when its page is closed or loaded anew
TAKEN_OVER = 4001
LONGEST_REASON_BYTES = 123
HELLO_WITHIN_S = 10.0


class Line:
    """A connection of a page.

    Args:
        socket: not yet accepted.
        sessions: the talks that are kept.
        witness: is told what was refused, and counts what is sent.
    """

    def __init__(self, socket: WebSocket, sessions: Sessions, witness: Witness) -> None:
        self._socket = socket
        self._sessions = sessions
        self._witness = witness
        self._pace = Pace()

    async def talk(self) -> None:
        """Until either side has had enough."""
        offered = self._socket.scope["subprotocols"]
        if SUBPROTOCOL not in offered:
            # A browser hears the reason only where one of its own offers was taken.
            await self._socket.accept(offered[0] if offered else None)
            got = ", ".join(offered) or "none"
            await self._refuse(f"expected subprotocol {SUBPROTOCOL}, got {got}; reload the page")
            return
        await self._socket.accept(SUBPROTOCOL)
        try:
            await self._converse(self._sessions.greeted(await self._greeting()))
        except WireError as error:
            await self._refuse(str(error))
        except WebSocketDisconnect:
            return

    async def _greeting(self) -> Hello:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = await self._heard()
        except TimeoutError:
            raise WireError(f"expected hello within {HELLO_WITHIN_S:g} s, got nothing") from None
        if not isinstance(hello, Hello):
            raise WireError(f"expected hello first, got {hello.type}")
        return hello

    async def _converse(self, session: Session) -> None:
        """Hear and send until either side has had enough, or another connection takes over."""
        connection = session.connection
        sending = asyncio.create_task(self._send(session, connection))
        try:
            while session.connection == connection:
                session.receive(await self._heard())
        except WebSocketDisconnect as gone:
            if gone.code == PAGE_LEFT and session.connection == connection:
                self._sessions.forget(session)
        finally:
            if session.connection == connection:
                self._sessions.miss(session)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, session: Session, connection: int) -> None:
        while session.connection == connection:
            session.wake.clear()
            while session.connection == connection and (frame := session.next_frame()) is not None:
                await self._say(frame)
            if session.connection == connection:
                await session.wake.wait()
        session.wake.set()  # for the connection that took over
        await self._socket.close(TAKEN_OVER, "another connection took over")

    async def _say(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self._socket.send_text(frame)
        else:
            await self._socket.send_bytes(frame)
        self._pace.sent()
        self._witness.metrics.frames.inc()
        self._witness.metrics.sent_bytes.inc(len(frame))

    async def _heard(self) -> ClientMessage:
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        if not self._pace.heard():
            await self._refuse(self._pace.sentence, TOO_FAST, "pace")
            raise WebSocketDisconnect(TOO_FAST)
        text = event.get("text")
        if text is None:
            raise WireError("expected a text frame, got a binary one")
        return client_message(text)

    async def _refuse(self, sentence: str, code: int = PROTOCOL_ERROR, what: str = "wire") -> None:
        """Close with a sentence, cut to what a close frame holds."""
        self._witness.refused(Caller(self._socket.scope).address, what, sentence)
        reason = sentence.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore")
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code, reason)
