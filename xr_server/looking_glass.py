"""Holograms from the page: the maker's own module, given by whoever starts the lab.

GET /looking-glass.js       an ES module, as it is on disk

It has a licence of its own and is no part of ParaSAM; the page loads it only where it is asked to.
It learns how the panel is made from Looking Glass Bridge on the viewer's own computer.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, JSONResponse, Response

from parasam_core.errors import UsageError
from xr_server.schemas import Problem, Responses

BRIDGE = "ws://localhost:11222"
NONE_GIVEN = (
    "expected the lab to be started with --looking-glass FILE, where FILE is dist/bundle/webxr.js "
    "of the package @lookingglass/webxr, but it was started without"
)
ANSWERS: Responses = {
    200: {"content": {"text/javascript": {}}, "description": "The module."},
    404: {"model": Problem, "description": "The lab was started without one."},
}


def checked_module(path: Path) -> Path:
    """The file, where it can be read.

    Raises:
        UsageError: it is no file, or no ES module with the two names that the page needs.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"expected a file for --looking-glass, got {path}: {error.strerror}"
        ) from error
    missing = [
        name for name in ("LookingGlassWebXRPolyfill", "LookingGlassConfig") if name not in text
    ]
    if missing:
        raise UsageError(
            f"expected {path} to be dist/bundle/webxr.js of @lookingglass/webxr, "
            f"but it does not speak of {' and '.join(missing)}"
        )
    return path


def looking_glass(module: Path | None) -> APIRouter:
    """The route; without a module it says how to give one."""
    router = APIRouter()

    @router.get("/looking-glass.js", responses=ANSWERS)
    async def script() -> Response:
        if module is None:
            return JSONResponse({"error": NONE_GIVEN}, 404)
        return FileResponse(
            module, media_type="text/javascript", headers={"cache-control": "no-cache"}
        )

    return router
