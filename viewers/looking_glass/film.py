"""A scan on a turntable, as a film of quilts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from parasam_core.atomic import file_written_beside
from parasam_core.errors import UsageError
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress, no_progress
from viewers.looking_glass.device import Device
from viewers.looking_glass.encoder import Mp4
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.still import check_target, stage_of_scan, told_of
from viewers.looking_glass.turntable import rigs_around

PICTURES_A_SECOND = 30
SHORTEST_S, LONGEST_S = 0.5, 120.0


def check_film(target: Path, layout: Layout, seconds: float) -> None:
    """Refuse a place for a film, or its length, before any work is done for it.

    Raises:
        UsageError: see `still.check_target` and `check_seconds`.
    """
    check_target(target, ".mp4", layout)
    check_seconds(seconds)


def check_seconds(seconds: float) -> None:
    """Refuse a round that nobody could look at.

    Raises:
        UsageError: it is too short or too long.
    """
    if not (math.isfinite(seconds) and SHORTEST_S <= seconds <= LONGEST_S):
        raise UsageError(
            f"expected a turntable of {SHORTEST_S:g} to {LONGEST_S:g} seconds, got {seconds:g}"
        )


def write_film(
    scan: ScanFile,
    label: str | None,
    device: Device,
    target: Path,
    seconds: float,
    look: Look = AS_USUAL,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Turn a scan's tumour once round for a display, and write the quilts as MP4.

    Args:
        scan: whose tumour.
        label: which mask; None where there is one.
        device: to draw for.
        target: MP4 to write.
        seconds: one round lasts; played in a loop it goes on for ever.
        look: how it is drawn.
        progress: how many quilts are drawn.

    Returns:
        What was drawn, as `parasam hologram --turntable --json` prints it.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no OpenGL, a quilt beyond it, or a focus beyond what is shown.
        UsageError: see `check_film` and `Look.check`.
    """
    check_film(target, device.layout, seconds)
    look.check(scan)
    layout = even(device.layout)
    label = scan.label_named(label)
    count = round(seconds * PICTURES_A_SECOND)
    with Renderer() as renderer, file_written_beside(target) as partial:
        stage = stage_of_scan(scan, label, look)
        rigs = rigs_around(stage, layout, device.view_cone_deg, look.focus, count)
        renderer.show(stage)
        with Mp4(partial, layout.width, layout.height, PICTURES_A_SECOND) as film:
            for done, rig in enumerate(rigs):
                progress("drawing quilts", done, count)
                film.add(renderer.quilt(rig, layout))
        progress("drawing quilts", count, count)
    told = told_of(target, label, replace(device, layout=layout), stage, rigs)
    return {**told, "seconds": seconds, "pictures": count}


def even(layout: Layout) -> Layout:
    """The layout with sides that a film can have; tiles stay as they are, padding changes."""
    width = _even(layout.width, layout.columns)
    return replace(layout, width=width, height=_even(layout.height, layout.rows))


def _even(side: int, tiles: int) -> int:
    """A pixel more or less than an odd side, whichever leaves its tiles their size.

    One tile of the whole side has to give a pixel away.
    """
    if side % 2 == 0:
        return side
    return side - 1 if (side + 1) % tiles == 0 else side + 1
