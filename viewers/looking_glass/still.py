"""A scan as one quilt in a file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.scanfile import ScanFile
from parasam_core.solid import fill, simplified, surface
from viewers.looking_glass.device import Device
from viewers.looking_glass.focus import Focus, focused
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.quilt import QUILT_NAME, Layout, Rig, layout_of_name
from viewers.looking_glass.stage import (
    Stage,
    greatest_shift_px,
    middle_slice,
    plane_before_middle,
    stage_of,
)

TRIANGLES = 100_000
QUICK_PNG = 1


def check_quilt_target(target: Path, layout: Layout) -> None:
    """Refuse a place for a quilt before any work is done for it.

    Raises:
        UsageError: not a PNG, no such folder, or a name that tells another layout.
    """
    check_png_target(target)
    if not QUILT_NAME.search(target.name):
        return
    named = layout_of_name(target.name, layout.width, layout.height)
    if (named.columns, named.rows) != (layout.columns, layout.rows):
        raise UsageError(
            f"expected a name with {layout.suffix}, or without a layout, got {target.name}"
        )


def check_png_target(target: Path) -> None:
    """Refuse a place for a picture before any work is done for it.

    Raises:
        UsageError: not a PNG, or no such folder.
    """
    if target.suffix.lower() != ".png" or target.is_dir():
        raise UsageError(f"expected a file ending in .png, got {target}")
    if not target.parent.is_dir():
        raise UsageError(f"expected a file in a folder that is there, got {target}")


def write_quilt(
    scan: ScanFile,
    label: str | None,
    device: Device,
    target: Path,
    focus: Focus | None = None,
) -> dict[str, Any]:
    """Draw a scan's tumour and the slice through its middle for a display, and write the quilt.

    Returns:
        What was drawn, as `parasam hologram --json` prints it.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no OpenGL, a quilt beyond it, or a focus beyond what is shown.
        UsageError: see `check_quilt_target`.
    """
    check_quilt_target(target, device.layout)
    label = scan.label_named(label)
    quilt, stage, rig = drawn(scan, label, device, focus)
    write_bytes(target, _png(quilt))
    return {
        "quilt": str(target),
        "studio_name": studio_name(target, device.layout),
        "label": label,
        "device": device.name,
        "columns": device.layout.columns,
        "rows": device.layout.rows,
        "width": device.layout.width,
        "height": device.layout.height,
        "aspect": device.layout.aspect,
        "view_cone_deg": device.view_cone_deg,
        "focal_plane_mm": [2e3 * rig.half_height * rig.aspect, 2e3 * rig.half_height],
        "focus_mm": 1e3 * plane_before_middle(rig, stage.points),
        "greatest_shift_px": greatest_shift_px(stage.points, rig, device.layout),
        "triangles": len(stage.faces),
    }


def drawn(
    scan: ScanFile, label: str, device: Device, focus: Focus | None
) -> tuple[NDArray[np.uint8], Stage, Rig]:
    """A scan's quilt for a display, (y, x, 3) uint8 sRGB, and what was drawn by which cameras."""
    with Renderer() as renderer:
        stage = stage_of_scan(scan, label)
        rig = focused(stage, device.layout, device.view_cone_deg, focus)
        renderer.show(stage)
        return renderer.quilt(rig, device.layout), stage, rig


def stage_of_scan(scan: ScanFile, label: str) -> Stage:
    """The tumour's surface, and the slice through its middle."""
    mask = scan.mask(label)
    mesh = simplified(surface(fill(mask, ends="drawn")), TRIANGLES)
    return stage_of(mesh, middle_slice(scan.sequence(), mask))


def studio_name(target: Path, layout: Layout) -> str:
    """The file name by which other programs know the layout; the file's own if it tells already."""
    if QUILT_NAME.search(target.name):
        return target.name
    return f"{target.stem}{layout.suffix}{target.suffix}"


def _png(picture: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", compress_level=QUICK_PNG)
    return stream.getvalue()
