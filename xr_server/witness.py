"""Witness: sees what happens at the door, and writes it to the audit log and the metrics."""

from __future__ import annotations

from xr_server.audit import Audit
from xr_server.caller import NOBODY
from xr_server.metrics import Metrics


class Witness:
    """What happened.

    Attributes:
        audit: line by line.
        metrics: counted.
    """

    def __init__(self, audit: Audit | None = None, metrics: Metrics | None = None) -> None:
        self.audit = audit or Audit()
        self.metrics = metrics or Metrics()

    def refused(self, address: str, what: str, sentence: str) -> None:
        """A caller was told no."""
        self.metrics.refusals.labels(what).inc()
        self.audit.write(address, what, f"refused: {sentence}")

    def paired(self, address: str) -> None:
        """A code was traded for a token."""
        self.metrics.pairings.inc()
        self.audit.write(address, "pairing", "paired")

    def revoked(self, count: int) -> None:
        """The user made this many browsers pair anew."""
        self.audit.write(NOBODY, "revocation", f"{count} forgotten")
