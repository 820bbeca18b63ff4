"""What `parasam lab` says: the address, its QR code, the pairing code, whom to trust."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import segno

from parasam_core.console import answer, say

if TYPE_CHECKING:
    from xr_server.certificate import Certificate


@dataclass(frozen=True)
class Address:
    """Where the lab is opened.

    Attributes:
        host: name or IP address that others reach it at.
        port: of TCP.
        https: whether it is served over TLS.
        emulate: whether the page is to have an emulated Quest 3.
    """

    host: str
    port: int
    https: bool = False
    emulate: bool = False

    def url(self, code: str | None = None) -> str:
        """The address to open, with a pairing code where one is asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        query = [f"pair={code}"] if code else []
        query += ["emulate=1"] if self.emulate else []
        scheme = "https" if self.https else "http"
        return f"{scheme}://{host}:{self.port}/" + ("?" + "&".join(query) if query else "")


def announce(
    lab: Address, code: str | None, certificate: Certificate | None, arguments: argparse.Namespace
) -> None:
    """The lab can be opened.

    Args:
        lab: where.
        code: that a headset is paired by; None where none is asked for.
        certificate: what it is served with; None without TLS.
        arguments: of the command.
    """
    url = lab.url(code)
    _show(url)
    say(f"ParaSAM lab: {url}  (Ctrl-C ends it)")
    if code is not None:
        _how_to_pair(lab, code)
    if certificate is not None:
        say(
            "A browser warns, as nobody it knows vouches for this lab: go on, or trust /ca.crt, "
            f"whose SHA-256 is {certificate.fingerprint}."
        )
    else:
        say(
            f"A Quest on USB reaches it at http://localhost:{lab.port} after "
            f"`adb reverse tcp:{lab.port} tcp:{lab.port}`: WebXR wants localhost or HTTPS."
        )
    answer({"url": url}, [], as_json=arguments.json)
    if arguments.open:
        webbrowser.open(url)


def _how_to_pair(lab: Address, code: str) -> None:
    from xr_server.addresses import mdns_name

    say(f"Pairing code, where you type the address: {code}. It works once; the next comes here.")
    by_name = replace(lab, host=mdns_name(), emulate=False).url()
    say(f"Where the network carries mDNS, {by_name} leads here, too.")


def show_next(lab: Address, code: str) -> None:
    """The code was used, or guessed at too often."""
    _show(lab.url(code))
    say(f"The next pairing code: {code}  ({lab.url(code)})")


def _show(url: str) -> None:
    segno.make(url, error="l", micro=False).terminal(out=sys.stderr, compact=True)
