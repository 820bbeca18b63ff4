"""Where the window has from what it shows: the scans of a library, or anything that is followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from parasam_core.errors import ParasamError
from parasam_core.scanfile import ScanFile
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.viewing import Lie

KEPT = 3
"""Scans whose surface stays in memory: from one to the next and back is at once."""


class Showable(Protocol):
    """A scan that can be shown."""

    @property
    def frames(self) -> int:
        """How many it has."""

    @property
    def middle_frame(self) -> int:
        """The one to begin with."""

    def stage(self, frame: int, view: str) -> Stage:
        """What is drawn of it in one of `views.VIEWS`; the same arrays where nothing changed."""


@dataclass(frozen=True, eq=False)
class State:
    """What a source wants shown.

    Attributes:
        version: rises with each change.
        titles: of the scans there are, at least one.
        scan: which of them, from 0.
        shown: that scan; None where it cannot be shown, or has not come.
        frame: which one is looked at; None: as the window likes.
        view: one of `views.VIEWS`; None: as the window likes.
        lie: how others hold the tumour, as in `Viewing`; None: nobody does.
        remark: what the user should know, a sentence; "" where there is nothing.
    """

    version: int
    titles: tuple[str, ...]
    scan: int = 0
    shown: Showable | None = None
    frame: int | None = None
    view: str | None = None
    lie: Lie | None = None
    remark: str = ""


class Source(Protocol):
    """The window asks for `state` once a frame, and tells what its user did."""

    @property
    def state(self) -> State:
        """What is to be shown now."""

    def open(self, scan: int) -> None:
        """Another scan is wanted, by its place among the titles."""

    def look(self, frame: int) -> None:
        """The user looks at another frame."""


class Library:
    """Scans on disk, read when they are looked at.

    Args:
        scans: at least one.
        read: makes of a scan what can be shown.
    """

    def __init__(self, scans: Sequence[ScanFile], read: Callable[[ScanFile], Showable]) -> None:
        self._scans, self._read = list(scans), read
        self._kept: dict[int, Showable] = {}
        self.state = State(0, tuple(map(title_of, scans)))
        self.open(0)

    def open(self, scan: int) -> None:
        """Show another; where that cannot be, nothing, and the reason as a remark."""
        shown, remark = self._kept.pop(scan, None), ""
        try:
            shown = shown or self._read(self._scans[scan])
        except ParasamError as error:
            remark = str(error)
        if shown is not None:
            self._kept[scan] = shown  # the latest last
            self._kept = dict(list(self._kept.items())[-KEPT:])
        version = self.state.version + 1
        self.state = replace(self.state, version=version, scan=scan, shown=shown, remark=remark)

    def look(self, frame: int) -> None:
        """Nobody else looks."""


def title_of(scan: ScanFile) -> str:
    """As people call it: subject and timepoint, else the folder's name."""
    return " ".join(part for part in (scan.subject, scan.timepoint) if part) or scan.name
