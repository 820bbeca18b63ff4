"""Where a full-screen capture shows the B-mode image, told by the captures alone.

A frame drawn in colour says it; where there is none, what changes from capture to capture does.

Knows nothing about originals or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.footage import grey_of
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import spread
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

COLOURED = 40
SHORTEST_SIDE = 0.1
THICKEST_PX = 8
JOINED_PX = 6
COVERED_SIDE = 0.9
MOST_LINES = 60
TEXTURED = 6.0
LEAST_TEXTURE = 0.15
INSIDE_SHARE = 0.95


def found_panel(shown: Iterable[Colours]) -> tuple[Box, str]:
    """The panel (x0, y0, x1, y1), half-open, pixels, and what said it ("frame", "change").

    Args:
        shown: captures from all over the sweep; those of another size than the first are left out.

    Raises:
        CaptureError: it does not show.
    """
    first, *others = shown
    captures = [first, *(c for c in others if c.shape == first.shape)]
    frames = [f for f in coloured_frames(captures) if _shows_tissue(first, f)]
    if len(frames) == 1:
        return frames[0], "frame"
    try:
        area = found_area(evidence_of(captures)).box
    except CaptureError:
        if not frames:
            raise
        return min(frames, key=_size), "frame"
    around = [f for f in frames if _shared(area, f) >= INSIDE_SHARE * _size(area)]
    return (min(around, key=_size), "frame") if around else (area, "change")


def coloured_frames(captures: Sequence[Colours]) -> list[Box]:
    """What rectangles drawn in colour enclose, in every one of the captures."""
    drawn = np.minimum.reduce([spread(c) for c in captures]) >= COLOURED
    lines_across = _lines(drawn)
    lines_down = [(y0, x0, y1, x1) for x0, y0, x1, y1 in _lines(drawn.T)]
    found = []
    for upper, lower in combinations(sorted(lines_across, key=lambda b: b[1]), 2):
        box = _between(upper, lower, lines_down)
        if box is not None:
            found.append(box)
    return found


def _lines(drawn: NDArray[np.bool_]) -> list[Box]:
    """Long thin horizontal lines, the longest first."""
    shortest = max(12, round(SHORTEST_SIDE * min(drawn.shape)))
    bits = np.ascontiguousarray(drawn).view(np.uint8)
    runs = cv2.morphologyEx(bits, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    boxes = [
        (int(x), int(y), int(x + w), int(y + h))
        for x, y, w, h, _ in stats[1:]
        if h <= THICKEST_PX * max(1.0, min(drawn.shape) / 1080)
    ]
    return sorted(boxes, key=lambda b: b[0] - b[2])[:MOST_LINES]


def _between(upper: Box, lower: Box, lines_down: list[Box]) -> Box | None:
    """What two horizontal lines and two vertical ones that join their ends enclose."""
    if max(abs(upper[0] - lower[0]), abs(upper[2] - lower[2])) > JOINED_PX:
        return None
    if lower[1] - upper[3] < 12:
        return None
    left = [d for d in lines_down if abs(d[0] - upper[0]) <= JOINED_PX and _joins(d, upper, lower)]
    right = [d for d in lines_down if abs(d[2] - upper[2]) <= JOINED_PX and _joins(d, upper, lower)]
    if not left or not right:
        return None
    x0, x1 = max(d[2] for d in left), min(d[0] for d in right)
    return (x0, upper[3], x1, lower[1]) if x1 - x0 >= 12 else None


def _joins(down: Box, upper: Box, lower: Box) -> bool:
    covered = min(down[3], lower[3]) - max(down[1], upper[1])
    return covered >= COVERED_SIDE * (lower[3] - upper[1])


def _shows_tissue(capture: Colours, box: Box) -> bool:
    """True where a fair part of what the box holds is textured grey."""
    x0, y0, x1, y1 = box
    grey = grey_of(np.ascontiguousarray(capture[y0:y1, x0:x1])).astype(np.float32)
    mean, square = cv2.blur(grey, (9, 9)), cv2.blur(grey * grey, (9, 9))
    return bool((square - mean * mean > TEXTURED**2).mean() > LEAST_TEXTURE)


def _size(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared(a: Box, b: Box) -> int:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(wide, 0) * max(high, 0)
