"""Doors: where the lab is served, and what it asks of its callers there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xr_server.addresses import LOOPBACK_NAMES, is_address, is_loopback, own_names
from xr_server.caller import Caller
from xr_server.pairing import Pairing
from xr_server.tokens import Tokens


@dataclass(frozen=True)
class Doors:
    """Where the lab is served, and what a headset is paired by.

    Attributes:
        names: host names that requests may be for.
        any_address: whether any IP address will do as well; a name is what rebinding needs.
        pairing: asked from callers beyond this machine; None asks for none.
    """

    names: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False
    pairing: Pairing | None = None

    def serves(self, name: str) -> bool:
        """Whether a request may be for this host."""
        return name in self.names or (self.any_address and is_address(name))

    def is_paired(self, caller: Caller) -> bool:
        """Whether it is this machine, or shows a token that is valid now."""
        if self.pairing is None or is_loopback(caller.address):
            return True
        return any(self.pairing.tokens.knows(token) for token in caller.tokens)


def doors_of(
    host: str, paired: Path | None = None, announce: Callable[[str], None] = lambda _: None
) -> Doors:
    """What a lab bound to this address asks of its callers.

    Args:
        host: the address.
        paired: where the tokens are kept; None keeps them in memory.
        announce: called with each pairing code after the first.
    """
    if is_loopback(host):
        return Doors()
    names = LOOPBACK_NAMES | {host.lower(), *own_names()}
    return Doors(names, any_address=True, pairing=Pairing(Tokens(paired), announce=announce))
