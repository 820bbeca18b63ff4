"""Source → Sequence: read, find the B-mode area, crop, and say where it all came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.area import Area, found_area
from parasam_core.capture.evidence import Evidence, evidence_of
from parasam_core.capture.footage import Footage, alike, eight_bit, greatest_level, grey_of
from parasam_core.capture.readers import reader_of
from parasam_core.capture.ruler import Unread, read_ruler
from parasam_core.capture.ruler_check import doubts_of
from parasam_core.capture.scale import USER, Said, Scale, check_said, settled_spacing
from parasam_core.errors import CaptureError
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Box, Sequence
from parasam_core.space import Space, Triple

SAMPLES = 32
DEPTHS = (8, 10, 12, 14, 16)


def read_capture(
    source: Path | str,
    *,
    spacing_mm: Triple | None = None,
    step_mm: float | None = None,
    spacing_source: str = USER,
    roi_xyxy: Box | None = None,
    subject: str = "",
    timepoint: str = "",
    progress: Progress = no_progress,
) -> Sequence:
    """Read a capture: a video, a TIFF, an image, or a folder of numbered images.

    Colour becomes grey (luma). Of frames stored in 16 bits, the 8 highest of the bits in use are
    kept; the bits in use are those of the brightest pixel of all frames, rounded up to `DEPTHS`.

    Args:
        source: what the scanner or its workstation exported; recognised by content.
        spacing_mm: distance of neighbouring voxels along (z, y, x), mm; what the source says
            where None.
        step_mm: distance of neighbouring frames, mm, where that alone is given.
        spacing_source: where the given spacing was read ("user", "ruler", …).
        roi_xyxy: the B-mode area (x0, y0, x1, y1), half-open, pixels; found where not given.
        subject: the animal.
        timepoint: when it was scanned.
        progress: told about every frame.

    Raises:
        CaptureError: the source cannot be read whole, or the area does not show or does not fit.
        UsageError: the source does not say its spacing, and it is not given.
        GeometryError: the spacing cannot be.
    """
    said = Said(spacing_mm, step_mm, spacing_source)
    check_said(said)
    path = Path(source)
    try:
        reader = reader_of(path)
        footage = reader.open(path, progress)
        states = footage.scale is not None or spacing_mm is not None
        stated = settled_spacing(footage.scale, said, path.name) if states else None
        bits = bits_in_use(footage)
        given = footage.area if roi_xyxy is None else roi_xyxy
        noted: dict[str, Any] = {}
        looked = _is_of_screen(footage, said)
        if stated is None:
            evidence = evidence_of(_spread(footage, bits, progress))
            shape, area, stated, noted = _by_ruler(evidence, given, said, path.name)
        elif given is None or looked:
            evidence = evidence_of(_spread(footage, bits, progress))
            shape, area = evidence.shape, _area(evidence, given)
            noted = _doubts(evidence, area, stated[0]) if looked else {}
        else:
            height, width = next(footage.pictures([0])).shape[:2]
            shape, area = (height, width), Area(_checked_area(given, height, width))
        (spacing, spacing_source), roi = stated, area.box
        frames = _cropped(footage, bits, roi, progress)
        digest = digest_of_files(footage.files)
    except OSError as error:
        raise CaptureError(f"expected a capture that can be read, got {path}: {error}") from error
    details = {
        "reader": reader.name,
        "frames": footage.count,
        "bits": bits,
        "area": _area_source(footage, roi_xyxy),
        **({"area_uncertain": list(area.uncertain)} if area.uncertain else {}),
        "spacing_source": spacing_source,
        **noted,
        **footage.details,
    }
    made = Provenance(path.resolve().name, digest, signed("import"), details)
    space = _space(frames, spacing, footage.scale, roi)
    return Sequence(frames, space, subject, timepoint, shape, roi, made)


def bits_in_use(footage: Footage) -> int:
    """How many bits of every value are in use."""
    first = next(footage.pictures([0]))
    if first.dtype == np.uint8:
        return 8
    used = greatest_level(footage).bit_length()
    return next(bits for bits in DEPTHS if bits >= used)


def _by_ruler(
    evidence: Evidence, given: Box | None, said: Said, name: str
) -> tuple[tuple[int, int], Area, tuple[Triple, str], dict[str, Any]]:
    """Full frame's shape, area, and the spacing by the ruler beside it; and what was read.

    Raises:
        UsageError: the ruler does not say the spacing, nor does anything else.
    """
    shape = evidence.shape
    try:
        area = _area(evidence, given)
    except CaptureError as error:
        settled_spacing(None, said, name, str(error))  # without a spacing that is what is missing
        raise
    ruler = read_ruler(evidence, area.box)
    if isinstance(ruler, Unread):
        return shape, area, settled_spacing(None, said, name, ruler.why), {}
    return shape, area, settled_spacing(ruler.scale, said, name), {"ruler": ruler.as_json()}


def _area(evidence: Evidence, given: Box | None) -> Area:
    return found_area(evidence) if given is None else Area(_checked_area(given, *evidence.shape))


def _is_of_screen(footage: Footage, said: Said) -> bool:
    """True where a person says the spacing of what may show a ruler."""
    return footage.scale is None and said.spacing_mm is not None and said.source == USER


def _doubts(evidence: Evidence, area: Area, spacing_mm: Triple) -> dict[str, Any]:
    ruler = read_ruler(evidence, area.box)
    return {} if isinstance(ruler, Unread) else doubts_of(ruler, ruler.scale, spacing_mm)


def _area_source(footage: Footage, given: Box | None) -> str:
    if given is not None:
        return "given"
    return "found" if footage.area is None else "stated"


def _space(frames: NDArray[np.uint8], spacing: Triple, scale: Scale | None, roi: Box) -> Space:
    """The grid of the area, where the source says it lies."""
    count, height, width = frames.shape
    space = Space((count, height, width), spacing)
    if scale is None or scale.origin_mm is None:
        return space
    z, y, x = scale.origin_mm
    _, dy, dx = spacing
    return Space(space.shape, spacing, (z, y + roi[1] * dy, x + roi[0] * dx))


def _spread(footage: Footage, bits: int, progress: Progress) -> Iterator[NDArray[np.uint8]]:
    """Frames from all over the sweep."""
    numbers = np.unique(np.linspace(0, footage.count - 1, SAMPLES).round().astype(int)).tolist()
    for done, picture in enumerate(alike(footage, numbers), 1):
        yield eight_bit(picture, bits)
        progress("finding the B-mode area", done, len(numbers))


def _checked_area(area: Box, height: int, width: int) -> Box:
    x0, y0, x1, y1 = area
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise CaptureError(
            f"expected a B-mode area x0,y0,x1,y1 with x0 < x1 and y0 < y1 inside the frames of "
            f"{width}×{height} pixels, got {x0},{y0},{x1},{y1}"
        )
    return x0, y0, x1, y1


def _cropped(footage: Footage, bits: int, roi: Box, progress: Progress) -> NDArray[np.uint8]:
    """(z, y, x) grey levels of the area in every frame."""
    x0, y0, x1, y1 = roi
    frames = np.empty((footage.count, y1 - y0, x1 - x0), np.uint8)
    for number, picture in enumerate(alike(footage, range(footage.count))):
        frames[number] = grey_of(eight_bit(np.ascontiguousarray(picture[y0:y1, x0:x1]), bits))
        progress("reading frames", number + 1, footage.count)
    return frames
