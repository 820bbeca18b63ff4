"""Coverage of a stroke → the region that its centre line encloses.

What is enclosed and what is outside are found first; between the two lies the stroke, and its
centre line is as far from the one as from the other. A gap is bridged by growing the stroke until
it closes: the line as far from the inside as from the outside that are left leads straight across.

Knows nothing about colours or files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.sequence import Box

Map = NDArray[np.float32]
Bits = NDArray[np.uint8]
"""(y, x), 0 or 1."""

COVERED = 0.4
SPECK_PX = 5
BORDER_LINE = 0.35
SMALLEST_HOLE_PX = 24
HOLE_OF_WIDTHS = 4.0
SLIVER = 0.04
HOLE_OF_BOX = 0.05
COMPARABLE = 0.1
GAP_STEPS_PX = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27)
GAP_OF_EXTENT = 0.12
GAP_SHARE = 0.2
BRIDGED_OF_PANEL = 0.08
ROUNDEST_LEAST = 0.06
LONG_OF_PANEL = 0.12
WHOLE_PANEL = 0.9
TEXT_NEIGHBOURS = 2
AS_LONG = 0.8
MUCH_LONGER = 2.0
STRAIGHT = 0.12
AS_LARGE = 0.8
BRIDGE_PX = 2.5
MARGIN_PX = 4
NEXT = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Outline:
    """A region on a finer grid.

    Attributes:
        field: (y, x), above 0 inside; its zero line is the stroke's centre.
        origin_xy: pixel of the panel at which the field begins.
        zoom: steps of the field a pixel of the panel.
        area_px: enclosed, pixels of the panel.
        stroke_px: width of the stroke.
        gap_px: length that had to be bridged; 0 where it is closed.
        pieces: how many separate closed outlines were united.
        doubts: what makes it doubtful, in words.
    """

    field: Map
    origin_xy: tuple[int, int]
    zoom: int
    area_px: float
    stroke_px: float
    gap_px: float
    pieces: int
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Nothing:
    """Why there is no region.

    Attributes:
        kind: "no outline" or "open".
        why: in words.
    """

    kind: str
    why: str


@dataclass(frozen=True)
class _Piece:
    """A connected stroke.

    Attributes:
        number: its label.
        box: half-open, pixels.
        pixels: of stroke.
        hole_px: enclosed by it, pixels.
        hole_width_px: twice the greatest distance from the stroke within.
    """

    number: int
    box: Box
    pixels: int
    hole_px: float
    hole_width_px: float

    @property
    def extent(self) -> float:
        x0, y0, x1, y1 = self.box
        return float(np.hypot(x1 - x0, y1 - y0))


def outline_of(covered: Map) -> Outline | Nothing:
    """The region that a stroke encloses.

    Args:
        covered: (y, x) share of each pixel that the stroke covers.
    """
    stroke = _without_border_lines((covered >= COVERED).view(np.uint8))
    x0, y0, x1, y1 = box = _box_around(stroke)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return Nothing("no outline", "nothing is drawn in the outline's colour")
    x0, y0, x1, y1 = _with_margin(box, MARGIN_PX, covered.shape)
    found = _within(covered[y0:y1, x0:x1], stroke[y0:y1, x0:x1], covered.shape)
    if isinstance(found, Nothing):
        return found
    return replace(found, origin_xy=(found.origin_xy[0] + x0, found.origin_xy[1] + y0))


def _within(covered: Map, stroke: Bits, panel_yx: tuple[int, ...]) -> Outline | Nothing:
    """The same, of the part of the panel in which something is drawn."""
    labels, pieces = _pieces(stroke)
    closed = _closed(pieces, panel_yx)
    hole_px = closed[0].hole_px if closed else 0.0
    bent = [p for p in pieces if p not in closed and _is_bent(labels, p)]
    longest = max(bent, key=lambda p: p.extent, default=None)
    if not closed or (longest and longest.extent > AS_LONG * closed[0].extent):
        bridged = _bridged(covered, stroke, hole_px, panel_yx)
        if bridged is not None:
            return bridged
    if longest and longest.extent > max(
        LONG_OF_PANEL * min(panel_yx), MUCH_LONGER * closed[0].extent if closed else 0
    ):
        return Nothing("open", "a line is drawn that does not close")
    if closed:
        return _from_closed(covered, labels, closed, _doubts(closed, longest))
    return Nothing("no outline", "nothing that is drawn encloses a region")


def sampled(
    outline: Outline,
    scale_xy: tuple[float, float],
    offset_xy: tuple[float, float],
    shape_yx: tuple[int, int],
) -> NDArray[np.bool_]:
    """The region on another grid: True where a pixel's centre lies inside.

    Args:
        outline: in pixels of the panel.
        scale_xy: panel pixels a pixel of the other grid.
        offset_xy: where the other grid's first pixel centre lies, panel pixels.
        shape_yx: of the other grid.
    """
    zoom, (ox, oy) = outline.zoom, outline.origin_xy
    half = (zoom - 1) / 2
    matrix = np.array(
        [
            [scale_xy[0] * zoom, 0, (offset_xy[0] - ox) * zoom + half],
            [0, scale_xy[1] * zoom, (offset_xy[1] - oy) * zoom + half],
        ]
    )
    field = cv2.warpAffine(
        outline.field,
        matrix,
        shape_yx[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-1e3,
    )
    return np.asarray(field > 0)


def _without_border_lines(stroke: Bits) -> Bits:
    """Without the panel's frame, of which a line may lie in the crop."""
    stroke = stroke.copy()
    deep = max(4, round(0.015 * min(stroke.shape)))
    for quarters in range(4):
        side = np.rot90(stroke, quarters)
        full = np.flatnonzero(side[:deep].mean(axis=1) > BORDER_LINE)
        if full.size:
            side[: full[-1] + 1] = 0
    return stroke


def _box_around(bits: Bits) -> Box:
    x, y, width, height = cv2.boundingRect(bits)
    return x, y, x + width, y + height


def _pieces(stroke: Bits) -> tuple[NDArray[np.int32], list[_Piece]]:
    """The connected strokes, and (y, x) their numbers."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(stroke, connectivity=8)
    pieces = []
    for number in range(1, count):
        x, y, width, height, pixels = (int(v) for v in stats[number])
        if pixels < SPECK_PX:
            continue
        own = (labels[y : y + height, x : x + width] == number).view(np.uint8)
        hole, wide = _hole(own) if min(width, height) > 4 else (0.0, 0.0)
        pieces.append(_Piece(number, (x, y, x + width, y + height), pixels, hole, wide))
    return np.asarray(labels, np.int32), pieces


def _hole(stroke: Bits) -> tuple[float, float]:
    """Pixels enclosed by a stroke, and how wide the enclosed is."""
    inside, _ = _inside_and_outside(stroke)
    pixels = float(np.count_nonzero(inside))
    if pixels == 0:
        return 0.0, 0.0
    return pixels, 2 * float(_distance_from(1 - inside).max())


def _inside_and_outside(stroke: Bits) -> tuple[Bits, Bits]:
    """The enclosed pixels without slivers, and those around; the input has no margin.

    Both (y, x) with a margin of one pixel.
    """
    padded = np.pad(stroke, 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - padded, connectivity=4)
    outside = labels[0, 0]
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[[0, outside]] = 0
    table = (areas > SLIVER * areas.max()).astype(np.uint8) if count > 2 else np.zeros(count)
    return table.astype(np.uint8)[labels], (labels == outside).view(np.uint8)


def _distance_from(bits: Bits) -> Map:
    """(y, x) distance to the nearest pixel that is set."""
    return np.asarray(cv2.distanceTransform(1 - bits, cv2.DIST_L2, cv2.DIST_MASK_5))


def _closed(pieces: list[_Piece], shape: tuple[int, ...]) -> list[_Piece]:
    """Those that enclose a region worth the name, the largest first."""
    found = [p for p in pieces if _encloses(p, shape) and not _is_letter(p, pieces)]
    return sorted(found, key=lambda p: -p.hole_px)


def _encloses(piece: _Piece, shape: tuple[int, ...]) -> bool:
    perimeter = max(np.sqrt(4 * np.pi * piece.hole_px), 1.0)
    width = piece.pixels / perimeter
    x0, y0, x1, y1 = piece.box
    return bool(
        piece.hole_px >= max(SMALLEST_HOLE_PX, HOLE_OF_BOX * (x1 - x0) * (y1 - y0))
        and piece.hole_width_px >= min(HOLE_OF_WIDTHS, 1 + width)
        and piece.hole_px < WHOLE_PANEL * shape[0] * shape[1]
    )


def _is_bent(labels: NDArray[np.int32], piece: _Piece) -> bool:
    """True for a stroke that is no straight line, as callipers and rulers are."""
    x0, y0, x1, y1 = piece.box
    own = (labels[y0:y1, x0:x1] == piece.number).view(np.uint8)
    _, (width, height), _ = cv2.minAreaRect(cv2.findNonZero(own))
    return bool(min(width, height) > max(3.0, STRAIGHT * max(width, height)))


def _is_letter(piece: _Piece, pieces: list[_Piece]) -> bool:
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


def _doubts(closed: list[_Piece], longest: _Piece | None) -> tuple[str, ...]:
    doubts = []
    main = closed[0]
    if len(closed) > 1 and closed[1].hole_px < COMPARABLE * main.hole_px:
        doubts.append("a small closed line beside it is left out")
    if longest and longest.extent > AS_LONG * main.extent:
        doubts.append("a long line that does not close is left out")
    if main.hole_px < 10 * SMALLEST_HOLE_PX:
        doubts.append("it is very small")
    return tuple(doubts)


def _from_closed(
    covered: Map, labels: NDArray[np.int32], closed: list[_Piece], doubts: tuple[str, ...]
) -> Outline | Nothing:
    """The region within the closed pieces of comparable size."""
    main = closed[0]
    kept = [p for p in closed if p.hole_px >= COMPARABLE * main.hole_px]
    own = np.isin(labels, [p.number for p in kept]).view(np.uint8)
    return _measured(covered, own, 0.0, len(kept), doubts)


def _measured(
    covered: Map, own: Bits, gap_px: float, pieces: int, doubts: tuple[str, ...]
) -> Outline | Nothing:
    """The field of a closed stroke, to a fraction of a pixel.

    Args:
        covered: (y, x) coverage of the panel.
        own: (y, x) the stroke's pixels, bridges among them.
        gap_px: length of the bridges.
        pieces: how many closed outlines it is.
        doubts: passed on.
    """
    x0, y0, x1, y1 = _with_margin(_box_around(own), MARGIN_PX, own.shape)
    zoom = _zoom(x1 - x0, y1 - y0)
    part, mine = covered[y0:y1, x0:x1], own[y0:y1, x0:x1]
    near = _dilated(mine, 1)
    bridges = mine * (part < COVERED)
    level = np.where(bridges, np.float32(1), part * near)
    size = (zoom * (x1 - x0), zoom * (y1 - y0))
    fine = cv2.resize(level, size, interpolation=cv2.INTER_LINEAR) if zoom > 1 else level
    stroke = (fine >= COVERED).view(np.uint8)
    field = _field(stroke)
    if not (field > 0).any():  # pixels that touch at corners only come apart when zoomed
        zoom, stroke = 1, mine
        field = _field(mine)
    inside_px = np.count_nonzero(field > 0) / zoom**2
    if inside_px == 0:
        return Nothing("open", "a line is drawn that hardly closes")
    perimeter = _perimeter(field) / zoom
    width = np.count_nonzero(stroke) / zoom**2 / max(perimeter, 1.0)
    return Outline(field, (x0, y0), zoom, inside_px, float(width), gap_px, pieces, doubts)


def _with_margin(box: Box, margin: int, shape: tuple[int, ...]) -> Box:
    x0, y0, x1, y1 = box
    return (
        max(0, x0 - margin),
        max(0, y0 - margin),
        min(shape[1], x1 + margin),
        min(shape[0], y1 + margin),
    )


def _zoom(width: int, height: int) -> int:
    longest = max(width, height)
    return 4 if longest < 160 else 2 if longest < 420 else 1


def _field(stroke: Bits) -> Map:
    """Distance to the outside less distance to the inside."""
    inside, outside = _inside_and_outside(stroke)
    field = _distance_from(outside) - _distance_from(inside)
    return np.asarray(field[1:-1, 1:-1], np.float32)


def _perimeter(field: Map) -> float:
    lines, _ = cv2.findContours(
        (field > 0).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return float(sum(cv2.arcLength(line, closed=True) for line in lines))


def _bridged(
    covered: Map, stroke: Bits, more_than_px: float, panel_yx: tuple[int, ...]
) -> Outline | Nothing | None:
    """The region of a stroke with gaps, the smallest growth that closes it; None if none does."""
    x0, y0, x1, y1 = box = _box_around(stroke)
    part = np.asarray(cv2.morphologyEx(stroke[y0:y1, x0:x1], cv2.MORPH_CLOSE, NEXT), np.uint8)
    found: list[tuple[float, float, Bits]] = []
    for reach in _reaches(box):
        padded = np.pad(part, reach + 2)
        field = _grown(padded, reach)
        bridges = _bridges(field, padded)
        if not _is_worth(field, bridges, more_than_px, panel_yx):
            continue
        inner = slice(reach + 2, -reach - 2)
        own = _only_around(field, padded | bridges)[inner, inner]
        if not _inside_and_outside(own)[0].any():
            own = _only_around(field, padded | _zero_line(field))[inner, inner]
        gap = max(1.0, np.count_nonzero(bridges) / BRIDGE_PX)
        found.append((float(np.count_nonzero(field > 0)), gap, own))
    if not found:
        return None
    most = max(area for area, _, _ in found)
    _, gap, own = next(f for f in found if f[0] >= AS_LARGE * most)
    whole = np.zeros_like(stroke)
    whole[y0:y1, x0:x1] = own
    return _measured(covered, whole, gap, 1, ())


def _reaches(box: Box) -> Iterator[int]:
    x0, y0, x1, y1 = box
    most = GAP_OF_EXTENT * max(x1 - x0, y1 - y0) / 2
    return (r for r in GAP_STEPS_PX if r <= max(most, 1))


def _grown(stroke: Bits, reach: int) -> Map:
    """The field between the largest region left inside and the outside, the stroke grown."""
    grown = (_distance_from(stroke) <= reach).view(np.uint8)
    inside, outside = _inside_and_outside(grown)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    if len(stats) == 1:
        return np.full(stroke.shape, -1e3, np.float32)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    field = _distance_from(outside) - _distance_from((labels == largest).view(np.uint8))
    return np.asarray(field[1:-1, 1:-1], np.float32)


def _zero_line(field: Map) -> Bits:
    """The pixels about the field's zero, as many on either side."""
    return (np.abs(field) < BRIDGE_PX / 2).view(np.uint8)


def _bridges(field: Map, stroke: Bits) -> Bits:
    """The parts of the zero line that are not drawn, and what joins them to the stroke."""
    line = _zero_line(field)
    missing = line & (1 - _dilated(stroke, 1))
    return line & _dilated(missing, 2) & (1 - stroke)


def _dilated(bits: Bits, steps: int) -> Bits:
    return np.asarray(cv2.dilate(bits, NEXT, iterations=steps), np.uint8)


def _is_worth(field: Map, bridges: Bits, more_than_px: float, shape: tuple[int, ...]) -> bool:
    """True for a region that is larger, mostly drawn and no mere slit."""
    area = float(np.count_nonzero(field > 0))
    perimeter = _perimeter(field)
    fair = np.pi / 4 * (BRIDGED_OF_PANEL * min(shape)) ** 2
    return bool(
        max(2 * more_than_px, fair) < area < WHOLE_PANEL * shape[0] * shape[1]
        and np.count_nonzero(bridges) <= GAP_SHARE * perimeter * BRIDGE_PX
        and 4 * np.pi * area >= ROUNDEST_LEAST * perimeter**2
    )


def _only_around(field: Map, stroke: Bits) -> Bits:
    """The connected strokes that touch the zero line."""
    _, labels = cv2.connectedComponents(stroke, connectivity=8)
    touched = np.unique(labels[_zero_line(field).view(np.bool_)])
    return np.isin(labels, touched[touched > 0]).view(np.uint8)
