"""A scan as one view from straight ahead: a plain picture, or with its depth beside it (RGB-D)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.atomic import write_bytes
from parasam_core.scanfile import ScanFile
from viewers.looking_glass.device import Device
from viewers.looking_glass.focus import focused
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.still import check_target, png, stage_of_scan

TALLEST_PX = 2160
"""Where nobody knows the panel's pixels."""

NEAREST_LEVEL, FARTHEST_LEVEL = 255, 1
"""Of what is shown; 0 is where nothing is, behind everything."""


def write_view(
    scan: ScanFile,
    label: str | None,
    device: Device,
    target: Path,
    look: Look = AS_USUAL,
    *,
    with_depth: bool = False,
) -> dict[str, Any]:
    """Draw a scan as the middle camera of a display's sees it, and write the picture.

    Args:
        scan: whose tumour.
        label: which mask; None where there is one.
        device: whose shape and, if known, whose pixels the picture has.
        target: PNG to write.
        look: as for a quilt; its focus decides how large things are shown.
        with_depth: put the depth beside it on the right, grey, white nearest, as Looking Glass
            Studio and Bridge take RGB-D.

    Returns:
        What was drawn, as `parasam hologram --still` and `--rgbd` print it with `--json`.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no OpenGL, a picture beyond it, or a focus beyond what is shown.
        UsageError: see `still.check_target` and `Look.check`.
    """
    check_target(target, ".png")
    look.check(scan)
    label = scan.label_named(label)
    layout = layout_of_one(device)
    with Renderer() as renderer:
        stage = stage_of_scan(scan, label, look)
        rig = focused(stage, layout, device.view_cone_deg, look.focus)
        renderer.show(stage)
        picture = renderer.quilt(rig, layout)
        if with_depth:
            depth = depth_levels(renderer.heights(rig, layout))
            picture = np.concatenate([picture, np.repeat(depth[..., None], 3, axis=2)], axis=1)
    write_bytes(target, png(picture))
    return {
        "picture": str(target),
        "label": label,
        "view": stage.view,
        "device": device.name,
        "width": picture.shape[1],
        "height": picture.shape[0],
        "aspect": layout.aspect,
        "is_rgbd": with_depth,
    }


def layout_of_one(device: Device) -> Layout:
    """One tile, of the panel's own pixels where they are known."""
    aspect = device.layout.aspect
    width, height = device.screen or (round(TALLEST_PX * aspect), TALLEST_PX)
    return Layout(1, 1, width, height, aspect)


def depth_levels(heights_m: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Depth as grey levels: even steps from what is nearest to what is farthest.

    Args:
        heights_m: (y, x) before the focal plane, metres; NaN where nothing is.

    Returns:
        (y, x) uint8; 0 where nothing is.
    """
    shown = ~np.isnan(heights_m)
    levels = np.zeros(heights_m.shape, np.uint8)
    if shown.any():
        low, high = heights_m[shown].min(), heights_m[shown].max()
        part = (heights_m[shown] - low) / max(high - low, np.finfo(np.float32).tiny)
        steps = NEAREST_LEVEL - FARTHEST_LEVEL
        levels[shown] = np.round(FARTHEST_LEVEL + steps * part).astype(np.uint8)
    return levels
