"""Pace: how much a caller may say: a steady rate, a burst, and what it earns by being sent to."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from xr_server.patience import network_of

MESSAGES_A_SECOND = 500.0  # hands, head and tumour at 120 Hz each, and the slider
MESSAGES_AT_ONCE = 2000.0
REQUESTS_A_SECOND = 20.0  # of a caller that is not paired
REQUESTS_AT_ONCE = 200.0
ADDRESSES_REMEMBERED = 1024


class Pace:
    """One caller's allowance.

    Args:
        rate: how often, 1/s.
        burst: how many at once.
        clock_s: seconds that only grow.
    """

    def __init__(
        self,
        rate: float = MESSAGES_A_SECOND,
        burst: float = MESSAGES_AT_ONCE,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._burst, self._clock_s = rate, burst, clock_s
        self._left = burst
        self._at_s = clock_s()

    @property
    def sentence(self) -> str:
        """What to tell a caller that is too fast."""
        return f"expected at most {self._rate:g} messages a second, got more; slow down"

    def sent(self) -> None:
        """The page was sent a message, whose ack then costs nothing."""
        self._left += 1

    def heard(self) -> bool:
        """The caller said something; False where that was too much."""
        now_s = self._clock_s()
        earned = (now_s - self._at_s) * self._rate
        self._left = min(max(self._burst, self._left), self._left + earned)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Crowd:
    """The allowance of each address that is not paired, those heard last.

    Args:
        clock_s: seconds that only grow.
    """

    sentence = f"expected at most {REQUESTS_A_SECOND:g} requests a second before pairing, got more"

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def heard(self, address: str) -> bool:
        """It asked for something; False where that was too much."""
        key = network_of(address)
        pace = self._paces.pop(key, None)
        if pace is None:
            pace = Pace(REQUESTS_A_SECOND, REQUESTS_AT_ONCE, self._clock_s)
        self._paces[key] = pace
        while len(self._paces) > ADDRESSES_REMEMBERED:
            self._paces.popitem(last=False)
        return pace.heard()
