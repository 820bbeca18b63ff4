"""Which plane of the scene lies in the glass: it is sharpest there, and stands still."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from viewers.looking_glass.quilt import Layout, Rig

if TYPE_CHECKING:
    from viewers.looking_glass.stage import Stage

NAMES = ("tumour", "slice")

Point = tuple[float, float, float]

Focus = str | float | Point
"""One of `NAMES`, through the middle of which it goes; or mm from that of all, to the viewer; or a
point (x, y, z) of the scan, mm, through which it goes."""


def focus_given(text: str) -> Focus:
    """`--focus` as people type it.

    Raises:
        argparse.ArgumentTypeError: neither a name nor a number.
    """
    if text in NAMES:
        return text
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) not in (1, 3) or not all(map(math.isfinite, numbers)):
        raise argparse.ArgumentTypeError(
            f"expected {', '.join(NAMES)}, mm before (2.5) or behind (-2.5) the middle, or a point "
            f"of the scan in mm (x,y,z), got {text!r}"
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1], numbers[2])


def focused(stage: Stage, layout: Layout, view_cone_deg: float, focus: Focus | None) -> Rig:
    """Cameras for a stage in the three-quarter view, focused where it is wanted.

    Args:
        stage: what is shown.
        layout: of the quilt.
        view_cone_deg: of the display.
        focus: None: where the most depth is left.

    Raises:
        RenderError: see `before_middle`.
    """
    from viewers.looking_glass.stage import framed, turned  # heavy, and `--help` reads this file

    turn = turned()
    before = None if focus is None else before_middle(focus, stage, turn)
    return framed(stage.points, layout, view_cone_deg, turn, focus=before)


def before_middle(focus: Focus, stage: Stage, turn: NDArray[np.float64]) -> float:
    """How far the plane lies before the middle of what is shown, metres.

    Args:
        focus: where it is wanted.
        stage: what is shown.
        turn: (3, 3) rotation of the scene.

    Raises:
        RenderError: beyond what is shown, or through something that is not.
    """
    z = stage.points @ turn[2]
    middle, half_depth = (z.max() + z.min()) / 2, float(np.ptp(z) / 2)
    if focus == "tumour":
        body = stage.positions @ turn[2]
        return float((body.max() + body.min()) / 2 - middle)
    if focus == "slice":
        if stage.picture is None:
            raise RenderError("expected a slice to focus on, none is shown")
        return float((stage.picture.corners @ turn[2]).mean() - middle)
    if isinstance(focus, tuple):
        return _within(height_of(focus, turn) - float(middle), half_depth, f"at {focus}")
    return _within(1e-3 * float(focus), half_depth, "")


def height_of(point_mm: Point, turn: NDArray[np.float64]) -> float:
    """How far before the scene's origin a point (x, y, z) of the scan lies, metres."""
    from parasam_core.gltf import SCENE_FROM_MM  # heavy, and `--help` reads this file

    return float(SCENE_FROM_MM[:3, :3] @ point_mm @ turn[2])


def _within(before: float, half_depth: float, where: str) -> float:
    if abs(before) > half_depth:
        raise RenderError(
            f"expected a focus within {1e3 * half_depth:.1f} mm of the middle, where what is "
            f"shown ends, got {' '.join(filter(None, (f'{1e3 * before:g} mm', where)))}"
        )
    return before
