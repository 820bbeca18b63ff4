"""What a page can have done, over HTTP; progress goes to every page over its socket.

POST   /api/jobs            a wish, see `wishes.py`:
                            {"scan", "label", "boxes": {"140": [x0, y0, x1, y1]} | null, "model"}
                            {"kind": "export", "scan", "label", "format": "nii.gz" | "glb" | …}
GET    /api/jobs            all of them
GET    /api/jobs/{job}      one
GET    /api/jobs/{job}/file what came of an export, once it is done
DELETE /api/jobs/{job}      cancel it
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, JSONResponse, Response

from parasam_core.errors import LabelError, UsageError
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress
from xr_server.exports import ZIP, Exports, Made, file_name
from xr_server.jobs import Jobs
from xr_server.library import Library, label_shown
from xr_server.protocol import JobState
from xr_server.resources import OTHERWISE, is_held
from xr_server.schemas import Job, JobList, Problem, Responses
from xr_server.wishes import Exporting, Outlining, Wish

REFUSED = 409
ANY_BYTES = "application/octet-stream"

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
FILE: Responses = {
    200: {"content": {ANY_BYTES: {}}, "description": "The file, to be saved under its name."},
    206: {"content": {ANY_BYTES: {}}, "description": "The part of it that was asked for."},
    416: {"description": "It has no such part."},
    **OTHERWISE,
}


def jobs_api(jobs: Jobs, library: Library, exports: Exports) -> APIRouter:
    """The routes under `/api/jobs`."""
    router = APIRouter(prefix="/api/jobs")

    @router.post("", status_code=202, responses=STARTED)
    async def start(wish: Wish) -> JSONResponse:
        scan = library.scan(wish.scan)
        try:
            return _said(_begun(jobs, scan, wish, exports), 202)
        except UsageError as error:
            return JSONResponse({"error": str(error)}, status_code=REFUSED)

    @router.get("")
    async def every() -> JobList:
        return JobList(jobs=[_fields(state) for state in jobs.states()])

    @router.get("/{job}", responses=ONE)
    async def one(job: str) -> JSONResponse:
        return _said(jobs.state(job))

    @router.get("/{job}/file", response_class=FileResponse, responses=FILE)
    async def file(request: Request, job: str) -> Response:
        state, made = jobs.state(job), jobs.result(job)
        if not isinstance(made, Made):
            raise UsageError(f"expected an export that is done, got one that is {state.state}")
        return _sent(request, exports.path(made), made, state.file)

    @router.delete("/{job}", responses=ONE)
    async def cancel(job: str) -> JSONResponse:
        return _said(jobs.cancel(job))

    return router


def _begun(jobs: Jobs, scan: ScanFile, wish: Wish, exports: Exports) -> JobState:
    if isinstance(wish, Outlining):
        return _outline(jobs, scan, wish)
    return _export(jobs, scan, wish, exports)


def _outline(jobs: Jobs, scan: ScanFile, wish: Outlining) -> JobState:
    """Have a scan outlined."""
    scan.check_label_free(wish.label, "segment")

    def work(progress: Progress) -> None:
        from parasam_core.api import segment  # torch comes with the first job

        progress("loading the model", 0, 1)
        segment(scan, wish.boxes, model=wish.model, label=wish.label, progress=progress)

    return jobs.submit("segment", scan.name, wish.label, work)


def _export(jobs: Jobs, scan: ScanFile, wish: Exporting, exports: Exports) -> JobState:
    """Have a mask written as a file."""
    label = label_shown(scan, wish.label)
    if label is None:
        raise LabelError(f"expected a mask in {scan.name}, got none; outline the tumour first")
    if wish.against is not None:
        label_shown(scan, wish.against)
    name = file_name(scan.name, label, f"dcm{ZIP}" if wish.format == "dcm" else wish.format)

    def write(out: Path, progress: Progress) -> None:
        from parasam_core import api  # which loads what makes surfaces

        if not wish.is_mesh:
            api.export(scan, out, label=label, progress=progress)
            return
        api.write_mesh(
            scan, out, label=label, triangles=wish.triangles, style=wish.style, ends=wish.ends,
            against=wish.against, progress=progress,
        )  # fmt: skip

    return jobs.submit("export", scan.name, label, partial(exports.make, name, write), file=name)


def _sent(request: Request, path: Path, made: Made, name: str) -> Response:
    """The file, with a name for those who know UTF-8 and one for those who do not."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    saved = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {
        "etag": f'"{made.sha256}"',
        "cache-control": "no-cache",
        "content-disposition": saved,
    }
    if is_held(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=ANY_BYTES, headers=headers)


def _said(state: JobState, status: int = 200) -> JSONResponse:
    return JSONResponse(_fields(state), status_code=status)


def _fields(state: JobState) -> dict[str, Any]:
    return {name: value for name, value in asdict(state).items() if name not in ("seq", "type")}
