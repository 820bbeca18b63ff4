"""Coverage of a stroke → the region that its centre line encloses.

What is enclosed and what is outside are found first; between the two lies the stroke, and its
centre line is as far from the one as from the other.

Knows nothing about colours or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.enclosed import (
    Bits,
    Map,
    box_around,
    dilated,
    distance_from,
    perimeter_of,
    signed_field,
)
from parasam_core.capture.gaps import Bridged, bridged
from parasam_core.capture.outline_doubts import (
    AS_LONG,
    COMPARABLE,
    doubts_of_bridged,
    doubts_of_closed,
)
from parasam_core.capture.pieces import (
    SMALLEST_HOLE_PX,
    Piece,
    closed_by_edge,
    closed_ones,
    is_bent,
    largest_solid,
    pieces_of,
    reaches_edge,
    runs_on,
    without_border_lines,
)
from parasam_core.sequence import Box

COVERED = 0.4
MARGIN_PX = 4
LONG_OF_PANEL = 0.12
MUCH_LONGER = 2.0
MUCH_LARGER = 2.0
SOMEWHAT_LARGER = 1.15
OF_BRIDGED = 0.6
LEAVES = "it leaves the image and is closed along the image's edge"
RECTANGLE = "it is an upright rectangle, as a zoom box is"
RECTANGULAR = 0.965
FILLED = "a region is filled and no line drawn around it"


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


def outline_of(covered: Map) -> Outline | Nothing:
    """The region that a stroke encloses.

    Args:
        covered: (y, x) share of each pixel that the stroke covers.
    """
    stroke = without_border_lines((covered >= COVERED).view(np.uint8))
    x0, y0, x1, y1 = box = box_around(stroke)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return Nothing("no outline", "nothing is drawn in the outline's colour")
    if reaches_edge(box, covered.shape):
        return _within(covered, stroke, covered.shape)
    x0, y0, x1, y1 = _with_margin(box, MARGIN_PX, covered.shape)
    found = _within(covered[y0:y1, x0:x1], stroke[y0:y1, x0:x1], covered.shape)
    if isinstance(found, Nothing):
        return found
    return replace(found, origin_xy=(found.origin_xy[0] + x0, found.origin_xy[1] + y0))


def _within(covered: Map, stroke: Bits, panel_yx: tuple[int, ...]) -> Outline | Nothing:
    """The same, of the part of the panel in which something is drawn; all if it reaches the edge.

    Args:
        covered: (y, x) of the part.
        stroke: (y, x) of the part.
        panel_yx: of the panel.
    """
    labels, pieces = pieces_of(stroke)
    closed = closed_ones(pieces, panel_yx)
    hole_px = closed[0].hole_px if closed else 0.0
    bent = [p for p in pieces if p not in closed and is_bent(labels, p)]
    longest = max(bent, key=lambda p: p.extent, default=None)
    goes_on = bool(closed) and runs_on(labels, closed[0], panel_yx)
    if not closed or goes_on or (longest and longest.extent > AS_LONG * closed[0].extent):
        whole = stroke.shape == panel_yx
        least_px = hole_px * (SOMEWHAT_LARGER if goes_on else MUCH_LARGER)
        edging = closed[0] if goes_on else longest
        if edging and whole and (edged := closed_by_edge(labels == edging.number, least_px)):
            inside, rest = edged
            return _beside_edge(edging, inside, rest)
        closing = bridged(stroke, least_px, panel_yx)
        if closing is not None:
            return _from_bridged(covered, closing, panel_yx)
    if longest and longest.extent > max(
        LONG_OF_PANEL * min(panel_yx), MUCH_LONGER * closed[0].extent if closed else 0
    ):
        return Nothing("open", "a line is drawn that does not close")
    if closed:
        doubts = doubts_of_closed(closed, bent, goes_on, panel_yx)
        return _from_closed(covered, labels, closed, doubts)
    return Nothing("no outline", "nothing that is drawn encloses a region")


def filled_in(covered: Map) -> Outline | None:
    """The region that is filled without a line around it; None where nothing large is."""
    solid = largest_solid((covered >= COVERED).view(np.uint8))
    if solid is None:
        return None
    field = np.asarray(distance_from(1 - solid) - distance_from(solid), np.float32)
    return Outline(field, (0, 0), 1, float(np.count_nonzero(solid)), 0.0, 0.0, 1, (FILLED,))


def is_rectangle(field: Map) -> bool:
    """True where what is inside fills its upright box."""
    inside = (field > 0).view(np.uint8)
    x0, y0, x1, y1 = box_around(inside)
    return bool(np.count_nonzero(inside) > RECTANGULAR * (x1 - x0) * (y1 - y0))


def likeness_to_ellipse(mask: NDArray[np.bool_]) -> float:
    """IoU of a mask and the ellipse of its first and second moments; 0 for what is very small."""
    u0, v0, u1, v1 = box_around(mask.view(np.uint8))
    mask = np.ascontiguousarray(mask[v0:v1, u0:u1])
    m = cv2.moments(mask.view(np.uint8), binaryImage=True)
    if m["m00"] < SMALLEST_HOLE_PX:
        return 0.0
    mxx, myy, mxy = (m[k] / m["m00"] for k in ("mu20", "mu02", "mu11"))
    rows, columns = np.nonzero(mask)
    x0, y0, x1, y1 = columns.min() - 3, rows.min() - 3, columns.max() + 4, rows.max() + 4
    x = np.arange(x0, x1)[None, :] - m["m10"] / m["m00"]
    y = np.arange(y0, y1)[:, None] - m["m01"] / m["m00"]
    squared = (myy * x * x - 2 * mxy * x * y + mxx * y * y) / max(mxx * myy - mxy * mxy, 1e-9)
    ellipse = squared <= 4
    own = np.zeros(ellipse.shape, np.bool_)
    own[rows - y0, columns - x0] = True
    return float(np.count_nonzero(ellipse & own) / np.count_nonzero(ellipse | own))


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


def _from_closed(
    covered: Map, labels: NDArray[np.int32], closed: list[Piece], doubts: tuple[str, ...]
) -> Outline | Nothing:
    """The region within the closed pieces of comparable size."""
    main = closed[0]
    kept = [p for p in closed if p.hole_px >= COMPARABLE * main.hole_px]
    own = np.isin(labels, [p.number for p in kept]).view(np.uint8)
    return _measured(covered, own, 0.0, len(kept), doubts)


def _from_bridged(covered: Map, closed: Bridged, panel_yx: tuple[int, ...]) -> Outline | Nothing:
    """The region within a bridged stroke, if it is about what the bridges were made for."""
    doubts = doubts_of_bridged(closed.stroke, panel_yx)
    found = _measured(covered, closed.stroke, closed.gap_px, 1, doubts)
    if isinstance(found, Outline) and found.area_px < OF_BRIDGED * closed.area_px:
        return Nothing("open", "a line is drawn that hardly closes")
    return found


def _beside_edge(piece: Piece, inside: Bits, rest: Bits) -> Outline:
    """The region within a stroke and the panel's edge.

    Args:
        piece: the stroke.
        inside: (y, x) what both enclose.
        rest: (y, x) what is beyond the stroke, and the edge; both with a margin of one pixel.
    """
    field = np.asarray((distance_from(rest) - distance_from(inside))[1:-1, 1:-1], np.float32)
    area = float(np.count_nonzero(field > 0))
    width = piece.pixels / max(perimeter_of(field), 1.0)
    return Outline(field, (0, 0), 1, area, width, 0.0, 1, (LEAVES,))


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
    x0, y0, x1, y1 = _with_margin(box_around(own), MARGIN_PX, own.shape)
    zoom = _zoom(x1 - x0, y1 - y0)
    part, mine = covered[y0:y1, x0:x1], own[y0:y1, x0:x1]
    near = dilated(mine, 1)
    bridges = mine * (part < COVERED)
    level = np.where(bridges, np.float32(1), part * near)
    size = (zoom * (x1 - x0), zoom * (y1 - y0))
    fine = cv2.resize(level, size, interpolation=cv2.INTER_LINEAR) if zoom > 1 else level
    stroke = (fine >= COVERED).view(np.uint8)
    field = signed_field(stroke)
    if not (field > 0).any():  # pixels that touch at corners only come apart when zoomed
        zoom, stroke = 1, mine
        field = signed_field(mine)
    inside_px = np.count_nonzero(field > 0) / zoom**2
    if inside_px == 0:
        return Nothing("open", "a line is drawn that hardly closes")
    if is_rectangle(field):
        doubts = (*doubts, RECTANGLE)
    perimeter = perimeter_of(field) / zoom
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
