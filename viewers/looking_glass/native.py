"""A scan as one panel's own pixels, in a file to be shown on it unscaled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parasam_core.atomic import write_bytes
from parasam_core.errors import RenderError, UsageError
from parasam_core.scanfile import ScanFile
from viewers.looking_glass.bridge import Bridge
from viewers.looking_glass.known_panel import KnownPanel, known_panel, panel_that_says
from viewers.looking_glass.lens import encode
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.panel import Panel, chosen
from viewers.looking_glass.stage import greatest_shift_px
from viewers.looking_glass.still import check_target, drawn, png


def calibrated_panel(asked: str | None, file: Path | None = None) -> KnownPanel:
    """A panel whose lenses are known: of a file, else by Bridge, else the last one seen.

    Args:
        asked: serial number, or a display's name; None for any.
        file: a calibration, JSON.

    Raises:
        UsageError: the file cannot be read.
        RenderError: it holds no calibration, or no panel is known.
    """
    panel, _, silence = attached_panel(asked, file)
    if panel.calibration is None:
        raise RenderError(
            f"expected a panel whose lenses are known, got {panel.device.title} as a {panel.source}"
            f" ({panel.remark or silence}); start Looking Glass Bridge with the panel connected, "
            "or give its calibration with --calibration FILE.json"
        )
    return panel


def attached_panel(
    asked: str | None, file: Path | None = None
) -> tuple[KnownPanel, tuple[int, int] | None, str]:
    """A panel, whether or not its lenses are known.

    Args:
        asked: serial number, or a display's name; None for any.
        file: a calibration, JSON; then Bridge is not asked.

    Returns:
        The panel, its place on the desktop (x, y) where Bridge tells it, and why Bridge told
        nothing; "" where it did.

    Raises:
        UsageError: the file cannot be read.
        RenderError: it holds no calibration, or `asked` is no display.
    """
    if file is not None:
        return panel_that_says(_text(file), source=file.name, asked=asked), None, ""
    told, silence = _bridges_word(asked)
    words = (told.calibration, told.quilt) if told else ()
    panel = known_panel(asked, *(json.dumps(fields) if fields else "" for fields in words))
    return panel, told.place if told and panel.source == "Bridge" else None, silence


def write_native(
    scan: ScanFile,
    label: str | None,
    panel: KnownPanel,
    target: Path,
    look: Look = AS_USUAL,
) -> dict[str, Any]:
    """Draw a scan as `write_quilt` does, and write the pixels that show it on a panel.

    Args:
        scan: whose tumour.
        label: which mask; None where there is one.
        panel: of `calibrated_panel`.
        target: PNG to write.
        look: how it is drawn.

    Returns:
        What was drawn, as `parasam hologram --native --json` prints it.

    Raises:
        ScanError, EmptyMaskError: the scan has no such label, or nothing in it.
        RenderError: no OpenGL, a quilt beyond it, or a panel whose lenses are not known.
        UsageError: see `still.check_target` and `Look.check`.
    """
    check_target(target, ".png")
    look.check(scan)
    if panel.calibration is None:
        raise RenderError(f"expected a panel whose lenses are known, got {panel.device.title}")
    label = scan.label_named(label)
    layout = panel.device.layout
    quilt, stage, rig = drawn(scan, label, panel.device, look)
    write_bytes(target, png(encode(quilt, layout, panel.calibration)))
    return {
        "native": str(target),
        "label": label,
        "serial": panel.calibration.serial,
        "calibration_from": panel.source,
        "remark": panel.remark,
        "width": panel.calibration.screen[0],
        "height": panel.calibration.screen[1],
        "columns": layout.columns,
        "rows": layout.rows,
        "view_cone_deg": panel.device.view_cone_deg,
        "greatest_shift_px": greatest_shift_px(stage.points, rig, layout),
    }


def lines_of_native(told: dict[str, Any]) -> list[str]:
    """What `write_native` returns, for reading."""
    lines = [
        f"{told['native']}: {told['width']}×{told['height']} pixels for {told['serial']} alone "
        f"(calibration: {told['calibration_from']}); show them unscaled"
    ]
    return [*lines, told["remark"]] if told["remark"] else lines


def _bridges_word(asked: str | None) -> tuple[Panel | None, str]:
    """The panel that is there; None and the reason where none answers."""
    try:
        return chosen(Bridge().panels(), asked), ""
    except RenderError as error:
        return None, str(error)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise UsageError(f"expected a calibration in JSON, got {file}: {reason}") from error
