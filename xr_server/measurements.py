"""Measurements: the numbers of every mask of the library, as one table that grows while it is made.

GET /api/measurements                 of all
GET /api/measurements?subject=M1      of one subject, which is then measured first
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from xr_server.resources import as_json, holds
from xr_server.schemas import MeasurementTable, Problem, Responses
from xr_server.survey import Survey

OTHERWISE: Responses = {
    304: {"description": "The caller has it."},
    422: {"model": Problem, "description": "This cannot be asked."},
}
Subject = Annotated[str | None, Query(max_length=200)]


def measurements_api(survey: Survey) -> APIRouter:
    """The route of the table."""
    router = APIRouter(prefix="/api/measurements", responses=OTHERWISE)

    @router.get("", responses=holds(MeasurementTable))
    async def table(request: Request, subject: Subject = None) -> Response:
        found = await run_in_threadpool(survey.table, subject)
        return as_json(request, asdict(found))

    return router
