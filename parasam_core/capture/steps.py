"""Where something begins at a row above a box: change, or a step of the mean picture.

Knows nothing about what lies around the image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import BLACK, Evidence
from parasam_core.capture.profiles import steepest, stretches
from parasam_core.sequence import Box

MOST_LEVELS = 6.0
"""More change than this says no more, where tissue is as faint."""
STEP = 10.0
"""Grey levels by which an edge stands out."""
MOST_OF_STEP = 60.0
STRAIGHT_SHARE = 0.75
"""The share of a side, or of what is lively in it, that begins at one row."""
BEGINS = 0.4
ENDS = 0.35
"""A stretch begins at a row that has so much, at least, of what it has below; at most above."""
LIVELY = 0.4
"""Mean change of tissue, in grey levels, at least."""
FAINT = 0.15
"""And the share of what its liveliest tenth changes."""
EDGE_PX = 8
"""An edge that still tissue has is so near to what changes, at 480 lines: a codec's block."""
FINE_PX = 3


def begins(view: Evidence, box: Box, reach: int) -> int:
    """The row at which the image begins, at most `reach` rows from the box's upper side.

    It is where change begins most sharply, be it as faint as `MOST_LEVELS` or as strong as tissue
    here changes; of the two, where the mean picture steps along more of the side, which what a
    codec spreads does not. Or it is an edge close by that runs along the whole side.
    """
    x0, y0, x1, y1 = box
    tissue = float(np.median(view.much[y0:y1, x0:x1]))
    rows = sorted({_liveliest(view, box, reach, max(MOST_LEVELS, m)) for m in (0, tissue)})
    row = max(rows, key=lambda r: round(share_of_edge(view, (x0, r, x1, y1)), 1))
    return edge_at(view, (x0, row, x1, y1))


def _liveliest(view: Evidence, box: Box, reach: int, most: float) -> int:
    """The row at which change, up to `most` levels, begins most sharply."""
    x0, y0, x1, y1 = box
    window = window_of(view)
    first, last = max(0, y0 - reach - window), min(y1, y0 + reach + window)
    much = np.minimum(view.much[first:last, x0:x1], most)
    rows = np.sort(stretches(much * view.often[first:last, x0:x1]), axis=1)
    profile = rows[:, -1] + rows.mean(axis=1)
    row = steepest(profile, y0 - reach - first, y0 + reach - first, window)
    return first + steepest(rows.mean(axis=1), row - 2, row + 2, window)


def edge_at(view: Evidence, box: Box) -> int:
    """An edge of the mean picture that runs along a side, with image up to it; else the side."""
    x0, y0, x1, _ = box
    near, fine = round(EDGE_PX * view.scale), round(FINE_PX * view.scale)
    first = max(0, y0 - near)
    share = _edges(view, first, y0 + near // 2, x0, x1)
    edges = [int(e) for e in first + np.flatnonzero(share >= STRAIGHT_SHARE)]
    inner = [e for e in edges if -fine <= e - y0 <= fine // 2 and _is_image(view, e, y0, x0, x1)]
    below = min(inner, key=lambda e: abs(e - y0), default=y0)
    outer = [e for e in edges if e < below - 2 and _is_image(view, e, below, x0, x1)]
    return min(outer, default=below)


def _edges(view: Evidence, first: int, last: int, x0: int, x1: int) -> NDArray[np.float32]:
    """For rows from `first` to `last`, the share of columns that step just there."""
    above = max(0, first - 2)
    level = np.pad(view.still[above : last + 2, x0:x1], ((2 - first + above, 0), (0, 0)), "edge")
    step = np.abs(level[3:-1] - level[1:-3]) + np.abs(level[2:-2] - level[1:-3])
    share = np.asarray((step >= STEP).mean(axis=1), np.float32)
    height = np.minimum(step, MOST_OF_STEP).mean(axis=1)
    peak = height >= np.maximum(np.pad(height, 1)[:-2], np.pad(height, 1)[2:])
    return np.asarray(np.where(peak, share, 0), np.float32)


def _is_image(view: Evidence, first: int, last: int, x0: int, x1: int) -> bool:
    """True where no row between is black, or as even as one that lies around an image's frame."""
    outside = np.median(view.still[max(0, first - round(EDGE_PX * view.scale)) : first, x0:x1], 1)
    between = np.median(view.still[first + 1 : last - 1, x0:x1], axis=1)
    like_outside = np.abs(between[:, None] - outside) <= STEP
    return bool((between >= BLACK).all() and not like_outside.any())


def share_of_edge(view: Evidence, box: Box) -> float:
    """The share of a side along which the mean picture steps just there."""
    x0, y0, x1, _ = box
    return float(_edges(view, max(0, y0 - 1), y0 + 2, x0, x1).max(initial=0))


def is_straight(view: Evidence, box: Box, least: float) -> bool:
    """True where change begins at one row along `least` of a side, and where it is lively."""
    x0, y0, x1, y1 = box
    window = window_of(view)
    rows = stretches(view.much[max(0, y0 - 2 * window) : y1, x0:x1])
    at = y0 - max(0, y0 - 2 * window)
    inside = rows[at + 2 : at + 2 + 2 * window].mean(axis=0)
    begin = rows[at + 1 : at + 4].mean(axis=0) >= BEGINS * inside
    end = rows[max(0, at - window) : max(1, at - 1)].mean(axis=0) <= ENDS * inside
    lively = inside > max(LIVELY, FAINT * float(np.percentile(inside, 90)))
    good = begin & end & lively
    return bool(good.mean() >= least and good.sum() >= STRAIGHT_SHARE * lively.sum())


def window_of(view: Evidence) -> int:
    """How many rows a step takes, either side of it."""
    return max(3, round(4 * view.scale))
