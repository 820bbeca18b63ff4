"""Survey: every mask of the library measured, one after another, in the background.

Kept by the content on disk, so that a mask is measured once, and by a ledger so that it is not
measured again when the lab is started anew. Whoever asks gets what is known by
then, and what is missing of it is measured next. Knows nothing about HTTP.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace

from parasam_core.errors import ParasamError, ScanError
from parasam_core.scanfile import ScanFile
from parasam_core.timepoint import days_of
from xr_server.ledger import Ledger
from xr_server.library import Library
from xr_server.metrics import Metrics
from xr_server.protocol import ScanCard

KEPT = 10_000  # of about 1 kB

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MeasuredMask:
    """The numbers of one mask, named as by `parasam measure --csv`; the tumour ends as drawn.

    Attributes:
        subject: whose tumour.
        timepoint: as the scan has it.
        days: since the subject's earliest, or as the timepoint says; null where it does not.
        scan: its id.
        rater: the label.
        volume_mm3: null with a `reason`, and so are the other numbers.
        low_mm3: lower end of the volume's 95 % interval.
        high_mm3: its upper end.
        reason: why there is no volume; "" where there is one.
        warnings: why the volume should not be relied on.
        made_by: what drew the mask, with its version.
        spacing_source: where the size of a voxel is known from.
    """

    subject: str
    timepoint: str
    days: float | None
    scan: str
    rater: str
    volume_mm3: float | None = None
    low_mm3: float | None = None
    high_mm3: float | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    caliper_mm3: float | None = None
    surface_mm2: float | None = None
    voxels: int | None = None
    first_frame: int | None = None
    last_frame: int | None = None
    step_mm: float | None = None
    row_mm: float | None = None
    column_mm: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    made_by: str = ""
    spacing_source: str = ""


@dataclass(frozen=True)
class Table:
    """The library's numbers, as far as they are known.

    Attributes:
        rows: those that are known, in the order of the library.
        total: how many there will be.
    """

    rows: tuple[MeasuredMask, ...]
    total: int


@dataclass(frozen=True)
class Place:
    """A mask on disk.

    Attributes:
        card: its scan's.
        label: its name.
        content: digest of what is there.
    """

    card: ScanCard
    label: str
    content: str


class Survey:
    """What is known of a library's masks.

    Args:
        library: the scans.
        metrics: where it is counted how long measuring took.
        ledger: where numbers are kept when the lab stops; None keeps none.
    """

    def __init__(
        self, library: Library, metrics: Metrics | None = None, ledger: Ledger | None = None
    ) -> None:
        self._library = library
        self._metrics = metrics or Metrics()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="survey")
        self._lock = threading.Lock()
        self._ledger = ledger or Ledger()
        self._known: OrderedDict[str, MeasuredMask] = OrderedDict()
        self._has_read = False
        self._wanted: list[Place] = []
        self._at_work: str | None = None  # the content; "" before the first

    def table(self, subject: str | None = None) -> Table:
        """What is known now; looks at files, and so belongs off the event loop.

        Args:
            subject: whose masks; None means all.
        """
        places = self._places(subject)
        with self._lock:
            self._read()
            rows = [self._known[p.content] for p in places if p.content in self._known]
            self._want([p for p in places if p.content not in self._known])
        return Table(_dated(rows, self._timepoints()), len(places))

    def close(self) -> None:
        """Measure nothing more."""
        with self._lock:
            self._wanted = []
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> None:
        """What the ledger knows, once."""
        if self._has_read:
            return
        self._has_read = True
        for content, value in self._ledger.read().items():
            with contextlib.suppress(TypeError):  # it has other columns
                row = MeasuredMask(**value)
                self._known[content] = replace(row, warnings=tuple(row.warnings))

    def _places(self, subject: str | None) -> list[Place]:
        cards = [c for c in self._library.cards() if subject is None or c.subject == subject]
        found = []
        for card in cards:
            for label in card.labels:
                try:
                    content = self._library.content(card.id, label)
                except ScanError:  # being written, or gone
                    continue
                found.append(Place(card, label, content))
        return found

    def _timepoints(self) -> dict[str, list[str]]:
        """Of each subject."""
        times: dict[str, list[str]] = {}
        for card in self._library.cards():
            times.setdefault(card.subject, []).append(card.timepoint)
        return times

    def _want(self, missing: list[Place]) -> None:
        """Measure these next, in their order, but what is being measured."""
        wanted = {p.content: p for p in (*missing, *self._wanted) if p.content != self._at_work}
        self._wanted = list(wanted.values())
        if self._wanted and self._at_work is None:
            self._at_work = ""
            self._worker.submit(self._work)

    def _work(self) -> None:
        while (place := self._next()) is not None:
            with self._metrics.making_s.labels("survey").time():
                row = self._measured(place)
            try:
                now = self._library.content(place.card.id, place.label)
            except ScanError:  # it went away
                continue
            if now == place.content:  # else it is another by now, which the next who asks wants
                self._keep(place, row)

    def _next(self) -> Place | None:
        with self._lock:
            place = self._wanted.pop(0) if self._wanted else None
            self._at_work = place.content if place else None
            return place

    def _keep(self, place: Place, row: MeasuredMask) -> None:
        with self._lock:
            self._known[place.content] = row
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        if not row.reason:
            self._ledger.add(place.content, asdict(row))

    def _measured(self, place: Place) -> MeasuredMask:
        card, label = place.card, place.label
        try:
            return measured_mask(self._library.scan(card.id), label)
        except ParasamError as error:
            reason = str(error)
        except Exception:
            log.exception("measuring %s %s", card.id, label)
            reason = "ParaSAM failed; see the lab's log"
        return MeasuredMask(card.subject, card.timepoint, None, card.id, label, reason=reason)


def measured_mask(scan: ScanFile, label: str) -> MeasuredMask:
    """Measure a mask.

    Raises:
        EmptyMaskError: nothing is tumour.
        LabelError: it is gone.
        ScanError: it is damaged.
    """
    from parasam_core.measure import measure  # with all below, takes longer than the lab to start
    from parasam_core.report.contents import row_of
    from parasam_core.solid import fill, surface

    mask = scan.mask(label)
    volume = fill(mask, ends="drawn")
    found = measure(mask, volume, surface(volume))
    row = row_of(scan, label, None, mask.provenance, found)
    return MeasuredMask(**{f.name: getattr(row, f.name) for f in fields(MeasuredMask)})


def _dated(
    rows: Iterable[MeasuredMask], timepoints: dict[str, list[str]]
) -> tuple[MeasuredMask, ...]:
    """With days, which are known only by all of a subject's timepoints."""
    days = {subject: _days(times) for subject, times in timepoints.items()}
    return tuple(replace(r, days=days.get(r.subject, {}).get(r.timepoint)) for r in rows)


def _days(timepoints: Sequence[str]) -> dict[str, float]:
    found = days_of(timepoints)
    return {} if found is None else dict(zip(timepoints, found, strict=True))
