"""Bits and the regions that they enclose, and the field between inside and outside.

Knows nothing about strokes or outlines.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.sequence import Box

Map = NDArray[np.float32]
Bits = NDArray[np.uint8]
"""(y, x), 0 or 1."""

SLIVER = 0.04
AROUND = 2
NEXT = np.ones((3, 3), np.uint8)


def box_around(bits: Bits) -> Box:
    """The box of what is set, half-open."""
    x, y, width, height = cv2.boundingRect(bits)
    return x, y, x + width, y + height


def inside_and_outside(stroke: Bits) -> tuple[Bits, Bits]:
    """The enclosed pixels without slivers, and those around; the input has no margin.

    Both (y, x) with a margin of one pixel.
    """
    filled = cv2.copyMakeBorder(stroke, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(filled, None, (0, 0), AROUND, flags=4)
    inside = (filled == 0).view(np.uint8)
    if not _is_one(inside):
        labels, areas = _regions(inside)
        inside = (areas > SLIVER * areas.max()).astype(np.uint8)[labels]
    return inside, (filled == AROUND).view(np.uint8)


def divided(inside: Bits) -> float:
    """The second largest region's share of all that is inside; 0 where it is one."""
    if _is_one(inside):
        return 0.0
    _, areas = _regions(inside)
    return float(np.sort(areas)[-2] / areas.sum())


def _is_one(bits: Bits) -> bool:
    """True for at most one region without holes; a tenth of the time that labels take."""
    return len(cv2.findContours(bits, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]) < 2


def _regions(bits: Bits) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(y, x) labels of what is set, and the regions' areas by label, that of the rest being 0."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bits, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0
    return np.asarray(labels, np.int32), areas


def distance_from(bits: Bits) -> Map:
    """(y, x) distance to the nearest pixel that is set."""
    return np.asarray(cv2.distanceTransform(1 - bits, cv2.DIST_L2, cv2.DIST_MASK_5))


def signed_field(stroke: Bits) -> Map:
    """Distance to the outside less distance to the inside."""
    inside, outside = inside_and_outside(stroke)
    field = distance_from(outside) - distance_from(inside)
    return np.asarray(field[1:-1, 1:-1], np.float32)


def perimeter_of(field: Map | Bits) -> float:
    """Length of the field's zero line, steps."""
    lines, _ = cv2.findContours(
        (field > 0).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return float(sum(cv2.arcLength(line, closed=True) for line in lines))


def dilated(bits: Bits, steps: int) -> Bits:
    """(y, x) grown by so many steps, corners among them."""
    return np.asarray(cv2.dilate(bits, NEXT, iterations=steps), np.uint8)
