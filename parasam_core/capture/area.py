"""Where the B-mode image lies on a scanner's screen.

The rectangle that holds the most change is found on a coarse grid; then each side to the pixel,
where the change begins. Beyond the upper and lower side there may be more of the image that is
nearly or wholly black (gel, lost depth): it is followed while it still flickers, or while it is
darker than the screen beside it. A side that still does not show is read off what stands along the
image's full depth, a ruler or a frame. When that fails too, it is said, not guessed.

Knows nothing about files.
"""

from __future__ import annotations

import cv2
import numpy as np

from parasam_core.capture.evidence import Evidence
from parasam_core.capture.rectangle import best_rectangle, turned
from parasam_core.capture.sides import ends_here, past_black, sharpest, whole_depth
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

GRID_LINES = 90
REACH_CELLS = 4
FEWEST_LEVELS = 0.5
MOST_LEVELS = 6.0
STILL_SHARE = 0.3
SECOND_IMAGE = 0.4
SMALLEST_SHARE = 0.1
DEAD_SHARE = 0.02

QUARTERS = {"left": 3, "right": 1, "top": 0, "bottom": 2}
"""Anticlockwise quarter turns that bring a side up."""


def found_area(evidence: Evidence) -> Box:
    """The B-mode area (x0, y0, x1, y1), half-open, in pixels of the full frame.

    Raises:
        CaptureError: it does not show clearly.
    """
    box = _sharpened(evidence, _most_change(evidence))
    for side in ("left", "right"):
        box = _with(evidence, box, side, past_black(*_turned_up(evidence, box, side)))
    for side in ("top", "bottom"):
        edge = whole_depth(*_turned_up(evidence, box, side))
        if edge is None:
            raise _unsure(f"the {side} of the image is not straight")
        box = _with(evidence, box, side, edge)
    for side in ("left", "right"):
        if not ends_here(*_turned_up(evidence, box, side)):
            raise _unsure(f"the image fades away to the {side}")
    if _is_divided(evidence, box):
        raise _unsure("two parts of the screen look like one")
    return box


def _sharpened(evidence: Evidence, box: Box) -> Box:
    """Every side where change begins most sharply; twice, since each decides what others see."""
    reach = REACH_CELLS * round(_cell(evidence))
    for side in (*QUARTERS, *QUARTERS):
        view, up = _turned_up(evidence, box, side)
        box = _with(evidence, box, side, sharpest(view, up, reach))
    return box


def _most_change(evidence: Evidence) -> Box:
    """The rectangle with the most change, to a cell of the coarse grid."""
    height, width = evidence.shape
    cell = _cell(evidence)
    rows, columns = round(height / cell), round(width / cell)
    much = cv2.resize(evidence.much, (columns, rows), interpolation=cv2.INTER_AREA)
    gain = np.minimum(np.asarray(much, np.float32), MOST_LEVELS)
    lively = gain[gain > FEWEST_LEVELS]
    if lively.size == 0:
        raise _unsure("nothing on the screen looks like one")
    gain -= STILL_SHARE * lively.mean()
    x0, y0, x1, y1 = best_rectangle(gain)
    total = gain[y0:y1, x0:x1].sum()
    gain[y0:y1, x0:x1] = -MOST_LEVELS
    u0, v0, u1, v1 = best_rectangle(gain)
    if gain[v0:v1, u0:u1].sum() > SECOND_IMAGE * total:
        raise _unsure("two parts of the screen look like one")
    if min((x1 - x0) / columns, (y1 - y0) / rows) < SMALLEST_SHARE:
        raise _unsure("nothing large changes from frame to frame")
    across, down = width / columns, height / rows
    return round(x0 * across), round(y0 * down), round(x1 * across), round(y1 * down)


def _cell(evidence: Evidence) -> float:
    """Pixels a cell of the coarse grid."""
    return max(1.0, min(evidence.shape) / GRID_LINES)


def _turned_up(evidence: Evidence, box: Box, side: str) -> tuple[Evidence, Box]:
    """Evidence and box, turned so that a side is the top."""
    quarters = QUARTERS[side]
    return evidence.turned(quarters), turned(box, evidence.shape, quarters)


def _with(evidence: Evidence, box: Box, side: str, edge: int) -> Box:
    """The box with a side moved to `edge`, a row of the view in which that side is the top."""
    view, (x0, _, x1, y1) = _turned_up(evidence, box, side)
    return turned((x0, edge, x1, y1), view.shape, 4 - QUARTERS[side])


def _is_divided(evidence: Evidence, box: Box) -> bool:
    """True where two images stand side by side: nothing changes along a strip between them."""
    x0, y0, x1, y1 = box
    columns = evidence.much[y0:y1, x0:x1].mean(axis=0)
    dead = columns < DEAD_SHARE * np.median(columns)
    strip = min(max(3, round(2 * evidence.scale)), len(dead))
    return bool(np.convolve(dead, np.ones(strip), "valid").max() >= strip)


def _unsure(why: str) -> CaptureError:
    return CaptureError(
        f"expected a B-mode area that shows clearly, got a capture in which {why}; "
        "give it with --roi X0,Y0,X1,Y1"
    )
