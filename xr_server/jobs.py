"""Jobs: long work that a page started. Off the event loop, one at a time, with progress and cancel.

    submit ──► waiting ──► running ──► done | failed | cancelled

One at a time, because such work takes all cores or the only GPU. Knows nothing about sockets, or
what the work is.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from parasam_core.errors import ParasamError, UsageError
from parasam_core.segmenter import Progress
from xr_server.protocol import JobState

MOST_WAITING = 8
KEPT = 32

log = logging.getLogger(__name__)

Work = Callable[[Progress], Any]
"""Does it, telling of each step, and gives what came of it; raises a `ParasamError` where it
cannot."""

Told = Callable[[JobState], None]
"""Hears of every change, in the worker's thread."""

ENDED = ("done", "failed", "cancelled")


def _nobody(state: JobState) -> None:
    """Hears of nothing."""


class Cancelled(Exception):  # noqa: N818 nothing went wrong
    """Raised within the work where somebody cancelled it."""


class Jobs:
    """What is being done, what waits, and how the last ones ended."""

    def __init__(self) -> None:
        self._told: Told = _nobody
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._states: OrderedDict[str, JobState] = OrderedDict()
        self._cancelled: set[str] = set()
        self._results: dict[str, Any] = {}

    def listen(self, told: Told) -> None:
        """Have this hear of every change from now on."""
        self._told = told

    def submit(self, kind: str, scan: str, label: str, work: Work, *, file: str = "") -> JobState:
        """Have something done when its turn comes.

        Args:
            kind: what is done.
            scan: with which scan.
            label: which mask comes of it, or goes into the file.
            work: does it.
            file: name of the file that comes of it; of such work there may be the like.

        Raises:
            UsageError: the like of it is under way, or too much waits.
        """
        with self._lock:
            open_ = [s for s in self._states.values() if s.state not in ENDED]
            alike = [s for s in open_ if (s.kind, s.scan, s.label) == (kind, scan, label)]
            if alike and not file:
                raise UsageError(f"expected one job of {scan} {label} at a time, got another")
            if len(open_) > MOST_WAITING:
                raise UsageError(f"expected at most {MOST_WAITING} jobs to wait, got another")
            state = JobState(
                secrets.token_urlsafe(9), kind, scan, label, "waiting", "waiting", file=file
            )
            self._states[state.id] = state
            self._forget_oldest()
        self._told(state)
        self._worker.submit(self._run, state.id, work)
        return state

    def states(self) -> list[JobState]:
        """All that are known, the oldest first."""
        with self._lock:
            return list(self._states.values())

    def is_busy(self, scan: str, label: str) -> bool:
        """Whether one that writes this mask is under way."""
        open_ = [s for s in self.states() if s.state not in ENDED]
        return any((s.kind, s.scan, s.label) == ("segment", scan, label) for s in open_)

    def state(self, job: str) -> JobState:
        """One of them.

        Raises:
            UsageError: there is none of that id.
        """
        with self._lock:
            if job not in self._states:
                raise UsageError(f"expected the id of a job, got {job!r}")
            return self._states[job]

    def result(self, job: str) -> Any:
        """What came of one that is done; None before, and where nothing did.

        Raises:
            UsageError: there is none of that id.
        """
        return self._results.get(self.state(job).id)

    def cancel(self, job: str) -> JobState:
        """Stop it at its next step, or before it begins; one that has ended stays as it is.

        Raises:
            UsageError: there is none of that id.
        """
        state = self.state(job)
        if state.state in ENDED:
            return state
        self._cancelled.add(job)
        return self._change(job, state="cancelled") if state.state == "waiting" else state

    def close(self) -> None:
        """Cancel everything; what runs stops at its next step."""
        for state in self.states():
            self.cancel(state.id)
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _run(self, job: str, work: Work) -> None:
        if job in self._cancelled:
            return
        self._change(job, state="running", what="starting")

        def progress(what: str, done: int, total: int) -> None:
            if job in self._cancelled:
                raise Cancelled
            self._change(job, what=what, done=done, total=total)

        try:
            self._results[job] = work(progress)
            self._change(job, state="done")
        except Cancelled:
            self._change(job, state="cancelled")
        except ParasamError as error:
            self._change(job, state="failed", sentence=str(error))
        except Exception:
            log.exception("job %s", job)
            self._change(job, state="failed", sentence="ParaSAM failed; see its log")

    def _change(self, job: str, **changes: str | int) -> JobState:
        with self._lock:
            state = self._states[job] = replace(self._states[job], **changes)  # type: ignore[arg-type]
        self._told(state)
        return state

    def _forget_oldest(self) -> None:
        ended = [job for job, state in self._states.items() if state.state in ENDED]
        for job in ended[: max(0, len(self._states) - KEPT)]:
            del self._states[job]
            self._cancelled.discard(job)
            self._results.pop(job, None)
