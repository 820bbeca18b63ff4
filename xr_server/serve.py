"""Serving: a port taken before anything starts, and a clean end on Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from parasam_core.errors import ServerError
from xr_server.connections import Requests, Sockets
from xr_server.doorway import Doorway
from xr_server.protocol import LARGEST_INCOMING_BYTES
from xr_server.security import LARGEST_HEAD_BYTES
from xr_server.witness import Witness

PING_EVERY_S = 20.0
SILENCE_FORGIVEN_S = 120.0  # a headset that enters VR, or is laid down for a moment, says nothing
LAST_WORDS_S = 2
TLS_GREETING_S = 10.0
RENEW_EVERY_S = 86400.0

log = logging.getLogger(__name__)

Renew = Callable[[], object]
"""Makes the certificate's file anew where that is due; raises a `ServerError` where it cannot."""


def listening(host: str, port: int) -> socket.socket:
    """Take a port; 0 takes a free one.

    Raises:
        ServerError: it is in use, or the address is not this machine's.
    """
    if not 0 <= port <= 65535:
        raise ServerError(f"expected a port from 0 to 65535, got {port}")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named for asyncio, which turns Nagle off only where it is TCP's.
        taken = Doorway(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise ServerError(_not_ours(host)) from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen()
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ServerError(_not_ours(host)) from error
        raise ServerError(
            f"expected a free port at {host}, got {port}: {error.strerror}; "
            "give another with --port"
        ) from error
    return taken


def _not_ours(host: str) -> str:
    return f"expected an address of this machine, got {host}; give another with --host"


def server_of(
    app: ASGIApp,
    started: Callable[[], None] = lambda: None,
    certificate: Path | None = None,
    witness: Witness | None = None,
    renew: Renew = lambda: None,
) -> uvicorn.Server:
    """The server, to be run with the socket of `listening`.

    Args:
        app: what to serve.
        started: called once the first request can be answered.
        certificate: PEM of a key and its certificate; None serves without TLS.
        witness: is told who was refused, and counts connections.
        renew: called every day; what connects from then on is served with what is in the file.
    """
    witness = witness or Witness()
    config = uvicorn.Config(
        app,
        loop="xr_server.serve:Loop",
        ssl_certfile=certificate,
        log_config=None,
        log_level="error",  # what strangers send wrongly is in the audit log
        access_log=False,
        server_header=False,
        http=partial(Requests, witness=witness),  # type: ignore[arg-type]
        h11_max_incomplete_event_size=LARGEST_HEAD_BYTES,
        ws=Sockets,
        ws_max_size=LARGEST_INCOMING_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=SILENCE_FORGIVEN_S,
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    server = _Server(config, started, renew)
    witness.metrics.connections.set_function(lambda: len(server.server_state.connections))
    return server


def serve(
    app: ASGIApp,
    taken: socket.socket,
    started: Callable[[], None],
    certificate: Path | None = None,
    witness: Witness | None = None,
    renew: Renew = lambda: None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; see `server_of`."""
    # uvicorn raises the signal again once it has stopped: then it is to do nothing.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)
    server_of(app, started, certificate, witness, renew).run(sockets=[taken])


class Loop(asyncio.SelectorEventLoop):
    """asyncio's, but with a TLS handshake that may not take a whole minute."""

    async def create_server(self, *args: Any, **kwargs: Any) -> asyncio.Server:
        """As asyncio's."""
        if kwargs.get("ssl"):
            kwargs["ssl_handshake_timeout"] = TLS_GREETING_S
        return await super().create_server(*args, **kwargs)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None], renew: Renew) -> None:
        super().__init__(config)
        self._when_started = started
        self._renew = renew
        self._renewing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.config.ssl is not None:
            self._renewing = asyncio.create_task(self._renew_daily(self.config.ssl))
        self._when_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
        await super().shutdown(sockets)

    async def _renew_daily(self, served_with: ssl.SSLContext) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                await asyncio.to_thread(self._renew)
                served_with.load_cert_chain(str(self.config.ssl_certfile))
            except (ServerError, OSError) as error:  # the old one serves on, until tomorrow
                log.warning("the certificate was not renewed: %s", error)
