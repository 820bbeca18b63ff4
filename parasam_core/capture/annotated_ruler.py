"""The size of a frame's pixel, where a folder of annotated captures says it.

The originals' tags say it; else the ruler on the captures does, together with the size at which a
capture shows its original.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.images import scale_of_series
from parasam_core.capture.ruler import SOURCE, Ruler, Unread, read_ruler
from parasam_core.capture.ruler_check import doubts_of
from parasam_core.capture.scale import Scale
from parasam_core.capture.settled import Captures, Settled
from parasam_core.capture.stills import smaller_by
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
    ruler, scale = _by_ruler(settled, captures)
    if isinstance(ruler, Unread):
        return SaidByFolder(None, {}, ruler.why)
    return SaidByFolder(scale, {"ruler": ruler.as_json()})


def doubts_of_captures(settled: Settled, captures: Captures, spacing_mm: Triple) -> dict[str, Any]:
    """For the provenance: a warning where the ruler of the captures says another size of a pixel.

    Args:
        settled: what holds for the captures.
        captures: some of them.
        spacing_mm: (z, y, x), mm, as given.
    """
    return doubts_of(*_by_ruler(settled, captures, most_px=LARGE_ENOUGH_PX), spacing_mm)


def _by_ruler(
    settled: Settled, captures: Captures, most_px: float = np.inf
) -> tuple[Ruler | Unread, Scale | None]:
    """The ruler of the captures, at most so many pixels wide, and the scale of the frames by it."""
    alike = [c for c in captures.values() if c.shape[:2] == settled.capture_yx]
    times = max(1, math.ceil(settled.capture_yx[1] / most_px))
    x0, y0, x1, y1 = (round(v / times) for v in settled.panel)
    ruler = read_ruler(evidence_of(smaller_by(times, c) for c in alike), (x0, y0, x1, y1))
    if isinstance(ruler, Unread):
        return ruler, None
    x, y = settled.place.scale_xy if settled.place else (1.0, 1.0)
    height, width = ruler.scale.pixel_mm
    return ruler, Scale(SOURCE, (y * height / times, x * width / times))
