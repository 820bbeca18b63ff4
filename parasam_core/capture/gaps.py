"""A stroke with gaps → the stroke that closes, by the smallest growth that closes it.

The line as far from the inside as from the outside that are left leads straight across a gap.

Knows nothing about colours or files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from parasam_core.capture.enclosed import (
    NEXT,
    Bits,
    Map,
    box_around,
    dilated,
    distance_from,
    inside_and_outside,
    perimeter_of,
)
from parasam_core.capture.pieces import WHOLE_PANEL
from parasam_core.sequence import Box

GAP_STEPS_PX = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27)
GAP_OF_EXTENT = 0.12
GAP_SHARE = 0.2
BRIDGED_OF_PANEL = 0.08
ROUNDEST_LEAST = 0.06
AS_LARGE = 0.8
BRIDGE_PX = 2.5


@dataclass(frozen=True)
class Bridged:
    """A stroke that closes.

    Attributes:
        stroke: (y, x) with its bridges.
        gap_px: length of the bridges.
        area_px: about what it encloses.
    """

    stroke: Bits
    gap_px: float
    area_px: float


def bridged(stroke: Bits, more_than_px: float, panel_yx: tuple[int, ...]) -> Bridged | None:
    """The stroke with bridges across its gaps; None if no growth closes it.

    Args:
        stroke: (y, x).
        more_than_px: what it encloses must be larger.
        panel_yx: size of the panel that the stroke is part of.
    """
    x0, y0, x1, y1 = box = box_around(stroke)
    part = np.asarray(cv2.morphologyEx(stroke[y0:y1, x0:x1], cv2.MORPH_CLOSE, NEXT), np.uint8)
    found: list[tuple[float, float, Bits]] = []
    reaches = list(_reaches(box))
    margin = reaches[-1] + 2
    padded, inner = np.pad(part, margin), slice(margin, -margin)
    away = distance_from(padded)
    least = _least_px(more_than_px, panel_yx)
    for reach in reaches:
        field = _grown(away, reach, least)
        if field is None:
            continue
        bridges = _bridges(field, padded)
        if not _is_worth(field, bridges, least, panel_yx):
            continue
        own = _only_around(field, padded | bridges)[inner, inner]
        if not inside_and_outside(own)[0].any():
            own = _only_around(field, padded | _zero_line(field))[inner, inner]
        gap = max(1.0, np.count_nonzero(bridges) / BRIDGE_PX)
        found.append((float(np.count_nonzero(field > 0)), gap, own))
    if not found:
        return None
    most = max(area for area, _, _ in found)
    area, gap, own = next(f for f in found if f[0] >= AS_LARGE * most)
    whole = np.zeros_like(stroke)
    whole[y0:y1, x0:x1] = own
    return Bridged(whole, gap, area)


def _reaches(box: Box) -> Iterator[int]:
    x0, y0, x1, y1 = box
    most = GAP_OF_EXTENT * max(x1 - x0, y1 - y0) / 2
    return (r for r in GAP_STEPS_PX if r <= max(most, 1))


def _grown(away: Map, reach: int, least_px: float) -> Map | None:
    """The field between the largest region left inside and the outside, the stroke grown.

    Args:
        away: (y, x) distance from the stroke, with a margin that is wider than the reach.
        reach: by which it is grown.
        least_px: None where the region's box and what it was grown by are smaller than this.
    """
    apart = (away > reach).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(apart, connectivity=4)
    around = labels[0, 0]
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[[0, around]] = 0
    largest = int(np.argmax(areas))
    width, height = stats[largest, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] + 2 * (reach + 1)
    if areas[largest] == 0 or width * height < least_px:
        return None
    inside, outside = ((labels == n).view(np.uint8) for n in (largest, around))
    return np.asarray(distance_from(outside) - distance_from(inside), np.float32)


def _zero_line(field: Map) -> Bits:
    """The pixels about the field's zero, as many on either side."""
    return (np.abs(field) < BRIDGE_PX / 2).view(np.uint8)


def _bridges(field: Map, stroke: Bits) -> Bits:
    """The parts of the zero line that are not drawn, and what joins them to the stroke."""
    line = _zero_line(field)
    missing = line & (1 - dilated(stroke, 1))
    return line & dilated(missing, 2) & (1 - stroke)


def _least_px(more_than_px: float, shape: tuple[int, ...]) -> float:
    """What a region encloses at least that is worth a bridge."""
    return float(max(more_than_px, np.pi / 4 * (BRIDGED_OF_PANEL * min(shape)) ** 2))


def _is_worth(field: Map, bridges: Bits, least_px: float, shape: tuple[int, ...]) -> bool:
    """True for a region that is larger, mostly drawn and no mere slit."""
    area = float(np.count_nonzero(field > 0))
    perimeter = perimeter_of(field)
    return bool(
        least_px < area < WHOLE_PANEL * shape[0] * shape[1]
        and np.count_nonzero(bridges) <= GAP_SHARE * perimeter * BRIDGE_PX
        and 4 * np.pi * area >= ROUNDEST_LEAST * perimeter**2
    )


def _only_around(field: Map, stroke: Bits) -> Bits:
    """The connected strokes that touch the zero line."""
    _, labels = cv2.connectedComponents(stroke, connectivity=8)
    touched = np.unique(labels[_zero_line(field).view(np.bool_)])
    return np.isin(labels, touched[touched > 0]).view(np.uint8)
