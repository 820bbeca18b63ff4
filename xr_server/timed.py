"""Timed: how long each request took, for the metrics and the log."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xr_server.caller import Caller
from xr_server.metrics import Metrics

METHODS = ("GET", "HEAD", "POST", "DELETE")  # others are counted as one

log = logging.getLogger(__name__)


class Timed:
    """ASGI: times HTTP requests.

    Args:
        app: what answers them.
        metrics: where they are counted, by the route's pattern; a path of ours has no other.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, and look at the clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - began_s)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        route = getattr(scope.get("route"), "path", "page")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.requests_s.labels(method, route, status).observe(took_s)
        address = Caller(scope).address
        log.info("%s %s %s %d in %.0f ms", address, method, route, status, took_s * 1000)
