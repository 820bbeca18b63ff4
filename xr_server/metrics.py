"""Metrics: what `/metrics` counts, in Prometheus' text. The home of `prometheus_client`."""

from __future__ import annotations

from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class Metrics:
    """One lab's counts.

    Attributes:
        connections: TCP connections open now.
        sessions: pages that are kept now, connected or not.
        frames: WebSocket frames sent.
        sent_bytes: bytes in them.
        refusals: callers told no, by what was wrong.
        pairings: codes traded for a token.
        requests_s: durations of requests, by method, route and status.
        making_s: durations of making scenes, bodies and measures.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        disable_created_metrics()  # a series more for each, which nobody asks for
        gauge = partial(Gauge, registry=self._registry)
        counter = partial(Counter, registry=self._registry)
        timer = partial(Histogram, registry=self._registry, buckets=SECONDS)
        self.connections = gauge("parasam_connections", "TCP connections open now")
        self.sessions = gauge("parasam_sessions", "Pages kept now, connected or not")
        self.frames = counter("parasam_frames_sent", "WebSocket frames sent")
        self.sent_bytes = counter("parasam_sent_bytes", "Bytes in WebSocket frames sent")
        self.refusals = counter("parasam_refusals", "Callers told no", ["what"])
        self.pairings = counter("parasam_pairings", "Codes traded for a token")
        asked = ["method", "route", "status"]
        self.requests_s = timer("parasam_request_seconds", "Durations of requests", asked)
        self.making_s = timer("parasam_making_seconds", "Durations of making", ["what"])

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)
