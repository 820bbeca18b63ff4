"""Edits: a frame's mask is drawn anew, stored, and shown to every page that looks at it.

PUT    /api/scans/{scan}/labels/{label}/masks/{k}.png     a grey PNG, tumour where it is not zero

`If-Match` with the ETag of the mask that was edited keeps two editors from overwriting each other
unseen: the second one is told (412). What is answered is on disk.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Request
from numpy.typing import NDArray
from starlette.responses import JSONResponse, Response

from parasam_core.errors import LabelError, PromptError, ScanError
from parasam_core.mask import MaskStack, edited
from parasam_core.scanfile import ScanFile
from xr_server.cache import Cache
from xr_server.jobs import Jobs
from xr_server.library import content_of
from xr_server.resources import Index, names, tag_of
from xr_server.scene import Scene, edited_scene
from xr_server.schemas import Problem, Responses
from xr_server.session import Sessions
from xr_server.textures import mask_from_png, png_of

STORED: Responses = {
    204: {"description": "It is on disk; the ETag is that of the mask as it is now."},
    404: {"model": Problem, "description": "There is no such scan, label or frame."},
    409: {"model": Problem, "description": "A job is writing this mask."},
    412: {"model": Problem, "description": "Somebody else has edited it meanwhile."},
    422: {"model": Problem, "description": "This is no mask of such a frame."},
    507: {"model": Problem, "description": "There is no room for it on disk."},
}
PNG_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Conflict(Exception):  # noqa: N818 said with its own status
    """An edit that cannot be made now: `str(conflict)` says why, `status` is HTTP's."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def edits_api(cache: Cache, jobs: Jobs, sessions: Sessions) -> APIRouter:
    """The route that takes a frame's mask."""
    router = APIRouter(prefix="/api/scans")
    one_at_a_time = asyncio.Lock()

    @router.put(
        "/{scan}/labels/{label}/masks/{k:int}.png",
        status_code=204,
        responses=STORED,
        openapi_extra=PNG_BODY,
    )
    async def put(
        request: Request,
        scan: str,
        label: str,
        k: Index,
        if_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        png = await request.body()
        try:
            async with one_at_a_time:
                tag = await _stored(cache, jobs, (scan, label, k), png, if_match)
        except Conflict as no:
            return JSONResponse({"error": str(no)}, no.status)
        except PromptError as no:
            return JSONResponse({"error": str(no)}, 422)
        sessions.changed(scan, label)
        return Response(status_code=204, headers={"etag": tag})

    return router


async def _stored(
    cache: Cache, jobs: Jobs, place: tuple[str, str, int], png: bytes, if_match: str | None
) -> str:
    """Store it, and have what is shown next made of it; gives the ETag."""
    scan, label, frame = place
    before = await cache.scene(scan, label)
    if frame >= before.opened.shape[0]:
        raise ScanError(f"expected a frame from 0 to {before.opened.shape[0] - 1}, got {frame}")
    if jobs.is_busy(scan, label):
        raise Conflict(409, f"expected a mask that nobody writes, but a job writes {scan} {label}")
    drawn = await asyncio.to_thread(_drawn, before, frame, png, if_match)
    mask = edited(_mask_of(before), frame, drawn, datetime.now(UTC))
    after = edited_scene(before, mask, frame)
    sketching = asyncio.create_task(cache.sketched(after))  # while it is being written
    try:
        content = await asyncio.to_thread(_written, cache.library.scan(scan), mask, frame, label)
        cache.adopt(replace(after, content=content), before, await sketching)
    finally:
        sketching.cancel()
    return tag_of(png_of(drawn))


def _mask_of(scene: Scene) -> MaskStack:
    if scene.mask is None:
        raise LabelError(f"expected a label of {scene.opened.scan}, got none")
    return scene.mask


def _drawn(before: Scene, frame: int, png: bytes, if_match: str | None) -> NDArray[np.bool_]:
    mask = _mask_of(before)
    drawn = mask_from_png(png, mask.space.shape[1:])
    if if_match is not None and not names(if_match, tag_of(png_of(mask.masks[frame]))):
        raise Conflict(412, f"expected the mask that was edited, but frame {frame} is another "
                            "by now; take it anew")  # fmt: skip
    return drawn


def _written(file: ScanFile, mask: MaskStack, frame: int, label: str) -> str:
    """The digest of what is on disk then."""
    try:
        file.write_frame(label, mask, frame)
    except OSError as error:
        raise Conflict(507, f"expected room for the mask, got: {error.strerror}") from error
    return content_of(file, label)
