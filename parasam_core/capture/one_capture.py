"""One capture, by what holds for all → its frame, mask and finding."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.drawn import Drawn, drawn_on
from parasam_core.capture.findings import (
    DOUBTFUL,
    GAP,
    MULTIPLE,
    NO_CAPTURE,
    NO_OUTLINE,
    PANEL,
    WEAK,
    Finding,
)
from parasam_core.capture.footage import Grey, grey_of
from parasam_core.capture.outline import Nothing, likeness_to_ellipse, sampled
from parasam_core.capture.placement import Placement
from parasam_core.capture.placing import STRONG, WEAKEST, followed, shown_instead
from parasam_core.capture.qa import Stages
from parasam_core.capture.settled import Settled
from parasam_core.capture.still import without_marks
from parasam_core.capture.stills import Colours
from parasam_core.errors import CaptureError


@dataclass(frozen=True)
class Read:
    """What one capture gave.

    Attributes:
        finding: what a person should know.
        frame: (y, x); None where the frames are the originals.
        packed: its mask at 8 pixels a byte; None where there is none.
        stages: pictures for the contact sheet, where they are wanted.
        ellipse: IoU of the mask and an ellipse; None without mask.
    """

    finding: Finding
    frame: Grey | None = None
    packed: NDArray[np.uint8] | None = None
    stages: Stages | None = None
    ellipse: float | None = None


def read_one(settled: Settled, z: int, *, stages: bool) -> Read:
    """Read the capture of frame `z`.

    Raises:
        CaptureError: it cannot be decoded, or has another size than the others and no original.
    """
    number = settled.folder.numbers[z]
    path = settled.folder.annotations.get(number)
    if path is None:
        return Read(Finding(z, number).also(NO_CAPTURE, "nobody captured this frame"))
    finding = Finding(z, number, path.name)
    capture = settled.read(path)
    if settled.originals is None:
        return _read_alone(settled, capture, finding, stages=stages)
    return _read_beside(settled, settled.originals, capture, finding, stages=stages)


def _read_alone(settled: Settled, capture: Colours, finding: Finding, *, stages: bool) -> Read:
    height, width = settled.capture_yx
    if capture.shape[:2] != settled.capture_yx:
        raise CaptureError(
            f"expected captures of {width}×{height} pixels, got {finding.file} of "
            f"{capture.shape[1]}×{capture.shape[0]}; captures of several sizes need originals"
        )
    x0, y0, x1, y1 = settled.panel
    crop = np.ascontiguousarray(capture[y0:y1, x0:x1])
    grey = grey_of(crop)
    whole = Placement((1.0, 1.0), (0.0, 0.0))
    read = _with_mask(settled, crop, whole, (y1 - y0, x1 - x0), finding, grey, stages=stages)
    read = replace(read, frame=grey)
    return replace(read, stages=read.stages.of(capture, settled.panel)) if read.stages else read


def _read_beside(
    settled: Settled,
    originals: NDArray[np.uint8],
    capture: Colours,
    finding: Finding,
    *,
    stages: bool,
) -> Read:
    z, shape = finding.frame, settled.frame_yx
    usual = settled.place if capture.shape[:2] == settled.capture_yx else None
    if usual and settled.album:
        likeness = settled.album.likeness(capture)
        if (shown := shown_instead(likeness, z)) is not None:
            why = f"the capture shows original {settled.folder.numbers[shown]} rather than its own"
            return Read(replace(finding, agreement=float(likeness[z])).also(WEAK, why))
    place = followed(originals, z, capture, usual, settled.off_px)
    if place is None or place.agreement < WEAKEST:
        kind = PANEL if place is None else WEAK
        seen = None if place is None else place.agreement
        return Read(
            replace(finding, agreement=seen).also(kind, "the capture does not show its original")
        )
    finding = replace(finding, agreement=place.agreement)
    if place.agreement < STRONG:
        finding = finding.also(WEAK, "capture and original are not quite alike")
    x0, y0, x1, y1 = box = place.pixels(shape, capture.shape)
    crop = np.ascontiguousarray(capture[y0:y1, x0:x1])
    in_crop = Placement(place.scale_xy, (place.offset_xy[0] - x0, place.offset_xy[1] - y0))
    read = _with_mask(settled, crop, in_crop, shape, finding, originals[z], stages=stages)
    return replace(read, stages=read.stages.of(capture, box)) if read.stages else read


def _with_mask(
    settled: Settled,
    crop: Colours,
    place: Placement,
    shape_yx: tuple[int, int],
    finding: Finding,
    frame: Grey,
    *,
    stages: bool,
) -> Read:
    """The mask of the outline on a panel's crop, in the pixels of the frame."""
    if settled.ink is None:
        finding = finding.also(NO_OUTLINE, "nothing coloured encloses a region on any capture")
        seen = Stages.drawn(crop, None, frame, None) if stages else None
        return Read(finding, stages=seen)
    drawn = drawn_on(without_marks(crop, settled.marks), settled.ink)
    finding, mask = _masked(drawn, place, shape_yx, finding)
    if mask is not None and settled.doubt:
        finding = finding.also(DOUBTFUL, settled.doubt)
    seen = Stages.drawn(crop, drawn, frame, mask) if stages else None
    if mask is None:
        return Read(finding, stages=seen)
    return Read(finding, None, np.packbits(mask), seen, likeness_to_ellipse(mask))


def _masked(
    drawn: Drawn, place: Placement, shape_yx: tuple[int, int], finding: Finding
) -> tuple[Finding, NDArray[np.bool_] | None]:
    outline = drawn.outline
    if isinstance(outline, Nothing):
        finding = finding.also(outline.kind, outline.why)
        if drawn.elsewhere:
            finding = finding.also(DOUBTFUL, "a closed line of another colour is left out")
        return finding, None
    mask = sampled(outline, place.scale_xy, place.offset_xy, shape_yx)
    area = int(np.count_nonzero(mask))
    finding = replace(
        finding,
        annotated=area > 0,
        area_px=area,
        stroke_px=outline.stroke_px,
        gap_px=outline.gap_px,
    )
    if outline.gap_px:
        finding = finding.also(GAP, f"a gap of {outline.gap_px:.0f} px is closed")
    if outline.pieces > 1:
        finding = finding.also(MULTIPLE, f"{outline.pieces} separate outlines are united")
    for doubt in outline.doubts:
        finding = finding.also(DOUBTFUL, doubt)
    return finding, mask if area else None
