"""`parasam lab`: the page and the server, put together."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from parasam_core.console import say
from parasam_core.errors import ServerError, UsageError
from parasam_core.home import lab_folder
from parasam_core.verbs import Verb
from viewers.webxr import page_folder
from viewers.welcome import Address, announce, show_next

if TYPE_CHECKING:
    from xr_server.certificate import Certificate
    from xr_server.doors import Doors
    from xr_server.witness import Witness

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 who comes from elsewhere is paired


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments; most may be set in the environment, where flags go before."""
    parser.add_argument("source", metavar="SCAN.zarr|LIBRARY", type=Path)
    port, form = _set("PORT", "8017"), _set("LOG_FORMAT", "text")
    add, on_off = parser.add_argument, argparse.BooleanOptionalAction
    add("--host", default=_set("HOST", ""), help="address (127.0.0.1, or all with --https)")
    add("--port", type=int, default=port, help="0 takes a free one (%(default)s)")
    add("--https", action=on_off, help="for headsets: with a certificate of its own, to be paired")
    add("--forget-paired", action="store_true", help="have every headset pair anew, then serve")
    add("--emulate", action="store_true", help="put a Quest 3 into the browser")
    module = _set("LOOKING_GLASS", "") or None
    add(
        "--looking-glass",
        metavar="FILE",
        type=Path,
        default=Path(module) if module else None,
        help="for holograms from the page: webxr.js of the package @lookingglass/webxr",
    )
    add("--open", action="store_true", help="open the browser")
    add(
        "--log-format",
        metavar="text|json",
        type=_log_format,
        default=form,
        help="json logs every request, too (%(default)s)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C.

    Raises:
        ScanError: no scan there.
        ServerError: the port is in use, the page is not built, or no certificate can be kept.
    """
    # Imported here because every verb loads this file, and FastAPI takes half a second.
    from xr_server.addresses import reached_at
    from xr_server.app import create_app
    from xr_server.audit import Audit
    from xr_server.ledger import Ledger
    from xr_server.library import Library
    from xr_server.logs import log_as
    from xr_server.looking_glass import checked_module
    from xr_server.serve import listening, serve
    from xr_server.witness import Witness

    log_as(arguments.log_format)
    _settle(arguments)
    library, page = Library(arguments.source), _built_page()
    module = arguments.looking_glass and checked_module(arguments.looking_glass)
    issue, witness = _issue(arguments), Witness(Audit(lab_folder() / "audit.jsonl"))
    certificate = issue() if issue else None
    taken = listening(arguments.host, arguments.port)
    reached, port = reached_at(arguments.host), taken.getsockname()[1]
    lab = Address(reached, port, https=certificate is not None, emulate=arguments.emulate)
    doors = _doors(arguments, lab, witness)
    code = doors.pairing.code if doors.pairing else None
    authority_pem = certificate.authority_pem if certificate else None
    ledger = Ledger(lab_folder() / "measurements.jsonl")
    app = create_app(library, page, doors, authority_pem, witness, module, ledger)
    file = certificate.file if certificate else None
    with _made_known(arguments.host, lab):
        serve(
            app, taken, lambda: announce(lab, code, certificate, arguments), file, witness,
            renew=issue or (lambda: None),
        )  # fmt: skip


VERB = Verb("lab", "serve scans to a browser or headset", add_arguments, run)


def _set(name: str, fallback: str) -> str:
    return os.environ.get(f"PARASAM_{name}", fallback)


def _settle(arguments: argparse.Namespace) -> None:
    """Fill in what was left open: HTTPS is for headsets, so it is served to all."""
    if arguments.https is None:
        arguments.https = _is_on("HTTPS")
    if not arguments.host:
        arguments.host = EVERY_ADDRESS if arguments.https else "127.0.0.1"


def _is_on(name: str) -> bool:
    switch = _set(name, "0").lower()
    if switch not in ("0", "1", "false", "true", "no", "yes", "off", "on"):
        raise UsageError(f"expected PARASAM_{name} to be 1 or 0, got {switch!r}")
    return switch in ("1", "true", "yes", "on")


def _log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise argparse.ArgumentTypeError(f"expected text or json, got {text!r}")
    return text


def _issue(arguments: argparse.Namespace) -> Callable[[], Certificate] | None:
    """Gives the one for this machine, and for the name it is asked to be served at; made anew
    where that is due.
    """
    if not arguments.https:
        return None
    from xr_server.addresses import EVERYWHERE, is_address, own_addresses, own_names
    from xr_server.certificate import certificate_for

    names, addresses = set(own_names()), set(own_addresses())
    if arguments.host not in EVERYWHERE:
        (addresses if is_address(arguments.host) else names).add(arguments.host.lower())
    return partial(certificate_for, lab_folder(), sorted(names), sorted(addresses))


def _built_page() -> Path:
    page = page_folder()
    if not (page / "index.html").is_file():
        raise ServerError(f"expected the built page in {page}, got none; build it with `make page`")
    return page


def _made_known(host: str, lab: Address) -> AbstractContextManager[None]:
    """By mDNS, beyond this machine."""
    from xr_server.addresses import EVERYWHERE, is_address, is_loopback, own_addresses

    if is_loopback(host) or not (is_address(host) or host in EVERYWHERE):
        return nullcontext()
    from xr_server.mdns import advertised, services

    reached = own_addresses() if host in EVERYWHERE else [host]
    beyond = [a for a in reached if not is_loopback(a)]
    return advertised(services(lab.port, beyond, https=lab.https))


def _doors(arguments: argparse.Namespace, lab: Address, witness: Witness) -> Doors:
    """Who may come in; those paired earlier only where they are not to be forgotten."""
    from xr_server.doors import doors_of
    from xr_server.tokens import Tokens

    paired = lab_folder() / "paired.json"
    if arguments.forget_paired:
        count = Tokens(paired).forget_all()
        witness.revoked(count)
        say(f"Forgotten: {count} paired browsers.")
    return doors_of(arguments.host, paired, partial(show_next, lab))
