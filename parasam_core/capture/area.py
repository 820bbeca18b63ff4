"""Where the B-mode image lies on a scanner's screen.

The rectangle that holds the most change is found on a coarse grid; then each side to the pixel,
where the change begins. Beyond the upper and lower side there may be more of the image that is
nearly or wholly black (gel, lost depth): it is followed while it still flickers, or while it is
darker than the screen beside it. A side that still does not show is read off what stands along the
image's full depth, a ruler or a frame. When that fails too, it is said, not guessed.

Knows nothing about files.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import Evidence, Map
from parasam_core.capture.marks import hidden_edge
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

GRID_LINES = 90
FEWEST_LEVELS = 0.5
MOST_LEVELS = 6.0
STILL_SHARE = 0.3
SECOND_IMAGE = 0.4
SMALLEST_SHARE = 0.1

BLOCKS = 32
FLICKER = 0.01
COVERED = 0.5
COVERED_ALONE = 0.35
BLACK = 8.0
DARKER = 2.0
CODEC_BLOCK_PX = 16
LIVELY = 3.0
STRAIGHT_SHARE = 0.6
REACHING_SHARE = 0.06
BARE_SHARE = 0.02
DEAD_SHARE = 0.02
AGREEING_PX = 4

QUARTERS = {"left": 3, "right": 1, "top": 0, "bottom": 2}
"""Anticlockwise quarter turns that bring a side up: everything below looks at a top side."""


def found_area(evidence: Evidence) -> Box:
    """The B-mode area (x0, y0, x1, y1), half-open, in pixels of the full frame.

    Raises:
        CaptureError: it does not show clearly.
    """
    box = _most_change(evidence)
    for _ in range(2):
        for side in QUARTERS:
            box = _moved(evidence, box, side, _sharpest)
    for side in ("top", "bottom"):
        box = _moved(evidence, box, side, _whole_depth)
    for side in ("left", "right"):
        _moved(evidence, box, side, _checked_upright)
    _check_undivided(evidence, box)
    return box


def _moved(evidence: Evidence, box: Box, side: str, edge: Callable[[Evidence, Box], int]) -> Box:
    """The box with one side where `edge` puts it, given a view in which that side is the top."""
    quarters = QUARTERS[side]
    view = evidence.turned(quarters)
    x0, y0, x1, y1 = _turned(box, evidence.shape, quarters)
    return _turned((x0, edge(view, (x0, y0, x1, y1)), x1, y1), view.shape, 4 - quarters)


def _turned(box: Box, shape_yx: tuple[int, int], quarters: int) -> Box:
    height, width = shape_yx
    for _ in range(quarters % 4):
        x0, y0, x1, y1 = box
        box = y0, width - x1, y1, width - x0
        height, width = width, height
    return box


def _most_change(evidence: Evidence) -> Box:
    """The rectangle with the most change, to a cell of the coarse grid."""
    height, width = evidence.shape
    cell = max(1.0, min(height, width) / GRID_LINES)
    rows, columns = round(height / cell), round(width / cell)
    much = cv2.resize(evidence.much, (columns, rows), interpolation=cv2.INTER_AREA)
    gain = np.minimum(np.asarray(much, np.float32), MOST_LEVELS)
    lively = gain[gain > FEWEST_LEVELS]
    if lively.size == 0:
        raise _unsure("nothing on the screen looks like one")
    gain -= STILL_SHARE * lively.mean()
    x0, y0, x1, y1 = first = best_rectangle(gain)
    total = float(gain[y0:y1, x0:x1].sum())
    gain[y0:y1, x0:x1] = -MOST_LEVELS
    u0, v0, u1, v1 = best_rectangle(gain)
    if float(gain[v0:v1, u0:u1].sum()) > SECOND_IMAGE * total:
        raise _unsure("two parts of the screen look like one")
    if (x1 - x0) < SMALLEST_SHARE * columns or (y1 - y0) < SMALLEST_SHARE * rows:
        raise _unsure("nothing large enough changes from frame to frame")
    across, down = width / columns, height / rows
    return (
        round(first[0] * across),
        round(first[1] * down),
        round(first[2] * across),
        round(first[3] * down),
    )


def best_rectangle(gain: NDArray[np.float32]) -> Box:
    """The half-open rectangle (x0, y0, x1, y1) of the greatest sum.

    Kadane's running minimum along x, for every pair of rows.

    Args:
        gain: (y, x), of either sign.
    """
    sums = np.pad(np.cumsum(gain, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
    most, best = 0.0, (0, 0, 0, 0)
    for y0 in range(gain.shape[0]):
        bands = np.pad(np.cumsum(sums[y0 + 1 :] - sums[y0], axis=1), ((0, 0), (1, 0)))
        gains = bands - np.minimum.accumulate(bands, axis=1)
        band, x1 = np.unravel_index(gains.argmax(), gains.shape)
        if gains[band, x1] > most:
            most = float(gains[band, x1])
            x0 = bands[band, : x1 + 1].argmin()
            best = (int(x0), y0, int(x1), int(y0 + 1 + band))
    return best


def _sharpest(view: Evidence, box: Box) -> int:
    """Within four cells of the coarse side, the row at which the change begins."""
    x0, y0, x1, y1 = box
    reach = 4 * max(1, round(min(view.shape) / GRID_LINES))
    profile = view.much[:y1, x0:x1].mean(axis=1)
    return _step(profile, y0 - reach, y0 + reach, _window(view))


def _whole_depth(view: Evidence, box: Box) -> int:
    """The row where the image begins, be it dark there.

    Raises:
        CaptureError: it does not show.
    """
    _, y0, _, _ = box
    if y0 == 0 or (_fills_width(view, box) and _is_bare_above(view, y0)):
        return 0
    found = [e for e in (_past_dark_margin(view, box), hidden_edge(view, box)) if e is not None]
    near = AGREEING_PX * view.scale
    if found and min(found) < y0 - near:
        return min(found)
    if _is_straight(view, box) or any(abs(e - y0) <= near for e in found):
        return y0
    raise _unsure("one of its sides is not straight")


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
    end = _walked_up(covered >= least, y0, gap=round(2 * view.scale))
    if end == y0:
        return None
    is_dark = dark[end:y0].mean() > 0.1
    profile = np.where(dark, 0.3, np.clip(flicker, 0, 0.3)).mean(axis=1)
    edge = _step(profile[:y1], end - window, min(end + 3 * window, y0), window)
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
    rows = _blocks(view.much[:y1, x0:x1])
    inside = rows[y0 : y0 + 2 * window].mean(axis=0)
    if _goes_on_above(view, box, y0):
        return False
    begins = rows[y0 + 1 : y0 + 3].mean(axis=0) >= 0.5 * inside
    ends = rows[y0 - 3 : y0 - 1].mean(axis=0) <= 0.35 * inside
    lively = inside > LIVELY
    return bool(lively.any() and (begins & ends)[lively].mean() >= STRAIGHT_SHARE)


def _goes_on_above(view: Evidence, box: Box, row: int) -> bool:
    """True where stretches of the image reach past a row."""
    x0, _, x1, _ = box
    window = _window(view)
    beyond = _blocks(view.much[max(0, row - 2 * window) : max(0, row - window // 2), x0:x1])
    inside = _blocks(view.much[row : row + 2 * window, x0:x1])
    if not beyond.size:
        return False
    least = np.maximum(LIVELY / 2, 0.4 * inside.mean(axis=0))
    return bool((beyond.mean(axis=0) > least).mean() > REACHING_SHARE)


def _checked_upright(view: Evidence, box: Box) -> int:
    """The side as it is.

    Raises:
        CaptureError: the image fades there instead of ending.
    """
    x0, y0, x1, _ = box
    deep = max(3, round(6 * view.scale))
    rows = view.much[:, x0:x1].mean(axis=1)
    inside, outside = rows[y0 : y0 + deep].mean(), rows[max(0, y0 - deep) : y0]
    if outside.size and outside.mean() > 0.6 * inside:
        raise _unsure("one of its sides fades away")
    return y0


def _check_undivided(evidence: Evidence, box: Box) -> None:
    """Refuse two images side by side: nothing changes along a strip between them."""
    x0, y0, x1, y1 = box
    columns = evidence.much[y0:y1, x0:x1].mean(axis=0)
    dead = columns < DEAD_SHARE * np.median(columns)
    strip = max(3, round(2 * evidence.scale))
    if np.convolve(dead, np.ones(strip), "valid").max() >= strip:
        raise _unsure("two parts of the screen look like one")


def _flicker(view: Evidence, box: Box) -> Map:
    """(y, blocks): how often the blocks of each row change, more than the screen beside them."""
    x0, _, x1, _ = box
    beside = _beside(view.often, box)
    least = np.min(beside, axis=0) if beside else np.zeros(view.shape[0], np.float32)
    return np.asarray(_blocks(view.often[:, x0:x1]) - least[:, None], np.float32)


def _dark(view: Evidence, box: Box) -> NDArray[np.bool_]:
    """(y, blocks): True where a block is black and the screen on either side is not."""
    x0, _, x1, _ = box
    levels = _blocks(view.still[:, x0:x1])
    beside = _beside(view.still, box)
    if len(beside) < 2:
        return np.zeros(levels.shape, np.bool_)
    return np.asarray((levels < BLACK) & (np.min(beside, axis=0)[:, None] > levels + DARKER))


def _beside(level: Map, box: Box) -> list[NDArray[np.float32]]:
    """(y,) medians of a strip to the left and one to the right, where there is room."""
    x0, _, x1, _ = box
    wide = max(4, round(0.08 * (x1 - x0)))
    near = wide // 4
    strips = (level[:, max(0, x0 - near - wide) : max(0, x0 - near)],
              level[:, x1 + near : x1 + near + wide])  # fmt: skip
    return [np.median(s, axis=1) for s in strips if s.shape[1] >= wide // 2]


def _blocks(rows: Map) -> Map:
    """(y, x) → (y, blocks): means of stretches of each row."""
    starts = np.unique(np.linspace(0, rows.shape[1], BLOCKS, endpoint=False).astype(int))
    wide = np.diff(np.append(starts, rows.shape[1]))
    return np.asarray(np.add.reduceat(rows, starts, axis=1) / wide, np.float32)


def _walked_up(covered: NDArray[np.bool_], start: int, gap: int) -> int:
    """The last covered row upwards from `start` before `gap` and more rows that are not."""
    end, missed = start, 0
    for row in range(start - 1, -1, -1):
        missed = 0 if covered[row] else missed + 1
        if missed > gap:
            break
        if covered[row]:
            end = row
    return end


def _window(view: Evidence) -> int:
    return max(3, round(4 * view.scale))


def _step(profile: NDArray[np.float32], first: int, last: int, window: int) -> int:
    """The index between two at which a profile rises most; beyond its ends it is 0."""
    padded = np.pad(profile.astype(np.float64), window)
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    index = np.arange(max(first, 0), min(last, len(profile)) + 1)
    middle = index + window
    rise = sums[middle + window] - 2 * sums[middle] + sums[middle - window]
    return int(index[rise.argmax()])


def _unsure(why: str) -> CaptureError:
    return CaptureError(
        f"expected a B-mode area that shows clearly, got a capture in which {why}; "
        "give it with --roi X0,Y0,X1,Y1"
    )
