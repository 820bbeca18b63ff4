"""What stands beside a B-mode image along its whole depth: a ruler's ticks, the line of a frame.

Where the image ends in gel as black as the screen, its edge is where such a mark ends, provided
that the mark's other end agrees with the edge that is known there.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import Evidence
from parasam_core.sequence import Box

BLACKEST = 8.0
"""Grey level above which a screen is no background that black gel could hide in."""
NEAREST_PX = 2
REACH_PX = 40
CONTRAST = 12.0
BROADEST_PX = 12
LEAST_COVER = 0.8
FEWEST_TICKS = 5
OPEN_PERIODS = 2.5
EVEN_SHARE = 0.9
"""A pointer or an arrow hides some ticks."""
IRREGULAR = 0.06
IRREGULAR_PX = 1.5
FRAME_OFFSET_PX = 14
AGREEING_PX = 3
AGREEING_SHARE = 0.6


@dataclass(frozen=True)
class Mark:
    """One column of a ruler or a frame.

    Attributes:
        top: its first row.
        bottom: the row after its last.
        period: rows from tick to tick; 0 for a line.
    """

    top: int
    bottom: int
    period: float


def hidden_edge(view: Evidence, box: Box) -> int | None:
    """The row at which the image begins, by the marks beside it; None where they do not say.

    Args:
        view: turned so that the edge looked for is the top.
        box: the area as far as it is known, (x0, y0, x1, y1).
    """
    x0, y0, x1, y1 = box
    near, far = round(NEAREST_PX * view.scale), round(REACH_PX * view.scale)
    columns = [
        *range(max(0, x0 - far), max(0, x0 - near)),
        *range(x1 + near, min(view.shape[1], x1 + far)),
    ]
    if not columns:
        return None
    strip = view.still[:, columns]
    screen = float(np.median(strip[y0:y1]))
    if screen > BLACKEST:
        return None
    contrast = np.abs(strip - screen)
    drawn = contrast > (np.maximum(CONTRAST, 3 * view.much[:, columns]) if view.moves else CONTRAST)
    drawn &= ~_broad(drawn, round(BROADEST_PX * view.scale))
    marks = [_line_along(c, y0, y1) or _ticks_along(c, y0, y1) for c in drawn.T]
    edges = [_edge_by(mark, y1, view.scale) for mark in marks if mark is not None]
    return _agreed([e for e in edges if e is not None], view.scale)


def _broad(drawn: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """What is too broad to be a line or a tick: a surface."""
    square = np.ones((width + 1, width + 1), np.uint8)
    bits = np.ascontiguousarray(drawn).view(np.uint8)
    return np.asarray(cv2.morphologyEx(bits, cv2.MORPH_OPEN, square)).view(np.bool_)


def _line_along(drawn: NDArray[np.bool_], y0: int, y1: int) -> Mark | None:
    """The one line that runs along rows y0 to y1 of a column; a screen's edges are none."""
    starts, ends = _runs(drawn)
    along = np.flatnonzero((ends > y0) & (starts < y1))
    if along.size != 1:
        return None
    start, end = int(starts[along[0]]), int(ends[along[0]])
    covers = min(end, y1) - max(start, y0) >= LEAST_COVER * (y1 - y0)
    return Mark(start, end, 0.0) if covers and start > 0 and end < len(drawn) else None


def _ticks_along(drawn: NDArray[np.bool_], y0: int, y1: int) -> Mark | None:
    """The row of even ticks that runs along rows y0 to y1 of a column, and ends in the open."""
    starts, ends = _runs(drawn)
    along = np.flatnonzero((ends > y0) & (starts < y1))
    if along.size < FEWEST_TICKS:
        return None
    first, last = int(along[0]), int(along[-1])
    steps = np.diff(starts)
    period = float(np.median(steps[first:last]))
    even = np.abs(steps - period) <= max(IRREGULAR_PX, IRREGULAR * period)
    if even[first:last].mean() < EVEN_SHARE or (last - first) * period < LEAST_COVER * (y1 - y0):
        return None
    while first > 0 and even[first - 1]:
        first -= 1
    while last < len(even) and even[last]:
        last += 1
    is_open = first == 0 or steps[first - 1] > OPEN_PERIODS * period
    return Mark(int(starts[first]), int(ends[last]), period) if is_open else None


def _runs(drawn: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where stretches of True start, and where they end, half-open."""
    change = np.flatnonzero(np.diff(np.pad(drawn.view(np.int8), 1)))
    return change[::2], change[1::2]


def _edge_by(mark: Mark, y1: int, scale: float) -> int | None:
    """Where the image begins by this mark, if the mark ends as the image does."""
    past = mark.bottom - y1
    if mark.period:
        agrees = -mark.period - 2 * scale <= past <= AGREEING_PX * scale
        return mark.top if agrees else None
    agrees = -2 * scale <= past <= FRAME_OFFSET_PX * scale
    return mark.top + max(past, 0) if agrees else None


def _agreed(edges: list[int], scale: float) -> int | None:
    if not edges:
        return None
    near = [[e for e in edges if abs(e - middle) <= AGREEING_PX * scale] for middle in edges]
    most = max(near, key=len)
    return round(float(np.median(most))) if len(most) >= AGREEING_SHARE * len(edges) else None
