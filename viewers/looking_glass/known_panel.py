"""Which panel a picture is for: its own answer, else the last one seen, else a preset."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parasam_core.errors import RenderError
from viewers.looking_glass.calibration import (
    Calibration,
    read_calibration,
    read_default_quilt,
)
from viewers.looking_glass.device import DEFAULT, PRESETS, Device, preset
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.seen import Seen, keep, last_seen, seen_of


@dataclass(frozen=True)
class KnownPanel:
    """A display to draw for.

    Attributes:
        device: what it expects of a quilt.
        calibration: its lenses; None for a preset, which knows no panel's own.
        source: where that is from: "Bridge", "seen on 2026-11-27" or "preset".
        remark: why a better source was not taken, or what else to know; "" where there is nothing.
    """

    device: Device
    calibration: Calibration | None
    source: str
    remark: str = ""


def known_panel(
    asked: str | None = None, calibration: str = "", default_quilt: str = ""
) -> KnownPanel:
    """The panel to draw for, by the best source that there is.

    Args:
        asked: a serial number, or a display's name; None for any.
        calibration: what Bridge says, JSON text; "" where it did not answer, or for an ordinary
            monitor. It is kept for the next time.
        default_quilt: what Bridge says, JSON text.

    Raises:
        RenderError: `asked` is no display, and no panel that was seen.
    """
    if not calibration:
        return _without_bridge(asked)
    try:
        panel = panel_that_says(calibration, default_quilt, source="Bridge")
    except RenderError as error:
        return replace(_without_bridge(asked), remark=f"what Bridge says was not taken: {error}")
    panel = _kept(panel, calibration, default_quilt)
    if asked is None or _is(panel.device, asked):
        return panel
    return replace(
        _without_bridge(asked), remark=f"Bridge has a {panel.device.title}, {asked} was asked for"
    )


def panel_that_says(
    calibration: str, default_quilt: str = "", *, source: str, asked: str | None = None
) -> KnownPanel:
    """A panel by its own words.

    Args:
        calibration: JSON text.
        default_quilt: JSON text; "" where the panel says nothing, its model's is taken then.
        source: where the words are from.
        asked: name of the model, for a panel whose serial number names none.

    Raises:
        RenderError: a field is missing or absurd, or nobody knows the quilt or the view cone.
    """
    lens = read_calibration(calibration)
    model = _model(lens) or PRESETS.get((asked or "").strip().lower())
    layout = read_default_quilt(default_quilt) or _layout(model)
    cone = lens.view_cone_deg or (model.view_cone_deg if model else None)
    if cone is None:
        raise RenderError("expected viewCone in what the panel says of itself, got none")
    device = Device(
        name=lens.serial,
        title=f"{model.title if model else 'Looking Glass'} ({lens.serial})",
        layout=layout,
        view_cone_deg=cone,
        serial_prefix=model.serial_prefix if model else "",
        screen=lens.screen,
        dpi=lens.dpi,
    )
    return KnownPanel(device, lens, source, _remark(lens))


def _kept(panel: KnownPanel, calibration: str, default_quilt: str) -> KnownPanel:
    try:
        keep(calibration, default_quilt)
    except RenderError as error:
        return replace(panel, remark=str(error))
    return panel


def _is(device: Device, asked: str) -> bool:
    """Whether a panel is the one, or of the model, that is asked for."""
    known = PRESETS.get(asked.strip().lower())
    if known is None:
        return device.name.upper() == asked.strip().upper()
    return known.serial_prefix in ("", device.serial_prefix)


def _without_bridge(asked: str | None) -> KnownPanel:
    seen, remark = _seen(asked), ""
    if seen is not None:
        source = f"seen on {seen.date}"
        try:
            return panel_that_says(seen.calibration, seen.default_quilt, source=source)
        except RenderError as error:
            serial = read_calibration(seen.calibration).serial
            remark = f"{serial}, {source}, was not taken: {error}"
    return KnownPanel(preset(DEFAULT if asked is None else asked), None, "preset", remark)


def _seen(asked: str | None) -> Seen | None:
    """The last answer of the panel, or of any of the model, that is asked for."""
    if asked is None:
        return last_seen()
    known = PRESETS.get(asked.strip().lower())
    if known is None:
        return seen_of(asked.strip())
    return last_seen(known.serial_prefix) if known.serial_prefix else None


def _model(calibration: Calibration) -> Device | None:
    """By the serial number, else the only model with such a screen: old numbers name none."""
    serial, own = calibration.serial.upper(), (calibration.screen, calibration.dpi)
    named = [d for d in PRESETS.values() if d.serial_prefix and serial.startswith(d.serial_prefix)]
    alike = [d for d in PRESETS.values() if (d.screen, d.dpi) == own]
    found = named or alike
    return found[0] if len(found) == 1 else None


def _layout(model: Device | None) -> Layout:
    if model is None:
        raise RenderError(
            "expected a defaultQuilt for a panel of an unknown model, got none; "
            f"name its model: --device {'|'.join(PRESETS)}"
        )
    return model.layout


def _remark(calibration: Calibration) -> str:
    if not calibration.unheeded:
        return ""
    names = ", ".join(calibration.unheeded)
    return f"the panel sets {names}, which is not heeded: views or colours may be exchanged"
