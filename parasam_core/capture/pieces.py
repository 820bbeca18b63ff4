"""The connected strokes of a panel, and which of them enclose a region worth the name.

Knows nothing about colours or files.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.enclosed import (
    SLIVER,
    Bits,
    distance_from,
    divided,
    inside_and_outside,
    perimeter_of,
)
from parasam_core.sequence import Box

SPECK_PX = 5
BESIDE_PX = 2
RUNS_ON = 0.4
"""Of the outline's extent, from which what runs on outside of it may be the rest of it."""
BORDER_LINE = 0.35
SMALLEST_HOLE_PX = 24
HOLE_OF_WIDTHS = 4.0
HOLE_OF_BOX = 0.05
WHOLE_PANEL = 0.9
TEXT_NEIGHBOURS = 2
STRAIGHT = 0.12
EDGE_PX = 5
OF_PANEL = 0.005
MOST_OF_PANEL = 0.5
SOLID_OF_PANEL = 0.025


@dataclass(frozen=True)
class Piece:
    """A connected stroke.

    Attributes:
        number: its label.
        box: half-open, pixels.
        pixels: of stroke.
        hole_px: enclosed by it, pixels.
        hole_width_px: twice the greatest distance from the stroke within.
        divided: share of the enclosed that it cuts off from the rest.
    """

    number: int
    box: Box
    pixels: int
    hole_px: float
    hole_width_px: float
    divided: float

    @property
    def extent(self) -> float:
        """Diagonal of its box, pixels."""
        x0, y0, x1, y1 = self.box
        return float(np.hypot(x1 - x0, y1 - y0))

    @property
    def narrow_px(self) -> int:
        """The shorter side of its box, pixels."""
        x0, y0, x1, y1 = self.box
        return min(x1 - x0, y1 - y0)


def without_border_lines(stroke: Bits) -> Bits:
    """Without the panel's frame, of which a line may lie in the crop."""
    stroke = stroke.copy()
    deep = max(4, round(0.015 * min(stroke.shape)))
    for quarters in range(4):
        side = np.rot90(stroke, quarters)
        full = np.flatnonzero(side[:deep].mean(axis=1) > BORDER_LINE)
        if full.size:
            side[: full[-1] + 1] = 0
    return stroke


def pieces_of(stroke: Bits) -> tuple[NDArray[np.int32], list[Piece]]:
    """The connected strokes, and (y, x) their numbers."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(stroke, connectivity=8)
    pieces = []
    for number in range(1, count):
        x, y, width, height, pixels = (int(v) for v in stats[number])
        if pixels < SPECK_PX:
            continue
        own = (labels[y : y + height, x : x + width] == number).view(np.uint8)
        hole = _hole(own) if min(width, height) > 4 else (0.0, 0.0, 0.0)
        pieces.append(Piece(number, (x, y, x + width, y + height), pixels, *hole))
    return np.asarray(labels, np.int32), pieces


def _hole(stroke: Bits) -> tuple[float, float, float]:
    """Pixels enclosed by a stroke, how wide the enclosed is, and how much of it is cut off."""
    inside, _ = inside_and_outside(stroke)
    pixels = float(np.count_nonzero(inside))
    if pixels == 0:
        return 0.0, 0.0, 0.0
    return pixels, 2 * float(distance_from(1 - inside).max()), divided(inside)


def closed_ones(pieces: list[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Those that enclose a region worth the name, the largest first."""
    found = [p for p in pieces if _encloses(p, shape) and not _is_letter(p, pieces)]
    return sorted(found, key=lambda p: -p.hole_px)


def _encloses(piece: Piece, shape: tuple[int, ...]) -> bool:
    perimeter = max(np.sqrt(4 * np.pi * piece.hole_px), 1.0)
    width = piece.pixels / perimeter
    x0, y0, x1, y1 = piece.box
    return bool(
        piece.hole_px >= max(SMALLEST_HOLE_PX, HOLE_OF_BOX * (x1 - x0) * (y1 - y0))
        and piece.hole_width_px >= min(HOLE_OF_WIDTHS, 1 + width)
        and piece.hole_px < WHOLE_PANEL * shape[0] * shape[1]
    )


def runs_on(labels: NDArray[np.int32], piece: Piece, panel_yx: tuple[int, ...]) -> bool:
    """True where a closed stroke runs on far outside of what it encloses, or to the panel's edge.

    Args:
        labels: (y, x) of the strokes; of the whole panel where one reaches its edge.
        piece: the closed one.
        panel_yx: size of the panel.
    """
    x0, y0, x1, y1 = piece.box
    own = (labels[y0:y1, x0:x1] == piece.number).view(np.uint8)
    inside = inside_and_outside(own)[0][1:-1, 1:-1]
    width = piece.pixels / max(perimeter_of(inside), 1.0)
    beyond = own & (distance_from(inside) > width + BESIDE_PX)
    for x, y, wide, high, _ in cv2.connectedComponentsWithStats(beyond, connectivity=8)[2][1:]:
        box = (x0 + x, y0 + y, x0 + x + wide, y0 + y + high)
        leaves = labels.shape == panel_yx and reaches_edge(box, panel_yx)
        if leaves or np.hypot(wide, high) > RUNS_ON * piece.extent:
            return True
    return False


def is_bent(labels: NDArray[np.int32], piece: Piece) -> bool:
    """True for a stroke that is no straight line, as callipers and rulers are."""
    x0, y0, x1, y1 = piece.box
    own = (labels[y0:y1, x0:x1] == piece.number).view(np.uint8)
    _, (width, height), _ = cv2.minAreaRect(cv2.findNonZero(own))
    return bool(min(width, height) > max(3.0, STRAIGHT * max(width, height)))


def _is_letter(piece: Piece, pieces: list[Piece]) -> bool:
    """True where others as high stand beside it on one line, as letters and digits do."""
    x0, y0, x1, y1 = piece.box
    high = y1 - y0
    beside = 0
    for other in pieces:
        u0, v0, u1, v1 = other.box
        level = abs(v1 - y1) <= 0.35 * high or abs(v0 - y0) <= 0.35 * high
        alike = 0.6 * high <= v1 - v0 <= 1.6 * high
        apart = max(u0 - x1, x0 - u1)
        if other is not piece and level and alike and -1 <= apart <= 2.5 * high:
            beside += 1
    return beside >= TEXT_NEIGHBOURS or (beside == 1 and high < 24)


def reaches_edge(box: Box, shape: tuple[int, ...]) -> bool:
    """True for a box that comes as near to the panel's edge as a line that leaves it."""
    x0, y0, x1, y1 = box
    return min(x0, y0, shape[1] - x1, shape[0] - y1) <= EDGE_PX


def closed_by_edge(stroke: NDArray[np.bool_], more_than_px: float) -> tuple[Bits, Bits] | None:
    """What a stroke and the panel's edge enclose, and the rest; None where they enclose nothing.

    Args:
        stroke: (y, x) one piece.
        more_than_px: it must be larger than this.

    Returns:
        Both (y, x) with a margin of one pixel; the margin is of the rest.
    """
    reaching = stroke.view(np.uint8).copy()
    for quarters in range(4):
        side = np.rot90(reaching, quarters)[:EDGE_PX]
        side |= side.max(axis=0)
    walled = np.pad(reaching, 1, constant_values=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - walled, connectivity=4)
    if count < 3:
        return None
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    rest = int(np.argmax(areas))
    areas[rest] = 0
    table = (areas > SLIVER * areas.max()).astype(np.uint8)
    fair = max(OF_PANEL * stroke.size, more_than_px)
    if not fair < areas[table > 0].sum() < MOST_OF_PANEL * stroke.size:
        return None
    beyond = (labels == rest).view(np.uint8)
    beyond[[0, -1]] = beyond[:, [0, -1]] = 1
    return table[labels], beyond


def largest_solid(bits: Bits) -> Bits | None:
    """The largest part that is no line; None where all are lines."""
    deep = cv2.distanceTransform(np.pad(bits, 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    most = float(deep.max())
    if most < SOLID_OF_PANEL * min(bits.shape):
        return None
    core = (deep > most / 2).view(np.uint8)
    grown = (distance_from(core) <= most / 2).view(np.uint8) & bits
    _, labels = cv2.connectedComponents(grown, connectivity=4)
    y, x = np.unravel_index(int(np.argmax(deep)), deep.shape)
    return np.asarray(labels == labels[y, x], np.uint8)
