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

Focus = str | float
"""One of `NAMES`, through the middle of which it goes; or mm from that of all, to the viewer."""


def focus_given(text: str) -> Focus:
    """`--focus` as people type it.

    Raises:
        argparse.ArgumentTypeError: neither a name nor a number.
    """
    if text in NAMES:
        return text
    try:
        focus_mm = float(text)
    except ValueError:
        focus_mm = math.nan
    if not math.isfinite(focus_mm):
        raise argparse.ArgumentTypeError(
            f"expected {', '.join(NAMES)}, or mm before (2.5) or behind (-2.5) the middle, "
            f"got {text!r}"
        )
    return focus_mm


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
    if abs(float(focus)) > 1e3 * half_depth:
        raise RenderError(
            f"expected a focus within {1e3 * half_depth:.1f} mm of the middle, where what is "
            f"shown ends, got {focus:g} mm"
        )
    return 1e-3 * float(focus)
