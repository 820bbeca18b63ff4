"""What the lab shows, over HTTP: the same data as on the wire, with strong ETags.

/api/scans                                          the list
/api/scans/{scan}                                   geometry
/api/scans/{scan}/frames/{k}.png                    a frame
/api/scans/{scan}/labels/{label}/masks/{k}.png      its mask
/api/scans/{scan}/labels/{label}/mesh/{level}.glb   a level of detail, 0 the coarsest; packed
/api/scans/{scan}/labels/{label}/against/{other}/mesh.glb
                                                    each vertex with its distance to another mask's
                                                    surface in mm, positive outside (`_DISTANCE_MM`)
/api/scans/{scan}/labels/{label}/measurement        the numbers

What can be changed is in `edits.py` and `marks.py`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi import Path as PathPart
from fastapi.concurrency import run_in_threadpool
from numpy.typing import NDArray
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from parasam_core.errors import ParasamError, ScanError
from xr_server.cache import Cache
from xr_server.schemas import Geometry, Measurement, Problem, Responses, ScanList
from xr_server.textures import png_of

Index = Annotated[int, PathPart(ge=0)]
OTHERWISE: Responses = {
    304: {"description": "The caller has it."},
    404: {"model": Problem, "description": "There is none."},
    422: {"model": Problem, "description": "This cannot be asked."},
}
PNG: Responses = {200: {"content": {"image/png": {}}, "description": "The pixels."}}
GLB: Responses = {200: {"content": {"model/gltf-binary": {}}, "description": "The surface."}}


def holds(model: type[BaseModel]) -> Responses:
    """A resource of this model, for OpenAPI."""
    return {200: {"model": model, "description": str(model.__doc__).split("\n")[0]}}


def resources(cache: Cache) -> APIRouter:
    """The routes under `/api`."""
    router = APIRouter(prefix="/api/scans", responses=OTHERWISE)

    @router.get("", responses=holds(ScanList))
    async def scans(request: Request) -> Response:
        cards = [asdict(card) for card in cache.library.cards()]
        return as_json(request, {"scans": cards})

    @router.get("/{scan}", responses=holds(Geometry))
    async def geometry(request: Request, scan: str) -> Response:
        scene = await cache.scene(scan, None)
        return as_json(request, fields_of(scene.opened))

    @router.get("/{scan}/frames/{k:int}.png", responses=PNG)
    async def frame(request: Request, scan: str, k: Index) -> Response:
        scene = await cache.scene(scan, None)
        return await _png(request, scene.sequence.frames, k)

    @router.get("/{scan}/labels/{label}/masks/{k:int}.png", responses=PNG)
    async def mask(request: Request, scan: str, label: str, k: Index) -> Response:
        scene = await cache.scene(scan, label)
        return await _png(request, scene.masks, k)

    _of_a_mask(router, cache)
    return router


def _of_a_mask(router: APIRouter, cache: Cache) -> None:
    """What is made of a label: its surface and its numbers."""

    @router.get("/{scan}/labels/{label}/mesh/{level:int}.glb", responses=GLB)
    async def mesh(request: Request, scan: str, label: str, level: Index) -> Response:
        body = await cache.body(await cache.scene(scan, label))
        if level >= len(body.levels):
            raise ScanError(f"expected a level from 0 to {len(body.levels) - 1}, got {level}")
        found = body.levels[level]
        return _tagged(request, found.glb, "model/gltf-binary", found.header.sha256)

    @router.get("/{scan}/labels/{label}/against/{other}/mesh.glb", responses=GLB)
    async def against(request: Request, scan: str, label: str, other: str) -> Response:
        one, two = await cache.scene(scan, label), await cache.scene(scan, other)
        return _tagged(request, await cache.against(one, two), "model/gltf-binary")

    @router.get("/{scan}/labels/{label}/measurement", responses=holds(Measurement))
    async def measurement(request: Request, scan: str, label: str) -> Response:
        measured = await cache.measured(await cache.scene(scan, label))
        return as_json(request, fields_of(measured))


async def not_there(_: Request, error: Exception) -> Response:
    """The answer to a request for what cannot be had: 404 and the sentence."""
    if not isinstance(error, ParasamError):
        raise error
    return JSONResponse({"error": str(error)}, status_code=404)


def fields_of(message: Any) -> dict[str, Any]:
    """A message's content, without what belongs to the wire."""
    return {k: v for k, v in asdict(message).items() if k not in ("seq", "type")}


async def _png(request: Request, images: NDArray[Any], k: Index) -> Response:
    if k >= len(images):
        raise ScanError(f"expected a frame from 0 to {len(images) - 1}, got {k}")
    body = await run_in_threadpool(png_of, np.ascontiguousarray(images[k]))
    return _tagged(request, body, "image/png")


def as_json(request: Request, content: dict[str, Any]) -> Response:
    """The content with its ETag, or 304 where the caller has it."""
    return _tagged(request, json.dumps(content).encode(), "application/json")


def _tagged(request: Request, body: bytes, media: str, sha256: str | None = None) -> Response:
    """The body with its ETag, or 304 where the caller has it."""
    tag = f'"{sha256}"' if sha256 else tag_of(body)
    headers = {"etag": tag, "cache-control": "no-cache"}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def tag_of(body: bytes) -> str:
    """The ETag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()}"'


def is_held(request: Request, tag: str) -> bool:
    """Whether the caller has what this ETag names."""
    return names(request.headers.get("if-none-match", ""), tag)


def names(tags: str, tag: str) -> bool:
    """Whether `If-None-Match` or `If-Match` names a tag, or any by "*"."""
    held = [part.strip().removeprefix("W/") for part in tags.split(",")]
    return tag in held or "*" in held
