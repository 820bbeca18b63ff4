"""What every answer tells the browser: load from nowhere else, be framed by nobody."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

DIRECTIVES = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self' blob:",
    "connect-src": "'self' blob: data:",
    "img-src": "'self' blob: data:",
    "font-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def content_policy(*more_to_connect: str) -> str:
    """A Content-Security-Policy: this lab alone, and what a page may connect to besides."""
    directives = dict(DIRECTIVES)
    directives["connect-src"] = " ".join((directives["connect-src"], *more_to_connect))
    return "; ".join(f"{name} {value}" for name, value in directives.items())


HEADERS = {
    "content-security-policy": content_policy(),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "xr-spatial-tracking=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def with_headers(send: Send) -> Send:
    """A `send` that adds them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
