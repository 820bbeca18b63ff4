"""At the door: is the lab well, whom to trust, a token for a code; and its metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from parasam_core.errors import ServerError
from xr_server.caller import Caller
from xr_server.pairing import Pairing, PairingError
from xr_server.schemas import Problem, Responses
from xr_server.tokens import DAYS_PAIRED
from xr_server.witness import Witness


class Health(BaseModel):
    """Whether the lab answers."""

    status: str


class Shown(BaseModel):
    """A pairing code."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class Given(BaseModel):
    """A token, to be shown as `Authorization: Bearer …`."""

    token: str
    days: int


NO_AUTHORITY: Responses = {404: {"model": Problem, "description": "The lab is served without TLS."}}
NO_TOKEN: Responses = {
    403: {"model": Problem, "description": "The code is wrong."},
    404: {"model": Problem, "description": "The lab asks for no pairing."},
    422: {"model": Problem, "description": "The body holds no code."},
    429: {"model": Problem, "description": "Wait as long as `Retry-After` says."},
}


def doorstep(pairing: Pairing | None, authority_pem: bytes | None, witness: Witness) -> APIRouter:
    """The routes.

    Args:
        pairing: trades codes; None where none is asked for.
        authority_pem: the certificate to trust the lab by; None without TLS.
        witness: counts.
    """
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Health:
        return Health(status="ok")

    @router.get("/ca.crt", responses=NO_AUTHORITY, response_class=Response)
    async def authority() -> Response:
        if authority_pem is None:
            raise ServerError("expected a lab that is served with --https, got one without")
        return Response(authority_pem, media_type="application/x-x509-ca-cert")

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(witness.metrics.text(), media_type="text/plain; version=0.0.4")

    @router.post("/api/pair", responses=NO_TOKEN, response_model=Given)
    async def pair(request: Request, shown: Shown) -> Given | Response:
        if pairing is None:
            raise ServerError("expected a lab served beyond this machine, got one that is not")
        address = Caller(request.scope).address
        try:
            token = pairing.trade(address, shown.code)
        except PairingError as no:
            witness.refused(address, "code", str(no))
            return _refused(no)
        witness.paired(address)
        return Given(token=token, days=DAYS_PAIRED)

    return router


def _refused(no: PairingError) -> Response:
    headers = {"retry-after": f"{no.wait_s:.0f}"} if no.wait_s else None
    return JSONResponse({"error": str(no)}, no.status, headers)
