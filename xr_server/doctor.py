"""Doctor: a page that checks in the browser what the lab needs, and says what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from xr_server.protocol import SUBPROTOCOL

PAGES = Path(__file__).parent / "pages"
SAMPLE_BYTES = 4 << 20
SCRIPT = "text/javascript; charset=utf-8"


def doctor() -> APIRouter:
    """The routes under `/doctor`; all but the sample are open to the unpaired."""
    router = APIRouter(prefix="/doctor", include_in_schema=False)
    sample = os.urandom(SAMPLE_BYTES)  # which no proxy makes smaller

    @router.get("")
    async def page() -> Response:
        text = (PAGES / "doctor.html").read_text("utf-8").replace("SUBPROTOCOL", SUBPROTOCOL)
        return _fresh(text.encode(), "text/html; charset=utf-8")

    @router.get("/doctor.js")
    async def script() -> Response:
        return _fresh((PAGES / "doctor.js").read_bytes(), SCRIPT)

    @router.get("/trust.js")
    async def trust() -> Response:
        return _fresh((PAGES / "trust.js").read_bytes(), SCRIPT)

    @router.get("/state")
    async def state(request: Request) -> Response:
        return _fresh(json.dumps({"paired": request.state.paired}).encode(), "application/json")

    @router.get("/bytes")
    async def some_bytes() -> Response:
        return _fresh(sample, "application/octet-stream")

    return router


def _fresh(body: bytes, media: str) -> Response:
    return Response(body, media_type=media, headers={"cache-control": "no-store"})
