"""Who may talk to the lab: its own page, on an address it is served at, and a paired headset.

    Host      a name that is served here, or an IP address: a foreign name that was made to point
              here (DNS rebinding) is refused
    Origin    where there is one, the page's own
    pairing   served beyond this machine, a caller from beyond it shows the token of the printed
              address once and is given a cookie

Another page in the same browser is thus kept out, and so is another machine that was not shown
the address. What goes over plain HTTP can still be read on the way.
"""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xr_server.addresses import LOOPBACK_NAMES, is_address, is_loopback, own_names

COOKIE = "parasam_pair"
PARAMETER = "pair"  # in the address that `parasam lab` prints
HOST = re.compile(r"(\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(:\d{1,5})?")
OPEN_PATHS = frozenset({"/ca.crt", "/healthz"})

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "connect-src 'self' blob: data:",
        "img-src 'self' blob: data:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "xr-spatial-tracking=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Doors:
    """Where the lab is served, and the token that a headset shows.

    Attributes:
        names: host names that requests may be for.
        any_address: whether any IP address will do as well; a name is what rebinding needs.
        pairing: the token asked from callers beyond this machine; None asks for none.
    """

    names: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False
    pairing: str | None = None


def doors_of(host: str) -> Doors:
    """What a lab bound to this address asks of its callers."""
    if is_loopback(host):
        return Doors()
    names = LOOPBACK_NAMES | {host.lower(), *own_names()}
    return Doors(names, any_address=True, pairing=secrets.token_urlsafe(16))


class Guard:
    """ASGI: refuses with one sentence whoever may not come in, and sets the security headers."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        reason = self._objection(scope)
        if reason is not None:
            await _refuse(reason, scope, receive, send)
        elif self._shows_token(scope):
            await _pair(self._doors.pairing or "", scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _objection(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._serves(_host_name(host)):
            return f"expected a request for an address of this lab, got one for {host!r}"
        if origin is not None and not _same_host(origin, host):
            return f"expected a request of this lab's own page, got one of {origin!r}"
        if not self._is_paired(scope, headers) and not self._shows_token(scope):
            return "expected a paired headset; open the address that `parasam lab` printed"
        return None

    def _serves(self, name: str) -> bool:
        return name in self._doors.names or (self._doors.any_address and is_address(name))

    def _is_paired(self, scope: Scope, headers: Headers) -> bool:
        client = scope.get("client")
        if self._doors.pairing is None or (client and is_loopback(client[0])):
            return True
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie is not None and _equal(cookie.value, self._doors.pairing)

    def _shows_token(self, scope: Scope) -> bool:
        if self._doors.pairing is None or scope["type"] != "http" or scope["method"] != "GET":
            return False
        shown = dict(_query(scope)).get(PARAMETER)
        return shown is not None and _equal(shown, self._doors.pairing)


async def _pair(token: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Give the cookie, and go on to the address without the token.

    Not by a redirect: a browser that came from elsewhere would not send a strict cookie on it.
    """
    rest = urlencode([(k, v) for k, v in _query(scope) if k != PARAMETER])
    target = html.escape(scope["path"] + (f"?{rest}" if rest else ""))
    response = HTMLResponse(
        f'<!doctype html><meta http-equiv="refresh" content="0; url={target}"><title>ParaSAM'
        "</title>Paired."
    )
    response.headers["cache-control"] = "no-store"
    secure = scope["scheme"] == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure)
    await response(scope, receive, _with_headers(send))


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    response = PlainTextResponse(reason, status_code=403)
    await response(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _host_name(host: str) -> str:
    """`LAB:8017` → `lab`, `[::1]:8017` → `::1`; "" where it is no host."""
    found = HOST.fullmatch(host.lower())
    return (found["address"] or found["name"]) if found else ""


def _same_host(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _equal(shown: str, expected: str) -> bool:
    return secrets.compare_digest(shown.encode(), expected.encode())
