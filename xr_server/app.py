"""The lab as an ASGI application: the page, the resources, and `/ws`. The home of FastAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from parasam_core.errors import MarkError, ParasamError
from xr_server.cache import Cache
from xr_server.doctor import doctor
from xr_server.doors import Doors
from xr_server.doorstep import doorstep
from xr_server.edits import edits_api
from xr_server.exports import Exports
from xr_server.headers import content_policy
from xr_server.jobs import Jobs
from xr_server.ledger import Ledger
from xr_server.library import Library
from xr_server.line import Line
from xr_server.looking_glass import BRIDGE, looking_glass
from xr_server.marks import NoRoom, marks_api, not_kept
from xr_server.measurements import measurements_api
from xr_server.page import Page
from xr_server.protocol import JobState
from xr_server.resources import not_there, resources
from xr_server.schemas import not_understood, nowhere
from xr_server.security import Guard
from xr_server.session import Sessions
from xr_server.survey import Survey
from xr_server.thumbnails import Thumbnails, thumbnails_api
from xr_server.timed import Timed
from xr_server.watch import watch
from xr_server.witness import Witness
from xr_server.work import jobs_api


def create_app(
    library: Library,
    page: Path | None = None,
    doors: Doors | None = None,
    authority_pem: bytes | None = None,
    witness: Witness | None = None,
    looking_glass_module: Path | None = None,
    ledger: Ledger | None = None,
) -> FastAPI:
    """The application.

    Args:
        library: the scans to show.
        page: folder of the built page; None serves no page.
        doors: who may come in; None lets in this machine only.
        authority_pem: the certificate to trust this lab by; None where it is served without TLS.
        witness: keeps the audit log and the metrics; None keeps metrics alone.
        looking_glass_module: see `xr_server.looking_glass`; None shows no holograms from the page.
        ledger: keeps what was measured; None keeps it until the lab stops.
    """
    doors, witness = doors or Doors(), witness or Witness()
    cache = Cache(library, witness.metrics)
    sessions = Sessions(cache)
    witness.metrics.sessions.set_function(lambda: len(sessions))
    thumbnails, survey = Thumbnails(library), Survey(library, witness.metrics, ledger)
    jobs, exports = Jobs(), Exports()
    ends = [thing.close for thing in (jobs, exports, survey, thumbnails, cache, witness.audit)]
    app = _bare(partial(_life, cache, sessions, jobs, ends))
    app.add_middleware(Guard, doors=doors, witness=witness)
    app.add_middleware(Timed, metrics=witness.metrics)

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await Line(socket, sessions, witness).talk()

    for routes in (
        doorstep(doors.pairing, authority_pem, witness),
        doctor(),
        resources(cache),
        thumbnails_api(thumbnails),
        measurements_api(survey),
        edits_api(cache, jobs, sessions),
        marks_api(cache, sessions),
        jobs_api(jobs, library, exports),
        looking_glass(looking_glass_module),
    ):
        app.include_router(routes)
    if page is not None:
        beyond = () if looking_glass_module is None else (BRIDGE,)
        app.mount("/", Page(page, content_policy(*beyond)))
    return app


def _bare(life: Callable[[], AbstractAsyncContextManager[None]]) -> FastAPI:
    """It answers nothing yet, but in sentences."""
    app = FastAPI(
        title="ParaSAM lab",
        version=version("parasam"),
        lifespan=lambda _: life(),
        docs_url=None,  # those pages load from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(ParasamError, not_there)
    app.add_exception_handler(MarkError, not_kept)
    app.add_exception_handler(NoRoom, not_kept)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_exception_handler(HTTPException, nowhere)
    return app


@asynccontextmanager
async def _life(
    cache: Cache, sessions: Sessions, jobs: Jobs, ends: Iterable[Callable[[], None]]
) -> AsyncIterator[None]:
    cache.warm()
    loop = asyncio.get_running_loop()

    def tell(state: JobState) -> None:
        loop.call_soon_threadsafe(sessions.tell, state)

    jobs.listen(tell)
    watching = asyncio.create_task(watch(cache.library, sessions))
    yield
    watching.cancel()
    for end in ends:
        end()
