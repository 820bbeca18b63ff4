"""The size of a frame's pixel, where a folder of annotated captures says it.

The originals' tags say it; else the ruler on the captures does, together with the size at which a
capture shows its original.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.images import scale_of_series
from parasam_core.capture.ruler import SOURCE, Unread, read_ruler
from parasam_core.capture.scale import Scale
from parasam_core.capture.settled import Captures, Settled


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
    alike = [c for c in captures.values() if c.shape[:2] == settled.capture_yx]
    ruler = read_ruler(evidence_of(alike), settled.panel)
    if isinstance(ruler, Unread):
        return SaidByFolder(None, {}, ruler.why)
    x, y = settled.place.scale_xy if settled.place else (1.0, 1.0)
    scale = Scale(SOURCE, (y / ruler.px_a_mm, x / ruler.px_a_mm))
    return SaidByFolder(scale, {"ruler": ruler.as_json()})
