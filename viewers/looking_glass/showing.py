"""A scan on the panel: drawn as this panel expects, and shown by Looking Glass Bridge."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from parasam_core.errors import RenderError
from parasam_core.home import holograms_folder
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress, no_progress
from viewers.looking_glass.bridge import STILL_MS, Bridge
from viewers.looking_glass.film import check_seconds, write_film
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.panel import Panel, chosen, expected_by
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.seen import keep
from viewers.looking_glass.still import write_quilt

KEPT = 4
"""Quilts that stay: Bridge reads its file again when a playlist begins anew."""


def show_scan(
    scan: ScanFile,
    label: str | None,
    wanted: str | None,
    look: Look = AS_USUAL,
    turntable_s: float | None = None,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Draw a scan for a panel that is there, and have Bridge show it.

    Args:
        scan: whose tumour.
        label: which mask; None where there is one.
        wanted: serial number or preset's name of the panel; None takes the first.
        look: how it is drawn.
        turntable_s: how long one round lasts; None: it stands still.
        progress: how many quilts of a film are drawn.

    Returns:
        What was drawn, for which panel, who said how, and what Bridge answered, as
        `parasam hologram --bridge --json` prints it.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no Bridge, no panel, something refused, or no OpenGL.
        UsageError: see `check_seconds` and `Look.check`.
    """
    label = scan.label_named(label)
    look.check(scan)
    if turntable_s is not None:
        check_seconds(turntable_s)
    bridge = Bridge()
    panel = chosen(bridge.panels(), wanted)
    expected = expected_by(panel, wanted)
    _remember(panel)
    if turntable_s is None:
        media, lasts_ms = new_quilt(expected.device.layout), STILL_MS
        drawn = write_quilt(scan, label, expected.device, media, look)
    else:
        media, lasts_ms = new_quilt(expected.device.layout, ".mp4"), round(1e3 * turntable_s)
        drawn = write_film(scan, label, expected.device, media, turntable_s, look, progress)
    forget_old_quilts(media.parent)
    shown = bridge.show(panel, media, expected.device.layout, lasts_ms=lasts_ms)
    return {
        **drawn,
        "layout_from": expected.layout_from,
        "view_cone_from": expected.view_cone_from,
        "panel": {
            "index": panel.index,
            "serial": panel.serial,
            "hardware": panel.hardware,
            "state": panel.state,
        },
        "bridge": {
            "version": bridge.version,
            "status": shown.status,
            "answers": shown.answers,
            "playlist": shown.playlist,
        },
    }


def _remember(panel: Panel) -> None:
    """Keep what it says of itself for when Bridge does not answer, if that is complete."""
    with suppress(RenderError):
        keep(json.dumps(panel.calibration), json.dumps(panel.quilt))


def lines_of(told: dict[str, Any]) -> list[str]:
    """What `show_scan` returns, for reading."""
    panel, bridge = told["panel"], told["bridge"]
    views = told["columns"] * told["rows"]
    sources = {"bridge": "as Bridge says", "preset": "as its model expects", "assumed": "a guess"}
    lines = [
        f"{panel['serial'] or panel['hardware']} (output {panel['index']}): {views} views, "
        f"{told['columns']}×{told['rows']} on {told['width']}×{told['height']} "
        f"({sources[told['layout_from']]}); view cone {told['view_cone_deg']:g}° "
        f"({sources[told['view_cone_from']]})",
        told["quilt"],
        f"Looking Glass Bridge {bridge['version']} answered: {bridge['status']}",
    ]
    for endpoint, status in bridge["answers"].items():
        if status != "Completion":
            lines.append(f"not done yet: {endpoint} ({status})")
    if panel["state"] not in ("", "ok"):
        lines.append(f"Bridge calls the panel's state {panel['state']!r}")
    return lines


def new_quilt(layout: Layout, suffix: str = ".png") -> Path:
    """A file of a new name, in a folder that is there; absolute, as Bridge runs elsewhere."""
    folder = holograms_folder().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"quilt-{time.time_ns()}{layout.suffix}{suffix}"


def forget_old_quilts(folder: Path) -> None:
    """Remove all but the newest `KEPT` of the quilts that were written for Bridge."""
    for path in sorted(folder.glob("quilt-*_qs*.*"))[:-KEPT]:
        path.unlink(missing_ok=True)
