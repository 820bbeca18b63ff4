"""`parasam lab`: the page and the server, put together."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import segno

from parasam_core.console import answer, say
from parasam_core.errors import ServerError
from parasam_core.home import lab_folder
from parasam_core.verbs import Verb
from viewers.webxr import page_folder

if TYPE_CHECKING:
    from xr_server.certificate import Certificate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments; most may be set in the environment, where flags go before."""
    parser.add_argument("source", metavar="SCAN.zarr|LIBRARY", type=Path)
    host, port = _set("HOST", "127.0.0.1"), _set("PORT", "8017")
    parser.add_argument("--host", default=host, help="address to serve at (%(default)s)")
    parser.add_argument("--port", type=int, default=port, help="0 takes a free one (%(default)s)")
    parser.add_argument(
        "--https",
        action=argparse.BooleanOptionalAction,
        default=_set("HTTPS", "").lower() in ("1", "true", "yes", "on"),
        help="serve with a certificate of its own, which WebXR wants beyond this machine",
    )
    parser.add_argument("--emulate", action="store_true", help="put a Quest 3 into the browser")
    parser.add_argument("--open", action="store_true", help="open the browser")


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C.

    Raises:
        ScanError: no scan there.
        ServerError: the port is in use, the page is not built, or no certificate can be kept.
    """
    # Imported here because every verb loads this file, and FastAPI takes half a second.
    from xr_server.addresses import reached_at
    from xr_server.app import create_app
    from xr_server.library import Library
    from xr_server.security import doors_of
    from xr_server.serve import listening, serve

    library, page = Library(arguments.source), _built_page()
    doors, certificate = doors_of(arguments.host), _certificate(arguments)
    taken = listening(arguments.host, arguments.port)
    port = taken.getsockname()[1]
    url = url_of(
        reached_at(arguments.host),
        port,
        doors.pairing,
        emulate=arguments.emulate,
        https=certificate is not None,
    )
    app = create_app(library, page, doors, certificate.authority_pem if certificate else None)
    file = certificate.file if certificate else None
    serve(app, taken, lambda: _announce(url, port, certificate, arguments), file)


VERB = Verb("lab", "serve scans to a browser or headset", add_arguments, run)


def url_of(
    host: str, port: int, pairing: str | None, *, emulate: bool = False, https: bool = False
) -> str:
    """The address to open."""
    host = f"[{host}]" if ":" in host else host
    query = [f"pair={pairing}"] if pairing else []
    query += ["emulate=1"] if emulate else []
    scheme = "https" if https else "http"
    return f"{scheme}://{host}:{port}/" + ("?" + "&".join(query) if query else "")


def _set(name: str, fallback: str) -> str:
    return os.environ.get(f"PARASAM_{name}", fallback)


def _certificate(arguments: argparse.Namespace) -> Certificate | None:
    """The one for this machine, and for the name it is asked to be served at."""
    if not arguments.https:
        return None
    from xr_server.addresses import EVERYWHERE, is_address, own_addresses, own_names
    from xr_server.certificate import certificate_for

    names, addresses = set(own_names()), set(own_addresses())
    if arguments.host not in EVERYWHERE:
        (addresses if is_address(arguments.host) else names).add(arguments.host.lower())
    return certificate_for(lab_folder(), sorted(names), sorted(addresses))


def _built_page() -> Path:
    page = page_folder()
    if not (page / "index.html").is_file():
        raise ServerError(f"expected the built page in {page}, got none; build it with `make page`")
    return page


def _announce(
    url: str, port: int, certificate: Certificate | None, arguments: argparse.Namespace
) -> None:
    segno.make(url, error="l", micro=False).terminal(out=sys.stderr, compact=True)
    say(f"ParaSAM lab: {url}  (Ctrl-C ends it)")
    if certificate is None:
        say(
            f"A Quest on USB reaches it at http://localhost:{port} after "
            f"`adb reverse tcp:{port} tcp:{port}`: WebXR wants localhost or HTTPS."
        )
    else:
        say(
            f"A browser will warn, as nobody has vouched for this lab: go on, or trust /ca.crt, "
            f"whose SHA-256 is {certificate.fingerprint}."
        )
    answer({"url": url}, [], as_json=arguments.json)
    if arguments.open:
        webbrowser.open(url)
