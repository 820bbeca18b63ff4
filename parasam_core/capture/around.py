"""What lies above a box: black gel, gel that flickers, a drawn screen, or nothing.

Knows nothing about edges of tissue.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import BLACK, Evidence, Map
from parasam_core.capture.profiles import steepest, stretches, walked_up
from parasam_core.capture.steps import EDGE_PX, STEP, window_of
from parasam_core.sequence import Box

DARKER = 4.0
"""How many grey levels the screen is above gel that stands out against it."""
COVERED = 0.5
"""The share of a row that is dark, or flickers, where it belongs to the image."""
FLICKER = 0.01
"""How often something live changes at least; a still screen, hardly ever."""
MOST_FLICKER = 0.3
QUIET_SHARE = 0.2
WALL_SHARE = 0.6
"""The share of a side along which something is drawn just outside it."""
WALL_PX = 7
"""How near such a thing stands; also, what is thinner is no tissue. At 480 lines."""
EVEN = 4.0
"""Grey levels between which compression leaves an even screen."""
OFTEN = 0.25
"""What is alive changes so often; a pointer that passes does not."""
DRAWN_SHARE = 0.4
"""Letters and boxes burnt into an image cover less of a row."""
TEXTURED = 0.4
BESIDE_PX = (2, 7)
"""Where the screen beside the image begins and ends, at 480 lines."""


def past_dark(view: Evidence, box: Box) -> int:
    """The upper edge of what is black above the box while the screen on either side is not."""
    covered = _dark(view, box).mean(axis=1) >= COVERED
    return walked_up(covered, box[1], gap=round(2 * view.scale))


def past_flicker(view: Evidence, box: Box) -> int:
    """The upper edge of what flickers above the box, where it ends at once; else the box's."""
    x0, y0, x1, y1 = box
    window = window_of(view)
    often = stretches(view.often[:y1, x0:x1])
    beside = [b[:y1] for b in _beside(view.often, box, view.scale)]
    flicker = often - (np.min(beside, axis=0)[:, None] if beside else 0)
    covered = (flicker > FLICKER).mean(axis=1)
    end = walked_up(covered >= COVERED, y0, gap=round(2 * view.scale))
    rise = np.clip(flicker, 0, MOST_FLICKER).mean(axis=1)
    edge = steepest(rise, end - window, min(end + 3 * window, y0), window)
    beyond = covered[max(0, edge - 2 * window) : max(0, edge - window)]
    return edge if not beyond.size or beyond.mean() < QUIET_SHARE else y0


def is_wall(view: Evidence, box: Box, row: int) -> bool:
    """True where something drawn stands just above a row, all along it and past its ends."""
    x0, _, x1, _ = box
    rows = slice(max(0, row - round(WALL_PX * view.scale)), max(1, row - 1))
    drawn = _drawn(view, rows, slice(x0, x1))
    level = np.median(view.still[rows, x0:x1], axis=1)[:, None]
    even = np.abs(view.still[rows, x0:x1] - level) <= EVEN
    ends = view.still[rows, [max(0, x0 - 2), min(view.shape[1] - 1, x1 + 1)]]
    goes_on = (np.abs(ends - level) <= STEP).all(axis=1)
    return bool(drawn.size and ((drawn & even).mean(axis=1)[goes_on] >= WALL_SHARE).any())


def as_far_as_it_may(view: Evidence, box: Box, hidden: float) -> int:
    """The last row upwards before something is drawn that is no image."""
    x0, y0, x1, y1 = box
    least = max(0, y0 - round(hidden * (y1 - y0)))
    lit = (view.still[:least, x0:x1] >= BLACK).mean(axis=1) > DRAWN_SHARE
    least = walked_up(lit, least, gap=round(EDGE_PX * view.scale))
    rows = np.flatnonzero(blocked(view, box)[least : y0 - round(WALL_PX * view.scale)])
    return least + (int(rows[-1]) + 1 if rows.size else 0)


def blocked(view: Evidence, box: Box) -> NDArray[np.bool_]:
    """(y,) True for rows above the box in which something is drawn that is no image."""
    x0, y0, x1, _ = box
    return np.asarray(_drawn(view, slice(0, y0), slice(x0, x1)).mean(axis=1) > DRAWN_SHARE)


def _drawn(view: Evidence, rows: slice, columns: slice) -> NDArray[np.bool_]:
    """True where the screen is neither black nor tissue."""
    much, often, texture = (
        np.ascontiguousarray(m[rows, columns]) for m in (view.much, view.often, view.texture)
    )
    if not much.size:
        return np.zeros(much.shape, np.bool_)
    thick = np.ones((round(WALL_PX * view.scale),) * 2, np.uint8)
    lives = (cv2.blur(much, (5, 5)) > 1) | (cv2.blur(often, (5, 5)) > OFTEN)
    image = (lives | (texture > TEXTURED)).view(np.uint8)
    image = np.asarray(cv2.morphologyEx(image, cv2.MORPH_OPEN, thick), np.uint8)
    return np.asarray((view.still[rows, columns] >= BLACK) & (image == 0))


def _dark(view: Evidence, box: Box) -> NDArray[np.bool_]:
    """(y, n): True where a stretch is black and the screen on either side is not."""
    x0, _, x1, _ = box
    levels = stretches(view.still[:, x0:x1])
    beside = _beside(view.still, box, view.scale)
    if len(beside) < 2:
        return np.zeros(levels.shape, np.bool_)
    return np.asarray((levels < BLACK) & (np.min(beside, axis=0)[:, None] > levels + DARKER))


def _beside(level: Map, box: Box, scale: float) -> list[NDArray[np.float32]]:
    """(y,) medians of a strip to the left and one to the right, where there is room."""
    x0, _, x1, _ = box
    near, far = (round(px * scale) for px in BESIDE_PX)
    strips = level[:, max(0, x0 - far) : max(0, x0 - near)], level[:, x1 + near : x1 + far]
    return [np.median(s, axis=1) for s in strips if s.shape[1] >= near]
