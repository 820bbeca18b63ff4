"""The size of a frame's pixel, where a folder of annotated captures says it.

The originals' tags say it; else the ruler on the captures does, together with the size at which a
capture shows its original.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.images import scale_of_series
from parasam_core.capture.ruler import SOURCE, Ruler, Unread, read_ruler
from parasam_core.capture.ruler_check import doubts_of
from parasam_core.capture.scale import Scale
from parasam_core.capture.settled import Captures, Settled
from parasam_core.capture.stills import Colours, smaller_by
from parasam_core.space import Triple

LARGE_ENOUGH_PX = 2000
"""For a warning a larger screen is looked at in smaller, which takes a quarter of the time."""


@dataclass(frozen=True)
class SaidByFolder:
    """What the folder says of its pixels.

    Attributes:
        scale: None where it says nothing.
        details: for the provenance.
        why: it says nothing.
    """

    scale: Scale | None
    details: dict[str, Any]
    why: str = ""


def scale_of_captures(settled: Settled, captures: Captures) -> SaidByFolder:
    """Pixel size of the frames of a tumour's folder.

    Args:
        settled: what holds for its captures.
        captures: some of them, by number.

    Raises:
        CaptureError: an original's tags cannot be read.
    """
    tags = scale_of_series(tuple(settled.folder.originals.values()))
    if tags is not None:
        return SaidByFolder(tags, {})
    ruler, scale = _by_ruler(settled, _alike(settled, captures))
    if isinstance(ruler, Unread):
        return SaidByFolder(None, {}, ruler.why)
    return SaidByFolder(scale, {"ruler": ruler.as_json()})


@dataclass(frozen=True)
class Doubts:
    """What the ruler says of a spacing that a person gave; looked up while captures are read.

    Attributes:
        settled: what holds for the captures.
        captures: some of them, at `1 / times` of their size.
        times: a whole number.
        spacing_mm: (z, y, x), mm, as given.
    """

    settled: Settled
    captures: tuple[Colours, ...]
    times: int
    spacing_mm: Triple

    @classmethod
    def of(cls, settled: Settled, captures: Captures, spacing_mm: Triple) -> Doubts:
        """Of captures that need not be kept for it."""
        times = max(1, math.ceil(settled.capture_yx[1] / LARGE_ENOUGH_PX))
        small = tuple(smaller_by(times, c) for c in _alike(settled, captures))
        return cls(settled, small, times, spacing_mm)

    def details(self) -> dict[str, Any]:
        """For the provenance: a warning where the ruler says another size of a pixel."""
        ruler, scale = _by_ruler(self.settled, self.captures, self.times)
        return doubts_of(ruler, scale, self.spacing_mm)


def _alike(settled: Settled, captures: Captures) -> list[Colours]:
    return [c for c in captures.values() if c.shape[:2] == settled.capture_yx]


def _by_ruler(
    settled: Settled, captures: Sequence[Colours], times: int = 1
) -> tuple[Ruler | Unread, Scale | None]:
    """The ruler of captures at a whole fraction of their size, and the scale of frames by it."""
    x0, y0, x1, y1 = (round(v / times) for v in settled.panel)
    ruler = read_ruler(evidence_of(captures), (x0, y0, x1, y1))
    if isinstance(ruler, Unread):
        return ruler, None
    x, y = settled.place.scale_xy if settled.place else (1.0, 1.0)
    height, width = ruler.scale.pixel_mm
    return ruler, Scale(SOURCE, (y * height / times, x * width / times))
