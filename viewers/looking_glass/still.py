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
from viewers.looking_glass.device import Device
from viewers.looking_glass.focus import focused
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.quilt import QUILT_NAME, Layout, Rig, layout_of_name
from viewers.looking_glass.specimen import Specimen
from viewers.looking_glass.stage import (
    Stage,
    greatest_shift_px,
    plane_before_middle,
)

QUICK_PNG = 1


def check_target(target: Path, suffix: str, layout: Layout | None = None) -> None:
    """Refuse a place for a picture or film before any work is done for it.

    Args:
        target: file to write.
        suffix: how it has to end, ".png" or ".mp4".
        layout: of what is to be written, where that is quilts.

    Raises:
        UsageError: it ends otherwise, there is no such folder, or the name tells another layout.
    """
    if target.suffix.lower() != suffix or target.is_dir():
        raise UsageError(f"expected a file ending in {suffix}, got {target}")
    if not target.parent.is_dir():
        raise UsageError(f"expected a file in a folder that is there, got {target}")
    if layout is None or not QUILT_NAME.search(target.name):
        return
    named = layout_of_name(target.name, layout.width, layout.height)
    if (named.columns, named.rows) != (layout.columns, layout.rows):
        raise UsageError(
            f"expected a name with {layout.suffix}, or without a layout, got {target.name}"
        )


def write_quilt(
    scan: ScanFile,
    label: str | None,
    device: Device,
    target: Path,
    look: Look = AS_USUAL,
) -> dict[str, Any]:
    """Draw a scan's tumour for a display, and write the quilt.

    Returns:
        What was drawn, as `parasam hologram --json` prints it.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no OpenGL, a quilt beyond it, or a focus beyond what is shown.
        UsageError: see `check_target` and `Look.check`.
    """
    check_target(target, ".png", device.layout)
    look.check(scan)
    label = scan.label_named(label)
    quilt, stage, rig = drawn(scan, label, device, look)
    write_bytes(target, png(quilt))
    return told_of(target, label, device, stage, [rig])


def told_of(
    target: Path, label: str, device: Device, stage: Stage, rigs: list[Rig]
) -> dict[str, Any]:
    """What `--json` says of quilts in a file, by the cameras of each; all of one size."""
    layout, first = device.layout, rigs[0]
    return {
        "quilt": str(target),
        "studio_name": studio_name(target, layout),
        "label": label,
        "view": stage.view,
        "device": device.name,
        "columns": layout.columns,
        "rows": layout.rows,
        "width": layout.width,
        "height": layout.height,
        "aspect": layout.aspect,
        "view_cone_deg": device.view_cone_deg,
        "focal_plane_mm": [2e3 * first.half_height * first.aspect, 2e3 * first.half_height],
        "focus_mm": 1e3 * plane_before_middle(first, stage.points),
        "greatest_shift_px": max(greatest_shift_px(stage.points, rig, layout) for rig in rigs),
        "triangles": len(stage.faces),
    }


def drawn(
    scan: ScanFile, label: str, device: Device, look: Look
) -> tuple[NDArray[np.uint8], Stage, Rig]:
    """A scan's quilt for a display, (y, x, 3) uint8 sRGB, and what was drawn by which cameras."""
    with Renderer() as renderer:
        stage = stage_of_scan(scan, label, look)
        rig = focused(stage, device.layout, device.view_cone_deg, look.focus)
        renderer.show(stage)
        return renderer.quilt(rig, device.layout), stage, rig


def stage_of_scan(scan: ScanFile, label: str, look: Look = AS_USUAL) -> Stage:
    """What of a scan is wanted to be seen."""
    specimen = Specimen.of_scan(scan, label)
    return specimen.stage(look.frame, look.view, with_caption=look.with_caption)


def studio_name(target: Path, layout: Layout) -> str:
    """The file name by which other programs know the layout; the file's own if it tells already."""
    if QUILT_NAME.search(target.name):
        return target.name
    return f"{target.stem}{layout.suffix}{target.suffix}"


def png(picture: NDArray[np.uint8]) -> bytes:
    """A picture, (y, x, 3) uint8, as a file's bytes; quickly rather than small."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", compress_level=QUICK_PNG)
    return stream.getvalue()
