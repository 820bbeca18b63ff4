"""How a caller is told no: a sentence, or for a person a page to type the code in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from xr_server.code_page import code_page
from xr_server.headers import with_headers


@dataclass(frozen=True)
class Refusal:
    """A no.

    Attributes:
        what: was wrong, in a word, for the log and the metrics.
        sentence: for the caller.
        status: of HTTP.
        wait_s: how long to wait before the next try, s; 0 says nothing of it.
    """

    what: str
    sentence: str
    status: int = 403
    wait_s: float = 0.0


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with it."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope["extensions"]:
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.sentence})
        return
    response = _answer(refusal, scope)
    response.headers["cache-control"] = "no-store"
    if refusal.wait_s:
        response.headers["retry-after"] = str(math.ceil(refusal.wait_s))
    await response(scope, receive, with_headers(send))


def _answer(refusal: Refusal, scope: Scope) -> Response:
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if refusal.what in ("pairing", "code") and wants_page:
        wrong = f"This was refused: {refusal.sentence}." if refusal.what == "code" else ""
        return HTMLResponse(code_page(wrong), status_code=refusal.status)
    return PlainTextResponse(refusal.sentence, status_code=refusal.status)
