"""One side of a B-mode image, to the pixel: always the upper one, other sides are turned up.

Knows nothing about the other sides.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import Evidence, Map
from parasam_core.capture.marks import hidden_edge
from parasam_core.capture.profiles import steepest, stretches, walked_up
from parasam_core.sequence import Box

FLICKER = 0.01
"""How often something live changes at least; a still screen, hardly ever."""
COVERED = 0.5
"""The share of a row that is live or dark at least, where it belongs to the image."""
COVERED_ALONE = 0.35
"""The same where the image fills the screen's width, so that nothing beside it misleads."""
BLACK = 8.0
"""Grey level below which gel is as black as a screen."""
DARKER = 2.0
"""How many grey levels the screen is above gel that stands out against it."""
LIVELY = 3.0
"""Mean change of tissue, in grey levels, at least."""
CODEC_BLOCK_PX = 16
"""How far compression spreads a change."""
LIVELY_SHARE = 0.05
LIVELY_SHARE_OF_TEXTURE = 0.35
STRAIGHT_SHARE = 0.6
REACHING_SHARE = 0.1
BARE_SHARE = 0.02
CRISP = 0.5
AGREEING_PX = 4


def sharpest(view: Evidence, box: Box, reach: int) -> int:
    """The row at which change begins most sharply, at most `reach` rows from the box's."""
    x0, y0, x1, y1 = box
    profile = view.much[:y1, x0:x1].mean(axis=1)
    return steepest(profile, y0 - reach, y0 + reach, _window(view))


def past_black(view: Evidence, box: Box) -> int:
    """The upper edge of what is black above the box while the screen on either side is not."""
    y0 = box[1]
    covered = _dark(view, box).mean(axis=1) >= COVERED
    return walked_up(covered, y0, gap=round(2 * view.scale))


def whole_depth(view: Evidence, box: Box) -> int | None:
    """The row where the image begins, be it dark there; None where that does not show.

    Args:
        view: turned so that the side is the top.
        box: the area, whose upper side is where change begins most sharply.
    """
    _, y0, _, _ = box
    if y0 == 0 or (_fills_width(view, box) and _is_bare_above(view, y0)):
        return 0
    found = [e for e in (_past_dark_margin(view, box), hidden_edge(view, box)) if e is not None]
    near = AGREEING_PX * view.scale
    if found and min(found) < y0 - near:
        return min(found)
    agreed = any(abs(e - y0) <= near for e in found)
    if agreed or (_is_straight(view, box) and (view.moves or _stands_out(view, box))):
        return y0
    return y0 if _is_crisp(view, box) else None


def ends_here(view: Evidence, box: Box) -> bool:
    """False where the image fades away at the side instead of ending."""
    x0, y0, x1, _ = box
    deep = max(3, round(6 * view.scale))
    rows = view.much[:, x0:x1].mean(axis=1)
    outside = rows[max(0, y0 - deep) : y0]
    return not outside.size or bool(outside.mean() <= 0.6 * rows[y0 : y0 + deep].mean())


def _fills_width(view: Evidence, box: Box) -> bool:
    return (box[0], box[2]) == (0, view.shape[1])


def _is_bare_above(view: Evidence, row: int) -> bool:
    """True where nothing is drawn above: where it is not black, it changes."""
    around = 2 * _window(view) + 1
    near = cv2.blur(np.ascontiguousarray(view.much[:row]), (around, around))
    return bool(((view.still[:row] >= BLACK) & (near < 1)).mean() < BARE_SHARE)


def _past_dark_margin(view: Evidence, box: Box) -> int | None:
    """The upper edge of what is above the box and still the image: it flickers, or is black."""
    _, y0, _, y1 = box
    window, block = _window(view), max(CODEC_BLOCK_PX, round(8 * view.scale))
    flicker, dark = _flicker(view, box), _dark(view, box)
    steady = cv2.blur(flicker, (1, 2 * round(view.scale) + 1))
    covered = np.logical_or(steady > FLICKER, dark).mean(axis=1)
    least = COVERED_ALONE if _fills_width(view, box) else COVERED
    end = walked_up(covered >= least, y0, gap=round(2 * view.scale))
    if end == y0:
        return None
    is_dark = dark[end:y0].mean() > 0.1
    profile = np.where(dark, 0.3, np.clip(flicker, 0, 0.3)).mean(axis=1)
    edge = steepest(profile[:y1], end - window, min(end + 3 * window, y0), window)
    beyond = steady[max(0, edge - block - window) : max(0, edge - block)] > FLICKER / 2
    if (beyond.size and beyond.mean() > COVERED_ALONE) or _goes_on_above(view, box, edge):
        return None
    return edge if is_dark or y0 - edge > block else None


def _is_straight(view: Evidence, box: Box) -> bool:
    """True where the lively stretches of the side begin at this row and none goes on above it."""
    x0, y0, x1, y1 = box
    window = _window(view)
    if y0 < window:
        return True
    if _goes_on_above(view, box, y0):
        return False
    rows = stretches(view.much[:y1, x0:x1])
    inside = rows[y0 : y0 + 2 * window].mean(axis=0)
    begins = rows[y0 + 1 : y0 + 3].mean(axis=0) >= 0.5 * inside
    ends = rows[y0 - 3 : y0 - 1].mean(axis=0) <= 0.35 * inside
    lively = inside > LIVELY
    enough = LIVELY_SHARE if view.moves else LIVELY_SHARE_OF_TEXTURE
    return bool(lively.mean() >= enough and (begins & ends)[lively].mean() >= STRAIGHT_SHARE)


def _stands_out(view: Evidence, box: Box) -> bool:
    """True where the screen is no black that black gel could hide in.

    Skin lies straight at one moment, but not all along a sweep: of one frame more is asked.
    """
    beside = _beside(view.still, box)
    levels = [float(np.median(strip[box[1] : box[3]])) for strip in beside]
    return bool(levels) and min(levels) >= BLACK


def _is_crisp(view: Evidence, box: Box) -> bool:
    """True where, from one row to the next, most of the side is live or dark, and nothing was."""
    y0 = box[1]
    covered = np.logical_or(_flicker(view, box) > FLICKER, _dark(view, box)).mean(axis=1)
    before, after = covered[max(0, y0 - 3) : y0 - 1].mean(), covered[y0 : y0 + 2].mean()
    return bool(view.moves and before <= REACHING_SHARE and after - before >= CRISP)


def _goes_on_above(view: Evidence, box: Box, row: int) -> bool:
    """True where stretches of the image reach past a row."""
    x0, _, x1, _ = box
    window = _window(view)
    beyond = stretches(view.much[max(0, row - 2 * window) : max(0, row - window // 2), x0:x1])
    inside = stretches(view.much[row : row + 2 * window, x0:x1])
    if not beyond.size:
        return False
    least = np.maximum(LIVELY / 2, 0.4 * inside.mean(axis=0))
    return bool((beyond.mean(axis=0) > least).mean() > REACHING_SHARE)


def _flicker(view: Evidence, box: Box) -> Map:
    """(y, n): how often the stretches of each row change, more than the screen beside them."""
    x0, _, x1, _ = box
    beside = _beside(view.often, box)
    least = np.min(beside, axis=0) if beside else np.zeros(view.shape[0], np.float32)
    return np.asarray(stretches(view.often[:, x0:x1]) - least[:, None], np.float32)


def _dark(view: Evidence, box: Box) -> NDArray[np.bool_]:
    """(y, n): True where a stretch is black and the screen on either side is not."""
    x0, _, x1, _ = box
    levels = stretches(view.still[:, x0:x1])
    beside = _beside(view.still, box)
    if len(beside) < 2:
        return np.zeros(levels.shape, np.bool_)
    return np.asarray((levels < BLACK) & (np.min(beside, axis=0)[:, None] > levels + DARKER))


def _beside(level: Map, box: Box) -> list[NDArray[np.float32]]:
    """(y,) medians of a strip to the left and one to the right, where there is room."""
    x0, _, x1, _ = box
    wide = max(4, round(0.08 * (x1 - x0)))
    near = wide // 4
    left = level[:, max(0, x0 - near - wide) : max(0, x0 - near)]
    right = level[:, x1 + near : x1 + near + wide]
    return [np.median(s, axis=1) for s in (left, right) if s.shape[1] >= wide // 2]


def _window(view: Evidence) -> int:
    return max(3, round(4 * view.scale))
