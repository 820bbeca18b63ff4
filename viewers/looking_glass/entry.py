"""The way into a lab: its address as a person gives it, and a token for the code that it shows.

The token is kept, as a browser keeps it, so that a code is typed once in thirty days.
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from parasam_core.atomic import write_bytes
from parasam_core.errors import ServerError
from parasam_core.home import labs_file

ANSWERS_WITHIN_S = 10.0
LARGEST_ANSWER = 1 << 16
PRIVATE = 0o600
TOKEN = re.compile(r"[\w.~+/=-]{1,200}", re.ASCII)
SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


class CodeError(ServerError):
    """The lab refuses a pairing code, in its own words."""


@dataclass(frozen=True)
class Entry:
    """Where a lab is, and what lets us in.

    Attributes:
        origin: "http://localhost:8017" or "https://…".
        socket: address of its WebSocket.
        code: that the lab shows; "" where none was given, or it was traded.
        token: what it was traded for; "" where none was. This machine needs none.
        trust: the certificates to trust; None without TLS.
    """

    origin: str
    socket: str
    code: str = ""
    token: str = ""
    trust: ssl.SSLContext | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What to show with every request."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def entry_to(url: str, code: str | None = None, ca: Path | None = None) -> Entry:
    """The way into the lab at an address.

    Args:
        url: as `parasam lab` prints it, with the pairing code in it or without.
        code: the pairing code, where it is not in the address.
        ca: PEM of the authority to trust, the lab's `/ca.crt`; None trusts what this system does.

    Raises:
        ServerError: no such address, or a file that is no certificate.
    """
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        scheme, host = SCHEMES[parts.scheme], parts.hostname
        place = parts.netloc.rpartition("@")[2]
        _ = parts.port
    except (KeyError, ValueError):
        host = None
    if not host:
        raise ServerError(
            f"expected the address of a lab as `parasam lab` prints it, got {url!r:.200}"
        )
    trust = _trusting(ca) if scheme == "wss" else None
    shown = code or parse_qs(parts.query).get("pair", [""])[0]
    path = f"{place}{parts.path.rstrip('/').removesuffix('/ws')}"
    http = {"ws": "http", "wss": "https"}[scheme]
    return Entry(f"{http}://{path}", f"{scheme}://{path}/ws", shown, trust=trust)


def paired(entry: Entry) -> Entry:
    """The entry with a token: the one that its code is traded for, or that was kept.

    Raises:
        CodeError: the code is refused.
        ServerError: the lab cannot be reached.
    """
    kept = _kept().get(entry.origin, "")
    if not entry.code:
        return replace(entry, token=kept)
    try:
        token = _traded(entry)
    except CodeError:
        if not kept:
            raise
        token = kept  # the address was given again, with the code that was used up
    if token:
        _keep({**_kept(), entry.origin: token})
    return replace(entry, code="", token=token)


def _traded(entry: Entry) -> str:
    """The token for the entry's code; "" where the lab asks for none."""
    body = json.dumps({"code": entry.code}).encode()
    request = urllib.request.Request(  # noqa: S310 http or https, see `entry_to`
        f"{entry.origin}/api/pair", body, {"content-type": "application/json"}
    )
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=entry.trust)]
    try:
        answer = urllib.request.build_opener(*handlers).open(request, timeout=ANSWERS_WITHIN_S)
        with answer:
            token: str = json.loads(answer.read(LARGEST_ANSWER))["token"]
        if not TOKEN.fullmatch(token):
            raise ValueError
    except urllib.error.HTTPError as no:
        with no:
            if no.code == 404:  # served to this machine alone
                return ""
            raise CodeError(_sentence(no.read(LARGEST_ANSWER), no.code)) from no
    except OSError as error:
        raise ServerError(not_reached(entry, error)) from error
    except (HTTPException, ValueError, LookupError, TypeError) as error:
        raise ServerError(
            f"expected a lab at {entry.origin} to give a token, got another answer"
        ) from error
    return token


def not_reached(entry: Entry, error: OSError) -> str:
    """Why there is no line to the lab, for the user."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"expected {entry.origin} to show a certificate that this machine trusts, got one "
            f"that it does not ({reason.verify_message}); give the lab's ca.crt"
        )
    return f"expected a lab at {entry.origin}, nobody answers; start it with `parasam lab`"


def _kept() -> dict[str, str]:
    """The token of each lab, by its origin; what is damaged holds none."""
    try:
        kept = json.loads(labs_file().read_bytes())
        return {at: t for at, t in kept.items() if isinstance(t, str) and TOKEN.fullmatch(t)}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def _keep(tokens: dict[str, str]) -> None:
    """For the user alone; where there is no room for it, the code is asked for again."""
    with contextlib.suppress(OSError):
        labs_file().parent.mkdir(parents=True, exist_ok=True)
        write_bytes(labs_file(), json.dumps(tokens, indent=1).encode(), PRIVATE)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise ServerError(
            f"expected a certificate in PEM, as the lab gives it at /ca.crt, got {ca} ({error})"
        ) from error


def _sentence(body: bytes, status: int) -> str:
    """The lab's own, which says what to do."""
    try:
        return str(json.loads(body)["error"])
    except (ValueError, LookupError, TypeError):
        return f"expected a lab to trade the pairing code, got HTTP {status}"
