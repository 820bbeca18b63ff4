"""Patience: how long an address waits after wrong codes, longer each time."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from xr_server.addresses import is_address

FORGIVEN = 3
LONGEST_WAIT_S = 300.0
ADDRESSES_REMEMBERED = 1024


class Patience:
    """Wrong codes of each address, those seen last.

    Args:
        clock_s: seconds that only grow.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """How long it has to wait, s; 0 where it need not."""
        _, until_s = self._wrong.get(_network(address), (0, 0.0))
        return max(0.0, until_s - self._clock_s())

    def wrong(self, address: str) -> None:
        """It showed a wrong code: three are forgiven, then it waits 1 s, 2 s, 4 s … 5 min."""
        key = _network(address)
        count = self._wrong.pop(key, (0, 0.0))[0] + 1
        wait_s = min(2.0 ** min(count - FORGIVEN, 30), LONGEST_WAIT_S) if count >= FORGIVEN else 0
        self._wrong[key] = (count, self._clock_s() + wait_s)
        while len(self._wrong) > ADDRESSES_REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """It showed the right one."""
        self._wrong.pop(_network(address), None)


def _network(address: str) -> str:
    """Who has one IPv6 address has all 2⁶⁴ of its network."""
    if not is_address(address) or ":" not in address:
        return address
    plain = ipaddress.IPv6Address(address.split("%")[0])
    if plain.ipv4_mapped:
        return str(plain.ipv4_mapped)
    return str(ipaddress.ip_network(f"{plain}/64", strict=False))
