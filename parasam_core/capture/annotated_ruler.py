"""The size of a frame's pixel, where a folder of annotated captures says it.

Without originals the ruler of the captures says it; with originals their resolution tags do, else
the ruler and the size at which a capture shows its original.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.footage import eight_bit, grey_of
from parasam_core.capture.panel import found_panel
from parasam_core.capture.pillow import decoded, opened
from parasam_core.capture.registration import Placement, register
from parasam_core.capture.resolution import scale_of_tags
from parasam_core.capture.ruler import SOURCE, Ruler, Unread, read_ruler
from parasam_core.capture.ruler_check import doubts_of
from parasam_core.capture.scale import Scale
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.tumour_folder import TumourFolder, open_tumour_folder
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box
from parasam_core.space import Triple

SAMPLES = 6
AGREEING = 0.7


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


def scale_of_folder(source: Path, roi_xyxy: Box | None = None) -> SaidByFolder:
    """Pixel size of the frames of a tumour's folder.

    Args:
        source: the folder.
        roi_xyxy: the panel in the captures, half-open, pixels; found where not given.

    Raises:
        CaptureError: the folder or a file in it cannot be read.
    """
    folder = open_tumour_folder(source)
    if (tags := _tags(folder)) is not None:
        return SaidByFolder(tags, {})
    try:
        ruler, scale = _by_ruler(folder, roi_xyxy)
    except CaptureError as error:
        return SaidByFolder(None, {}, str(error))
    if isinstance(ruler, Unread):
        return SaidByFolder(None, {}, ruler.why)
    return SaidByFolder(scale, {"ruler": ruler.as_json()})


def doubts_of_folder(source: Path, spacing_mm: Triple, roi_xyxy: Box | None) -> dict[str, Any]:
    """For the provenance: a warning where the ruler of the captures says another size of a pixel.

    Args:
        source: the folder.
        spacing_mm: (z, y, x), mm, as given.
        roi_xyxy: the panel in the captures, half-open, pixels; found where not given.
    """
    try:
        return doubts_of(*_by_ruler(open_tumour_folder(source), roi_xyxy), spacing_mm)
    except CaptureError:  # reading the folder meets it again, and says it
        return {}


def _by_ruler(folder: TumourFolder, roi_xyxy: Box | None) -> tuple[Ruler | Unread, Scale | None]:
    """The ruler of the captures, and the scale of the frames by it."""
    numbers = list(folder.annotations)
    spread = np.unique(np.linspace(0, len(numbers) - 1, SAMPLES).round().astype(int))
    captures = {numbers[i]: colours_of(folder.annotations[numbers[i]]) for i in spread}
    first = next(iter(captures.values()))
    captures = {n: c for n, c in captures.items() if c.shape == first.shape}
    place, area = _place(folder, captures, roi_xyxy)
    ruler = read_ruler(evidence_of(captures.values()), area)
    if isinstance(ruler, Unread):
        return ruler, None
    y, x = ruler.scale.pixel_mm
    return ruler, Scale(SOURCE, (place.scale_xy[1] * y, place.scale_xy[0] * x))


def _tags(folder: TumourFolder) -> Scale | None:
    """What the first original's resolution tags say."""
    for path in list(folder.originals.values())[:1]:
        with opened(path) as image:
            return scale_of_tags(getattr(image, "tag_v2", {}))
    return None


def _place(
    folder: TumourFolder, captures: dict[int, Colours], roi: Box | None
) -> tuple[Placement, Box]:
    """Where captures show their frames: the placement of an original, and the panel."""
    if not folder.originals:
        area = roi or found_panel(list(captures.values()))[0]
        return Placement((1.0, 1.0), (float(area[0]), float(area[1]))), area
    for number, capture in captures.items():
        with opened(path := folder.originals[number]) as image:
            picture = decoded(image, str(path))
        original = grey_of(eight_bit(picture, 8 * picture.dtype.itemsize))
        place = register(original, capture)
        if place is not None and place.agreement >= AGREEING:
            height, width = original.shape
            return place, place.pixels((height, width), capture.shape)
    raise CaptureError("no capture shows its original clearly")
