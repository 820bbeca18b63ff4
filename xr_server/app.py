"""The lab as an ASGI application: the page, the resources, and `/ws`. The home of FastAPI."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from parasam_core.errors import ParasamError
from xr_server.cache import Cache
from xr_server.jobs import Jobs
from xr_server.library import Library
from xr_server.page import Page
from xr_server.protocol import (
    SUBPROTOCOL,
    ClientMessage,
    Hello,
    JobState,
    WireError,
    client_message,
)
from xr_server.resources import not_there, resources
from xr_server.security import Doors, Guard
from xr_server.session import Session, Sessions
from xr_server.work import jobs_api

PROTOCOL_ERROR = 1002
PAGE_LEFT = 1001  # what a browser says when its page is closed or loaded anew
TAKEN_OVER = 4001
LONGEST_REASON_BYTES = 123


def create_app(library: Library, page: Path | None = None, doors: Doors | None = None) -> FastAPI:
    """The application.

    Args:
        library: the scans to show.
        page: folder of the built page; None serves no page.
        doors: who may come in; None lets in this machine only.
    """
    cache = Cache(library)
    sessions = Sessions(cache)
    jobs = Jobs()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        cache.warm()
        loop = asyncio.get_running_loop()

        def tell(state: JobState) -> None:
            loop.call_soon_threadsafe(sessions.tell, state)

        jobs.listen(tell)
        yield
        jobs.close()
        cache.close()

    app = FastAPI(title="ParaSAM", lifespan=lifespan, openapi_url=None)
    app.add_middleware(Guard, doors=doors or Doors())

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await _talk(socket, sessions)

    app.include_router(resources(cache))
    app.include_router(jobs_api(jobs, library))
    app.add_exception_handler(ParasamError, not_there)
    if page is not None:
        app.mount("/", Page(page))
    return app


async def _talk(socket: WebSocket, sessions: Sessions) -> None:
    offered = socket.scope["subprotocols"]
    if SUBPROTOCOL not in offered:
        # A browser hears the reason only where one of its own offers was taken.
        await socket.accept(offered[0] if offered else None)
        got = ", ".join(offered) or "none"
        await _refuse(socket, f"expected subprotocol {SUBPROTOCOL}, got {got}; reload the page")
        return
    await socket.accept(SUBPROTOCOL)
    try:
        hello = await _heard(socket)
        if not isinstance(hello, Hello):
            raise WireError(f"expected hello first, got {hello.type}")
        await _converse(socket, sessions, sessions.greeted(hello))
    except WireError as error:
        await _refuse(socket, str(error))
    except WebSocketDisconnect:
        return


async def _converse(socket: WebSocket, sessions: Sessions, session: Session) -> None:
    """Hear and send until either side has had enough, or another connection takes over."""
    connection = session.connection
    sending = asyncio.create_task(_send(socket, session, connection))
    try:
        while session.connection == connection:
            session.receive(await _heard(socket))
    except WebSocketDisconnect as gone:
        if gone.code == PAGE_LEFT and session.connection == connection:
            sessions.forget(session)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send(socket: WebSocket, session: Session, connection: int) -> None:
    while session.connection == connection:
        session.wake.clear()
        while session.connection == connection and (frame := session.next_frame()) is not None:
            if isinstance(frame, str):
                await socket.send_text(frame)
            else:
                await socket.send_bytes(frame)
        if session.connection == connection:
            await session.wake.wait()
    session.wake.set()  # for the connection that took over
    await socket.close(TAKEN_OVER, "another connection took over")


async def _heard(socket: WebSocket) -> ClientMessage:
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text = event.get("text")
    if text is None:
        raise WireError("expected a text frame, got a binary one")
    return client_message(text)


async def _refuse(socket: WebSocket, sentence: str) -> None:
    """Close with a sentence, cut to what a close frame holds."""
    reason = sentence.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore")
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(PROTOCOL_ERROR, reason)
