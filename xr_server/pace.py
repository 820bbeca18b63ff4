"""Pace: how many messages a page may send: a steady rate, a burst, and one for each it was sent."""

from __future__ import annotations

import time
from collections.abc import Callable

MESSAGES_A_SECOND = 500.0  # hands, head and tumour at 120 Hz each, and the slider
BURST = 2000.0


class Pace:
    """One connection's allowance. Acks cost nothing: each answers a message that earned one.

    Args:
        clock_s: seconds that only grow.
    """

    sentence = f"expected at most {MESSAGES_A_SECOND:g} messages a second, got more; slow down"

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._left = BURST
        self._at_s = clock_s()

    def sent(self) -> None:
        """The page was sent a message, which it will ack."""
        self._left += 1

    def heard(self) -> bool:
        """The page sent one; False where that was too many."""
        now_s = self._clock_s()
        earned = (now_s - self._at_s) * MESSAGES_A_SECOND
        self._left = min(max(BURST, self._left), self._left + earned) - 1
        self._at_s = now_s
        return self._left >= 0
