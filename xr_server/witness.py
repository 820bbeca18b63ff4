"""Witness: sees what happens at the door, and writes it to the audit log and the metrics."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from xr_server.audit import Audit
from xr_server.caller import NOBODY
from xr_server.metrics import Metrics

QUIET_S = 1.0
CALLERS_REMEMBERED = 1024


class Witness:
    """What happened. The same refusal of the same caller is written once a second, with how many.

    So whoever floods the door neither fills the disk nor pushes out of the log what came before.

    Args:
        audit: line by line; None writes nothing.
        metrics: counted, each of them; None begins anew.
        clock_s: seconds that only grow.
    """

    def __init__(
        self,
        audit: Audit | None = None,
        metrics: Metrics | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.audit = audit or Audit()
        self.metrics = metrics or Metrics()
        self._clock_s = clock_s
        self._written: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def refused(self, address: str, what: str, sentence: str) -> None:
        """A caller was told no."""
        self.metrics.refusals.labels(what).inc()
        key, now_s = (address, what), self._clock_s()
        at_s, unwritten = self._written.pop(key, (now_s - QUIET_S, 0))
        if now_s - at_s < QUIET_S:
            self._written[key] = (at_s, unwritten + 1)
            return
        before = f", and {unwritten} times before" if unwritten else ""
        self.audit.write(address, what, f"refused{before}: {sentence}")
        self._written[key] = (now_s, 0)
        while len(self._written) > CALLERS_REMEMBERED:
            self._written.popitem(last=False)

    def paired(self, address: str) -> None:
        """A code was traded for a token."""
        self.metrics.pairings.inc()
        self.audit.write(address, "pairing", "paired")

    def revoked(self, count: int) -> None:
        """The user made this many browsers pair anew."""
        self.audit.write(NOBODY, "revocation", f"{count} forgotten")
