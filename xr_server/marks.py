"""Marks over HTTP: distances, angles and notes are stored in the scan, and shown to all at once.

GET    /api/scans/{scan}/marks              all of them
POST   /api/scans/{scan}/marks              another one: {"kind", "points_mm", "text", "author"}
PUT    /api/scans/{scan}/marks/{mark}       its points and its text: {"points_mm", "text"}
DELETE /api/scans/{scan}/marks/{mark}       it goes

What is answered is on disk, and every page that looks at the scan is told on its line.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from parasam_core.errors import ScanError
from parasam_core.marks import FARTHEST_MM, LONGEST_AUTHOR, LONGEST_TEXT, Mark
from parasam_core.scanfile import ScanFile
from xr_server.cache import Cache
from xr_server.protocol import Mark as MarkMessage
from xr_server.resources import OTHERWISE, as_json, fields_of
from xr_server.schemas import MarkList, Problem, Responses
from xr_server.session import Sessions

Number = Annotated[float, Field(ge=-FARTHEST_MM, le=FARTHEST_MM)]
PointWish = tuple[Number, Number, Number]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Author = Annotated[str, Field(max_length=LONGEST_AUTHOR)]
Marks = tuple[Mark, ...]

REFUSED: Responses = {
    404: {"model": Problem, "description": "There is no such scan or mark."},
    409: {"model": Problem, "description": "One too many, or not as many points as it has."},
    422: {"model": Problem, "description": "This is no mark."},
    507: {"model": Problem, "description": "There is no room for it on disk."},
}
LISTED: Responses = {**OTHERWISE, 200: {"model": MarkList, "description": "All of them."}}
STORED: Responses = {**REFUSED, 200: {"model": MarkMessage, "description": "It is on disk."}}
ADDED: Responses = {**REFUSED, 201: {"model": MarkMessage, "description": "It is on disk."}}
GONE: Responses = {**REFUSED, 204: {"description": "It is gone."}}


class NewMark(BaseModel):
    """A mark to be made.

    Attributes:
        text: what a note says; the name of the others.
        author: who makes it.
    """

    model_config = ConfigDict(extra="forbid")

    text: Text = ""
    author: Author = ""


class NewDistance(NewMark):
    """From one point to another: (x, y, z) in mm of the scan's frame."""

    kind: Literal["distance"]
    points_mm: tuple[PointWish, PointWish]


class NewAngle(NewMark):
    """Between three points: (x, y, z) in mm of the scan's frame; the vertex is the second."""

    kind: Literal["angle"]
    points_mm: tuple[PointWish, PointWish, PointWish]


class NewNote(NewMark):
    """At a point: (x, y, z) in mm of the scan's frame."""

    kind: Literal["note"]
    points_mm: tuple[PointWish]
    text: Annotated[Text, Field(min_length=1)]


New = Annotated[NewDistance | NewAngle | NewNote, Field(discriminator="kind")]


class Change(BaseModel):
    """A mark as it is to be.

    Attributes:
        points_mm: as many as it has.
        text: what a note says; the name of the others.
    """

    model_config = ConfigDict(extra="forbid")

    points_mm: Annotated[list[PointWish], Field(min_length=1, max_length=3)]
    text: Text


class NoRoom(Exception):  # noqa: N818 said with a status of its own
    """The disk takes no more: `str(no)` says why."""


class Kept:
    """The marks on disk: changed one after another, and told to the pages.

    Args:
        cache: where the scans are.
        sessions: whose pages are told.
    """

    def __init__(self, cache: Cache, sessions: Sessions) -> None:
        self._cache = cache
        self._sessions = sessions
        self._one_at_a_time = asyncio.Lock()

    async def add(self, scan: str, new: New) -> Mark:
        """Another one.

        Raises:
            ScanError: there is no such scan.
            MarkError: it is one too many.
            NoRoom: the disk takes no more.
        """
        made = _made(new)
        await self._store(scan, lambda marks: (*marks, made))
        return made

    async def change(self, scan: str, mark: str, wish: Change) -> Mark:
        """Its points and its text.

        Raises:
            ScanError: there is no such scan or mark.
            MarkError: it has another number of points, or is a note and says nothing.
            NoRoom: the disk takes no more.
        """
        points, changed = tuple(wish.points_mm), []

        def with_it(marks: Marks) -> Marks:
            changed.append(replace(_named(marks, mark), points_mm=points, text=wish.text))
            return tuple(changed[0] if other.id == mark else other for other in marks)

        await self._store(scan, with_it)
        return changed[0]

    async def remove(self, scan: str, mark: str) -> None:
        """Take it away; raises as `change`."""

        def without_it(marks: Marks) -> Marks:
            gone = _named(marks, mark)
            return tuple(other for other in marks if other is not gone)

        await self._store(scan, without_it)

    async def _store(self, scan: str, change: Callable[[Marks], Marks]) -> None:
        async with self._one_at_a_time:
            await asyncio.to_thread(_write, self._cache.library.scan(scan), change)
        self._sessions.marked(scan)


def marks_api(cache: Cache, sessions: Sessions) -> APIRouter:
    """The routes under `/api/scans/{scan}/marks`."""
    router = APIRouter(prefix="/api/scans/{scan}/marks")
    kept = Kept(cache, sessions)

    @router.get("", responses=LISTED)
    async def listed(request: Request, scan: str) -> Response:
        return as_json(request, fields_of(cache.marks(scan)))

    @router.post("", status_code=201, responses=ADDED)
    async def add(scan: str, new: New) -> Response:
        return JSONResponse((await kept.add(scan, new)).as_json(), 201)

    @router.put("/{mark}", responses=STORED)
    async def change(scan: str, mark: str, wish: Change) -> Response:
        return JSONResponse((await kept.change(scan, mark, wish)).as_json())

    @router.delete("/{mark}", status_code=204, responses=GONE)
    async def remove(scan: str, mark: str) -> Response:
        await kept.remove(scan, mark)
        return Response(status_code=204)

    return router


async def not_kept(_: Request, error: Exception) -> Response:
    """The answer where a mark cannot be, or there is no room for it: a sentence."""
    return JSONResponse({"error": str(error)}, 507 if isinstance(error, NoRoom) else 409)


def _made(new: New) -> Mark:
    now = datetime.now(UTC)
    return Mark(
        id=secrets.token_urlsafe(9),
        kind=new.kind,
        points_mm=tuple(new.points_mm),
        text=new.text,
        author=new.author,
        made=now.replace(microsecond=now.microsecond // 1000 * 1000),  # as it is stored
    )


def _named(marks: Marks, mark: str) -> Mark:
    for one in marks:
        if one.id == mark:
            return one
    raise ScanError(
        f"expected the id of a mark in this scan, got {mark!r}; somebody may have removed it"
    )


def _write(file: ScanFile, change: Callable[[Marks], Marks]) -> None:
    try:
        file.write_marks(change(file.marks()))
    except OSError as error:
        raise NoRoom(f"expected room for the mark, got: {error.strerror}") from error
