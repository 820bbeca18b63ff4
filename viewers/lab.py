"""`parasam lab`: the page and the server, put together."""

from __future__ import annotations

import argparse
import socket
import sys
import webbrowser
from pathlib import Path

import segno

from parasam_core.console import answer, say
from parasam_core.errors import ServerError
from parasam_core.verbs import Verb
from viewers.webxr import page_folder

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 compared with what the user gave


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("source", metavar="SCAN.zarr|LIBRARY", type=Path)
    parser.add_argument("--host", default="127.0.0.1", help="address to serve at (%(default)s)")
    parser.add_argument("--port", type=int, default=8017, help="0 takes a free one (%(default)s)")
    parser.add_argument("--emulate", action="store_true", help="put a Quest 3 into the browser")
    parser.add_argument("--open", action="store_true", help="open the browser")


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C.

    Raises:
        ScanError: no scan there.
        ServerError: the port is in use, or the page is not built.
    """
    # Imported here because every verb loads this file, and FastAPI takes half a second.
    from xr_server.app import create_app
    from xr_server.library import Library
    from xr_server.security import doors_of
    from xr_server.serve import listening, serve

    library, page = Library(arguments.source), _built_page()
    doors = doors_of(arguments.host)
    taken = listening(arguments.host, arguments.port)
    port = taken.getsockname()[1]
    url = url_of(_reached_at(arguments.host), port, doors.pairing, emulate=arguments.emulate)
    serve(create_app(library, page, doors), taken, lambda: _announce(url, port, arguments))


VERB = Verb("lab", "serve scans to a browser or headset", add_arguments, run)


def url_of(host: str, port: int, pairing: str | None, *, emulate: bool) -> str:
    """The address to open."""
    host = f"[{host}]" if ":" in host else host
    query = [f"pair={pairing}"] if pairing else []
    query += ["emulate=1"] if emulate else []
    return f"http://{host}:{port}/" + ("?" + "&".join(query) if query else "")


def _built_page() -> Path:
    page = page_folder()
    if not (page / "index.html").is_file():
        raise ServerError(f"expected the built page in {page}, got none; build it with `make page`")
    return page


def _reached_at(host: str) -> str:
    """The address to print: for a lab served everywhere, the one that others see."""
    if host not in EVERYWHERE:
        return "localhost" if host in ("127.0.0.1", "::1") else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; says which address would be used
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _announce(url: str, port: int, arguments: argparse.Namespace) -> None:
    segno.make(url, error="l", micro=False).terminal(out=sys.stderr, compact=True)
    say(f"ParaSAM lab: {url}  (Ctrl-C ends it)")
    say(
        f"A Quest on USB reaches it at http://localhost:{port} after "
        f"`adb reverse tcp:{port} tcp:{port}`: WebXR wants localhost or HTTPS."
    )
    answer({"url": url}, [], as_json=arguments.json)
    if arguments.open:
        webbrowser.open(url)
