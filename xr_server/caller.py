"""Caller: what a request says about who sends it. Says nothing about whether that is true."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

COOKIE = "parasam_pair"
PARAMETER = "pair"  # in the address that `parasam lab` prints, and in the page's form
HOST = re.compile(r"(\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(:\d{1,5})?")
NOBODY = "unknown"


class Caller:
    """Who sends a request.

    Args:
        scope: ASGI's, of HTTP or a WebSocket.

    Attributes:
        address: the IP address.
        headers: what was sent.
    """

    def __init__(self, scope: Scope) -> None:
        client = scope.get("client")
        self.address = str(client[0]) if client else NOBODY
        self.headers = Headers(scope=scope)
        self._scope = scope

    @property
    def host(self) -> str:
        """Which name is asked for: `LAB:8017` → `lab`, `[::1]:8017` → `::1`; "" for no host."""
        found = HOST.fullmatch(self.headers.get("host", "").lower())
        return (found["address"] or found["name"]) if found else ""

    @property
    def is_foreign(self) -> bool:
        """Whether a page of another origin asks."""
        origin = self.headers.get("origin")
        return origin is not None and not _same_host(origin, self.headers.get("host", ""))

    @property
    def tokens(self) -> list[str]:
        """What is shown as a token: a bearer, or a cookie."""
        scheme, _, bearer = self.headers.get("authorization", "").partition(" ")
        shown = [bearer.strip()] if scheme.lower() == "bearer" else []
        try:
            cookie = SimpleCookie(self.headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        return shown + ([cookie.value] if cookie else [])

    @property
    def method(self) -> str:
        """Of HTTP; "" of a WebSocket."""
        return str(self._scope.get("method", ""))

    @property
    def code(self) -> str | None:
        """The pairing code in the address, if any."""
        if self._scope["type"] != "http" or self._scope["method"] != "GET":
            return None
        return dict(self._query()).get(PARAMETER)

    @property
    def head_bytes(self) -> int:
        """How long the path, the query and the headers are."""
        lengths = [len(name) + len(value) for name, value in self._scope["headers"]]
        return sum(lengths) + len(self._scope["path"]) + len(self._scope["query_string"])

    @property
    def body_bytes(self) -> int | None:
        """How long a body it announces; None where it does not say."""
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not length.isdecimal():
            return None
        return int(length[:12])

    @property
    def target(self) -> str:
        """The path on this lab with its query, without the code."""
        rest = urlencode([(k, v) for k, v in self._query() if k != PARAMETER])
        path: str = "/" + self._scope["path"].lstrip("/\\")  # "//name" would be another host
        return path + (f"?{rest}" if rest else "")

    def _query(self) -> list[tuple[str, str]]:
        return parse_qsl(self._scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _same_host(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
