"""Who may talk to the lab: its own page, on an address it is served at, and a paired browser.

    Host      a name that is served here, or an IP address: a foreign name that was made to point
              here (DNS rebinding) is refused
    Origin    where there is one, the page's own
    pairing   served beyond this machine, a caller from beyond it trades the code that the terminal
              shows for a token once, and shows that as a cookie or as a bearer

Another page in the same browser is thus kept out, and so is another machine that was not shown
the code. What goes over plain HTTP can still be read on the way.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xr_server.caller import Caller
from xr_server.code_page import welcome
from xr_server.doors import Doors
from xr_server.headers import with_headers
from xr_server.pace import Crowd
from xr_server.pairing import Pairing, PairingError
from xr_server.refusal import Refusal, refuse
from xr_server.witness import Witness

LARGEST_HEAD_BYTES = 16 << 10
ASK_AGAIN_EVERY_S = 1.0
LARGEST_BODY_BYTES = 64 << 10  # a box on each of a thousand frames
LARGEST_MASK_BYTES = 2 << 20  # a PNG of 1400 × 1400 pixels that is not compressed at all
# What shows nothing of the library, and is needed before a browser can be paired: to trust the
# certificate first, to find out what the browser lacks, and to trade the code.
DOCTOR = ("/doctor", "/doctor/doctor.js", "/doctor/trust.js", "/doctor/state")
OPEN_PATHS = frozenset({"/healthz", "/ca.crt", "/api/pair", *DOCTOR})

TOO_MANY = Refusal("pace", f"{Crowd.sentence}; wait", 429, 1.0)


class Guard:
    """ASGI: refuses with one sentence whoever may not come in, and sets the security headers.

    Args:
        app: what is behind the door.
        doors: who may come in.
        witness: is told who was refused and who was paired.
    """

    def __init__(self, app: ASGIApp, doors: Doors, witness: Witness | None = None) -> None:
        self._app = app
        self._doors = doors
        self._witness = witness or Witness()
        self._crowd = Crowd()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        caller = Caller(scope)
        paired = self._doors.is_paired(caller)
        scope.setdefault("state", {})["paired"] = paired
        crowded = not paired and not self._crowd.heard(caller.address)
        refusal = TOO_MANY if crowded else self._foreign(caller) or _too_large(caller)
        if refusal is None and not paired and caller.code is not None:
            await self._pair(caller, self._doors.pairing, scope, receive, send)
            return
        refusal = refusal or _unpaired(scope["path"], paired=paired)
        if refusal is not None:
            await self._refuse(refusal, caller, scope, receive, send)
            return
        if scope["type"] == "websocket":
            receive = self._while_paired(caller, receive, send)
        await self._app(scope, receive, with_headers(send))

    def _foreign(self, caller: Caller) -> Refusal | None:
        host, origin = caller.headers.get("host", ""), caller.headers.get("origin")
        if not self._doors.serves(caller.host):
            return Refusal(
                "host", f"expected a request for an address of this lab, got one for {host!r}"
            )
        if caller.is_foreign:
            return Refusal(
                "origin", f"expected a request of this lab's own page, got one of {origin!r}"
            )
        return None

    async def _pair(
        self, caller: Caller, pairing: Pairing | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if pairing is None or caller.code is None:
            return
        try:
            token = pairing.trade(caller.address, caller.code)
        except PairingError as no:
            refusal = Refusal("code", str(no), no.status, no.wait_s)
            await self._refuse(refusal, caller, scope, receive, send)
            return
        self._witness.paired(caller.address)
        response = welcome(token, caller, secure=scope["scheme"] == "https")
        await response(scope, receive, with_headers(send))

    async def _refuse(
        self, refusal: Refusal, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._witness.refused(caller.address, refusal.what, refusal.sentence)
        await refuse(refusal, scope, receive, send)

    def _while_paired(self, caller: Caller, receive: Receive, send: Send) -> Receive:
        """What a socket says, until its token is revoked or expires."""

        async def receiving() -> Message:
            message = await self._heard_while_paired(caller, receive)
            if message is not None:
                return message
            reason = "expected a paired browser, but its pairing was revoked"
            self._witness.refused(caller.address, "pairing", reason)
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
            return {"type": "websocket.disconnect", "code": 1008}

        return receiving

    async def _heard_while_paired(self, caller: Caller, receive: Receive) -> Message | None:
        """The next message; None once the caller is not paired, however long it is silent."""
        hearing = asyncio.ensure_future(receive())
        try:
            while True:
                heard, _ = await asyncio.wait({hearing}, timeout=ASK_AGAIN_EVERY_S)
                if heard and hearing.result()["type"] != "websocket.receive":
                    return hearing.result()
                if not self._doors.is_paired(caller):
                    return None
                if heard:
                    return hearing.result()
        finally:
            hearing.cancel()


def _unpaired(path: str, *, paired: bool) -> Refusal | None:
    if paired or path in OPEN_PATHS:
        return None
    return Refusal("pairing", "expected a paired browser; type the code that `parasam lab` shows")


def _too_large(caller: Caller) -> Refusal | None:
    most = LARGEST_HEAD_BYTES >> 10
    if caller.head_bytes > LARGEST_HEAD_BYTES:  # which h11 asks only of a head that came in parts
        return Refusal("head", f"expected a head of at most {most} KiB, got a larger one", 431)
    length, largest = caller.body_bytes, LARGEST_BODY_BYTES
    if caller.method == "PUT":
        largest = LARGEST_MASK_BYTES
    if length is not None and length <= largest:
        return None
    got = "one of unknown length" if length is None else f"{length}"
    return Refusal("body", f"expected a body of at most {largest} bytes, got {got}", 413)
