"""One side of a B-mode image, to the pixel: always the upper one, other sides are turned up.

Knows nothing about the other sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parasam_core.capture.around import (
    as_far_as_it_may,
    blocked,
    is_wall,
    past_dark,
    past_flicker,
)
from parasam_core.capture.evidence import BLACK, Evidence
from parasam_core.capture.marks import hidden_edge
from parasam_core.capture.steps import EDGE_PX, is_straight, share_of_edge
from parasam_core.sequence import Box


@dataclass(frozen=True)
class Habit:
    """How a side may look, be it of the image or of what is in it.

    Attributes:
        straight: the share of the side along which change begins at one row at least.
        whole: the share along which the mean picture steps at one row at least.
        at_once: whether one frame tells it.
        hidden: by which share of what shows the image goes on unseen at most.
    """

    straight: float
    whole: float
    at_once: bool
    hidden: float


TOP = Habit(0.75, 0.9, False, 0.6)
"""Skin may lie flat under black gel, though not all along a sweep."""
BOTTOM = Habit(0.75, 0.9, True, 0.6)
"""Lost depth is black, and begins at no one row."""
UPRIGHT = Habit(0.3, 0.75, True, 0.3)
"""Left and right: nothing else stands so upright; a probe that loses contact hides less."""
CODEC_BLOCK_PX = 16
"""How far compression spreads a change."""
AT_FRAME = 0.025
"""An image that comes so near to the frame's edge, as a share of the frame, is taken up to it."""
AGREEING_PX = 4
"""Rows that are nearer than this are one, at 480 lines."""


def side(view: Evidence, box: Box, habit: Habit) -> tuple[int, bool]:
    """The row where the image begins, and whether it shows that it does.

    Args:
        view: turned so that the side is the top.
        box: the area, whose upper side is where change begins.
        habit: how such a side may look.
    """
    x0, y0, x1, _ = box
    near = _near(view)
    if y0 <= max(near, AT_FRAME * view.shape[0]):
        return 0, y0 <= near
    if (x0, x1) == (0, view.shape[1]):
        return 0, not blocked(view, box).any()
    dark = past_dark(view, box)
    if dark < y0 - near:
        return _end_of_dark(view, box, habit, dark)
    return _shown(view, box, habit) or (as_far_as_it_may(view, box, habit.hidden), False)


def _end_of_dark(view: Evidence, box: Box, habit: Habit, dark: int) -> tuple[int, bool]:
    """Black gel, if nothing says that the image ended before: it may be the screen's own margin."""
    if dark <= _near(view):
        return 0, True
    return dark, is_wall(view, box, dark) and not has_edge(view, box, habit)


def _shown(view: Evidence, box: Box, habit: Habit) -> tuple[int, bool] | None:
    """The row by what shows: a mark beside the image, its own straight side, or gel's flicker."""
    y0, near = box[1], _near(view)
    marked = hidden_edge(view, box)
    if marked is not None and marked <= y0 + near:
        return (marked if marked < y0 - near else y0), True
    if is_wall(view, box, y0) or _is_open(view, box, habit):
        return y0, True
    flickers = past_flicker(view, box) if view.moves else y0
    return (flickers, True) if flickers < y0 - max(CODEC_BLOCK_PX, 2 * near) else None


def _is_open(view: Evidence, box: Box, habit: Habit) -> bool:
    """True where the image begins at one row, and nothing black could hide more of it."""
    if not (is_straight(view, box, habit.straight) or has_edge(view, box, habit)):
        return False
    x0, y0, x1, _ = box
    outside = view.still[max(0, y0 - round(EDGE_PX * view.scale)) : y0 - 2, x0:x1]
    return view.moves or habit.at_once or float(np.median(outside)) >= BLACK


def has_edge(view: Evidence, box: Box, habit: Habit) -> bool:
    """True where the mean picture steps just here, all along the side."""
    return share_of_edge(view, box) >= habit.whole


def ends_here(view: Evidence, box: Box, habit: Habit) -> bool:
    """True where no still tissue goes on past the upper side: it is straight, dark or walled."""
    y0, near = box[1], _near(view)
    if y0 <= near or past_dark(view, box) < y0 - near:
        return True
    return is_straight(view, box, habit.straight) or is_wall(view, box, y0)


def _near(view: Evidence) -> int:
    return round(AGREEING_PX * view.scale)
