"""What the resources hold, for OpenAPI: the messages of the wire without what belongs to it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast, get_type_hints

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, create_model
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from xr_server.protocol import JobState, Marks, Measured, ScanCard, ScanOpened
from xr_server.survey import MeasuredMask

Responses = dict[int | str, dict[str, Any]]

LONGEST_SHOWN = 200
OF_THE_WIRE = ("seq", "type")


class Problem(BaseModel):
    """Why there is no answer."""

    error: str


class ScanList(BaseModel):
    """The library, by subject and timepoint."""

    scans: list[ScanCard]


class MeasurementTable(BaseModel):
    """The numbers of every mask, as far as they are known.

    Attributes:
        rows: those that are known, in the order of the library.
        total: how many there will be; ask again until they are all there.
    """

    rows: list[MeasuredMask]
    total: int


def _content(name: str, message: type[Any]) -> type[BaseModel]:
    hints = get_type_hints(message, include_extras=True)
    kept = {f.name: (hints[f.name], ...) for f in fields(message) if f.name not in OF_THE_WIRE}
    config = ConfigDict(extra="forbid")
    model: Any = create_model  # whose overloads know no fields that come from elsewhere
    return cast(type[BaseModel], model(name, __doc__=message.__doc__, __config__=config, **kept))


Geometry = _content("Geometry", ScanOpened)
Measurement = _content("Measurement", Measured)
MarkList = _content("MarkList", Marks)
Job = _content("Job", JobState)


class JobList(BaseModel):
    """What is being done, what waits, and how the last ones ended."""

    jobs: list[Job]  # type: ignore[valid-type]


async def nowhere(request: Request, error: Exception) -> Response:
    """The answer where there is nothing, or nothing of this kind: a sentence."""
    if not isinstance(error, HTTPException):
        raise error
    asked = f"{request.method} {request.url.path}"[:LONGEST_SHOWN]
    sentence = f"expected a resource of this lab, got {asked}: {error.detail}"
    return JSONResponse({"error": sentence}, error.status_code, error.headers)


async def not_understood(_: Request, error: Exception) -> Response:
    """The answer to a request that cannot be one: 422 and a sentence."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return JSONResponse({"error": f"expected another {place}: {first['msg']}"}, status_code=422)
