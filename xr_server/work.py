"""What a page can have done, over HTTP; progress goes to every page over its socket.

POST   /api/jobs            {"scan", "label", "boxes": {"140": [x0, y0, x1, y1]} | null, "model"}
GET    /api/jobs            all of them
GET    /api/jobs/{job}      one
DELETE /api/jobs/{job}      cancel it
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from parasam_core.errors import UsageError
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress
from xr_server.jobs import Jobs
from xr_server.library import Library
from xr_server.protocol import JobState
from xr_server.schemas import Job, JobList, Problem, Responses

MOST_BOXES = 1000
REFUSED = 409

_SAID = {"model": Job, "description": "How far it is."}
_NOT_SAID: Responses = {
    404: {"model": Problem, "description": "There is none."},
    422: {"model": Problem, "description": "This cannot be asked."},
}
ONE: Responses = {200: _SAID, **_NOT_SAID}
STARTED: Responses = {
    202: _SAID,
    409: {"model": Problem, "description": "The like of it is under way, or too much waits."},
    **_NOT_SAID,
}

Box = tuple[int, int, int, int]


class Wish(BaseModel):
    """What to outline.

    Attributes:
        scan: its id.
        label: where the masks go.
        boxes: frame → box, half-open, in pixels of the full frame; null finds the tumour without.
        model: a name of `parasam models list`; null leaves the choice to ParaSAM.
    """

    model_config = ConfigDict(extra="forbid")

    scan: Annotated[str, Field(min_length=1, max_length=200)]
    label: Annotated[str, Field(min_length=1, max_length=64)] = "parasam"
    boxes: Annotated[dict[int, Box], Field(min_length=1, max_length=MOST_BOXES)] | None = None
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$")] | None = None


def jobs_api(jobs: Jobs, library: Library) -> APIRouter:
    """The routes under `/api/jobs`."""
    router = APIRouter(prefix="/api/jobs")

    @router.post("", status_code=202, responses=STARTED)
    async def start(wish: Wish) -> JSONResponse:
        scan = library.scan(wish.scan)
        scan.check_label_free(wish.label, "segment")
        try:
            state = jobs.submit("segment", scan.name, wish.label, _outlining(scan, wish))
        except UsageError as error:
            return JSONResponse({"error": str(error)}, status_code=REFUSED)
        return _said(state, 202)

    @router.get("")
    async def every() -> JobList:
        return JobList(jobs=[_fields(state) for state in jobs.states()])

    @router.get("/{job}", responses=ONE)
    async def one(job: str) -> JSONResponse:
        return _said(jobs.state(job))

    @router.delete("/{job}", responses=ONE)
    async def cancel(job: str) -> JSONResponse:
        return _said(jobs.cancel(job))

    return router


def _outlining(scan: ScanFile, wish: Wish) -> Any:
    def work(progress: Progress) -> None:
        from parasam_core.api import segment  # torch comes with the first job

        progress("loading the model", 0, 1)
        segment(scan, wish.boxes, model=wish.model, label=wish.label, progress=progress)

    return work


def _said(state: JobState, status: int = 200) -> JSONResponse:
    return JSONResponse(_fields(state), status_code=status)


def _fields(state: JobState) -> dict[str, Any]:
    return {name: value for name, value in asdict(state).items() if name not in ("seq", "type")}
