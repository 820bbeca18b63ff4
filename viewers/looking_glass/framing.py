"""Cameras that keep a scan at one size while it is turned, and what does not stay sharp in them.

`stage.framed` makes a still as large as its one turn allows, so it would breathe under the hand.
Here all that turns is taken as a ball, which every turn shows alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from viewers.looking_glass.focus import before_middle, height_of
from viewers.looking_glass.quilt import FOV_DEG, Layout, Rig, px_a_view
from viewers.looking_glass.stage import (
    CEILING_PX,
    MARGIN,
    YAW_DEG,
    Stage,
    depths_allowed,
    middle_behind_focus,
    turned,
)
from viewers.looking_glass.viewing import Viewing

GHOSTS_PX = 8.0
"""Shift a view beyond which a panel shows things twice."""

LIGHTER = 2
"""Columns and rows of a quilt that moves: one in so many."""


@dataclass(frozen=True, eq=False)
class Ball:
    """Holds all that is shown.

    Attributes:
        centre: (3,) metres; what turns turns about it.
        radius: metres.
    """

    centre: NDArray[np.float64]
    radius: float


def ball_of(points: NDArray[np.float64]) -> Ball:
    """A ball around (n, 3) points, metres, in the middle of their box."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    return Ball(centre, float(np.linalg.norm(points - centre, axis=1).max()))


def lighter(layout: Layout) -> Layout:
    """A quilt of about a quarter of the views, of the same tiles, for while something moves."""
    columns, rows = (max(-(-n // LIGHTER), 1) for n in (layout.columns, layout.rows))
    width, height = columns * layout.tile_width, rows * layout.tile_height
    return replace(layout, columns=columns, rows=rows, width=width, height=height)


def rig_of(seen: Viewing, stage: Stage, ball: Ball, layout: Layout, view_cone_deg: float) -> Rig:
    """The cameras that show what somebody sees.

    Args:
        seen: turn, zoom and focus; a focus on what is not shown is none.
        stage: what is shown.
        ball: around all that can be shown, so that neither turn nor frame changes the size, nor
            what lies in the glass where no focus is asked for.
        layout: of the quilt.
        view_cone_deg: of the display.
    """
    turn = turn_of(seen)
    whole = half_height_of(ball.radius, layout, view_cone_deg)
    half_height = whole / seen.zoom
    plane = _plane(seen, stage, ball, turn, whole)
    off_centre = plane - float(ball.centre @ turn[2])
    target = ball.centre + turn[2] * off_centre
    return Rig(target, turn, half_height, layout.aspect, layout.views, view_cone_deg)


def turn_of(seen: Viewing) -> NDArray[np.float64]:
    """(3, 3) rotation of the scene."""
    if seen.lie is None:
        return turned(seen.yaw_deg, seen.pitch_deg)
    held = Rotation.from_quat(seen.lie).as_matrix()
    return np.asarray(turned(seen.yaw_deg - YAW_DEG, seen.pitch_deg) @ held)


def half_height_of(radius: float, layout: Layout, view_cone_deg: float) -> float:
    """The least half-height at which a ball is in every view, within margin and depth budget.

    Args:
        radius: metres, of a ball whose nearest and farthest point shift alike.
        layout: of the quilt.
        view_cone_deg: of the display.

    A camera at angle θ sees (x, y, z) at ((x − z·tan θ) / a, y) / (s − z·tan(fov/2)); over a ball
    a linear form is at most that at its middle and the radius times the length of its gradient.
    """
    tangent = math.tan(math.radians(FOV_DEG / 2))
    reach = math.tan(math.radians(view_cone_deg / 2)) if layout.views > 1 else 0.0
    across = math.hypot(1, reach + tangent * layout.aspect * MARGIN) / (layout.aspect * MARGIN)
    upright = math.hypot(1 / MARGIN, tangent)
    near, far = depths_allowed(layout, view_cone_deg)
    least = radius * max(across, upright, tangent * 2 / (far - near))
    aside = middle_behind_focus(radius, least) * reach / (layout.aspect * MARGIN)
    return max(least, radius * across + aside)


def shift_px(stage: Stage, rig: Rig, layout: Layout) -> tuple[float, float]:
    """How far the (nearest, farthest) thing that is in the picture moves a view, tile pixels.

    The nearest is 0 where nothing lies before the focal plane, the farthest where nothing does
    behind it.
    """
    seen = (stage.points - rig.target) @ rig.turn.T
    half = rig.half_height * np.array([rig.aspect, 1.0])
    z = seen[(np.abs(seen[:, :2]) <= half).all(axis=1), 2]
    relative = 1 - rig.distance / (rig.distance - z[z < rig.distance])
    a_view = px_a_view(layout, rig.view_cone_deg, rig.fov_deg)
    if not relative.size:
        return 0.0, 0.0
    return a_view * max(-float(relative.min()), 0.0), a_view * max(float(relative.max()), 0.0)


def warning_of(stage: Stage, rig: Rig, layout: Layout) -> str:
    """What does not stay sharp and what to do about it, a sentence; "" where all does."""
    near, far = shift_px(stage, rig, layout)
    worst = max(near, far)
    if worst <= CEILING_PX * 1.001:  # what was framed to the ceiling is within it
        return ""
    parts, key = ("near", "F") if near > 0.999 * far else ("far", "B")
    fault = "ghost" if worst > GHOSTS_PX else "blur"
    evener = min(near, far) < 0.8 * worst
    remedy = f"push the focus ({key}) or zoom out" if evener else "zoom out"
    return f"{worst:.1f} px a view: {parts} parts {fault}; {remedy}"


def _plane(
    seen: Viewing, stage: Stage, ball: Ball, turn: NDArray[np.float64], whole: float
) -> float:
    """Where the focal plane crosses the line of sight, metres from the scene's origin.

    `whole` is half the height of the picture that shows all: zoom does not change the plane.
    """
    z = stage.points @ turn[2]
    middle, half_depth = float((z.max() + z.min()) / 2), float(np.ptp(z) / 2)
    if isinstance(seen.focus, int | float):
        most_mm = 1e3 * half_depth
        return middle + 1e-3 * min(max(float(seen.focus), -most_mm), most_mm)
    there = {"tumour": stage.positions.size > 0, "slice": stage.picture is not None}
    if isinstance(seen.focus, tuple):
        return min(max(height_of(seen.focus, turn), float(z.min())), float(z.max()))
    if seen.focus is not None and there[seen.focus]:
        return middle + before_middle(seen.focus, stage, turn)
    return float(ball.centre @ turn[2]) + middle_behind_focus(ball.radius, whole)
