"""The cameras of a turntable: once round the upright axis, and the picture does not breathe."""

from __future__ import annotations

import numpy as np

from viewers.looking_glass.focus import Focus, before_middle
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import YAW_DEG, Stage, framed, turned

POSES = 24
"""Turns at which everything has to be in view; between them nothing sticks out much farther."""


def rigs_around(
    stage: Stage, layout: Layout, view_cone_deg: float, focus: Focus | None, count: int
) -> list[Rig]:
    """Cameras for every picture of one round, of one size and about one axis.

    Args:
        stage: what is shown.
        layout: of the quilt.
        view_cone_deg: of the display.
        focus: as `focus.focused` takes it; a slice turns, so its middle is where it is at first.
        count: of pictures; the one after the last would be the first again.

    Returns:
        `count` of them; the first looks from where a still does.

    Raises:
        RenderError: see `focus.before_middle`.
    """
    yaws = YAW_DEG + np.linspace(0, 360, count, endpoint=False)
    poses = [turned(YAW_DEG + yaw) for yaw in np.linspace(0, 360, POSES, endpoint=False)]
    middle = (stage.points.min(axis=0) + stage.points.max(axis=0)) / 2
    swept = np.concatenate([(stage.points - middle) @ turn.T for turn in poses])
    before = None if focus is None else before_middle(focus, stage, poses[0])
    whole = framed(swept, layout, view_cone_deg, np.eye(3), focus=before)
    return [_turned(whole, middle, turned(yaw)) for yaw in yaws]


def _turned(whole: Rig, middle: np.ndarray, turn: np.ndarray) -> Rig:
    """The rig of all poses, of one of them: it looks at the same place of the stage."""
    target = middle + turn.T @ whole.target
    return Rig(target, turn, whole.half_height, whole.aspect, whole.views, whole.view_cone_deg)
