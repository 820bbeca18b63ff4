"""A panel as Looking Glass Bridge lists it, and what it expects of a quilt.

Bridge's own answer goes before the presets; what it leaves out, or cannot mean, comes from the
preset of the panel's serial number.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

from parasam_core.errors import RenderError
from viewers.looking_glass.device import PRESETS, Device, preset
from viewers.looking_glass.quilt import Layout

ANY_HEAD = -1
"""The output that Bridge takes by itself, where it tells no number."""

ORDINARY = "thirdparty"
"""The hardware of a monitor that is no Looking Glass."""

GREATEST_SIDE, GREATEST_COUNT, GREATEST_CONE_DEG = 16_384, 128, 120.0
"""What lies beyond is a fault, not a panel."""

CAUTIOUS_CONE_DEG = 40.0
"""Where nobody tells: the least of all panels, so less depth than there might be, and no ghosts."""


@dataclass(frozen=True)
class Panel:
    """One display of Bridge's list.

    Attributes:
        index: of the output, as Bridge counts.
        serial: number, `LKG-…`; "" where Bridge tells none.
        hardware: Bridge's word for the model; "" where it tells none.
        state: Bridge's word; "ok" of a panel that is ready, "" where it tells none.
        quilt: Bridge's `defaultQuilt`; empty where it tells none.
        calibration: as Bridge read it from the panel; empty of an ordinary monitor.
        place: (x, y) of its upper left on the desktop, pixels; None where Bridge tells none.
    """

    index: int
    serial: str
    hardware: str
    state: str
    quilt: dict[str, Any]
    calibration: dict[str, Any]
    place: tuple[int, int] | None = None

    @property
    def model(self) -> Device | None:
        """The preset of its serial number, if it is known."""
        try:
            return preset(self.serial)
        except RenderError:
            return None

    @property
    def is_looking_glass(self) -> bool:
        """False for an ordinary monitor."""
        return self.hardware != ORDINARY and bool(self.hardware or self.serial or self.calibration)

    @property
    def title(self) -> str:
        """As people tell it from others: serial number, else hardware, else output."""
        return self.serial or self.hardware or f"output {self.index}"


@dataclass(frozen=True)
class Expected:
    """The display to draw for, and who says so.

    Attributes:
        device: its layout and view cone are those to draw with.
        layout_from: "bridge" or "preset".
        view_cone_from: "bridge", "preset" or "assumed".
    """

    device: Device
    layout_from: str
    view_cone_from: str


def panels_listed(value: Any) -> list[Panel]:
    """The payload of `available_output_devices`, ordinary monitors too, by their index.

    Args:
        value: {"0": {"value": {"index": {"value": 0}, "hwid": {"value": "LKG-…"}, …}}, …}; what
            does not look so is left out.
    """
    entries = value.items() if isinstance(value, dict) else ()
    fields = {key: _dict(_dict(entry).get("value")) for key, entry in entries}
    return sorted((_panel(key, told) for key, told in fields.items() if told),
                  key=lambda panel: panel.index)  # fmt: skip


def chosen(panels: list[Panel], wanted: str | None) -> Panel:
    """The panel of a serial number or of a preset's name; else the first one that is ready.

    A name also takes a panel of which nobody knows the model.

    Raises:
        RenderError: none is meant by `wanted`; the sentence lists those there are.
    """
    ready_first = sorted(panels, key=lambda panel: panel.state != "ok")
    if wanted is None:
        return ready_first[0]
    asked = wanted.strip().lower()
    of_serial = [p for p in ready_first if p.serial and p.serial.lower() == asked]
    of_model = [p for p in ready_first if p.model and p.model.name == asked]
    of_no_model = [p for p in ready_first if p.model is None and asked in PRESETS]
    for panel in (*of_serial, *of_model, *of_no_model):
        return panel
    there = ", ".join(f"{p.title} ({p.model.name})" if p.model else p.title for p in panels)
    raise RenderError(
        f"expected a panel that Looking Glass Bridge lists ({there}), got {wanted!r}; "
        "leave --device out to take the first"
    )


def expected_by(panel: Panel, wanted: str | None = None) -> Expected:
    """What a panel expects: what Bridge says of it, else its preset, else the one that is named.

    Raises:
        RenderError: nobody knows its layout.
    """
    known = panel.model or PRESETS.get((wanted or "").strip().lower())
    told = _layout(panel.quilt, known)
    layout = told or (known.layout if known else None)
    if layout is None:
        raise RenderError(
            f"expected Looking Glass Bridge to say which quilt {panel.title} shows, "
            f"got {panel.quilt}; name its model: --device {'|'.join(PRESETS)}"
        )
    cone_deg, cone_from = _cone(panel.calibration, known)
    base = known or Device(panel.hardware or panel.title, panel.title, layout, cone_deg)
    device = replace(base, layout=layout, view_cone_deg=cone_deg)
    return Expected(device, "bridge" if told else "preset", cone_from)


def _panel(key: str, told: dict[str, Any]) -> Panel:
    index = _dict(told.get("index")).get("value")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        index = int(key) if key.isascii() and key.isdigit() and len(key) < 6 else ANY_HEAD
    calibration = _parsed(_text(told, "calibration"))
    serial = calibration.get("serial")
    return Panel(
        index=index,
        serial=serial if isinstance(serial, str) and serial else _text(told, "hwid"),
        hardware=_text(told, "hardwareVersion"),
        state=_text(told, "state"),
        quilt=_parsed(_text(told, "defaultQuilt")),
        calibration=calibration,
        place=_place(_dict(_dict(told.get("windowCoords")).get("value"))),
    )


def _place(coords: dict[str, Any]) -> tuple[int, int] | None:
    x, y = (_number(coords.get(axis)) for axis in "xy")
    return None if x is None or y is None else (round(x), round(y))


def _layout(quilt: dict[str, Any], known: Device | None) -> Layout | None:
    """What `defaultQuilt` says; None where it lacks something or cannot be."""
    columns, rows = (_count(quilt.get(name), GREATEST_COUNT) for name in ("tileX", "tileY"))
    width, height = (_count(quilt.get(name), GREATEST_SIDE) for name in ("quiltX", "quiltY"))
    aspect = _number(quilt.get("quiltAspect")) or (known.layout.aspect if known else None)
    if not (columns and rows and width and height and aspect):
        return None
    if columns * rows > GREATEST_COUNT or not 0.1 <= aspect <= 10:
        return None
    try:
        return Layout(columns, rows, width, height, aspect)
    except RenderError:
        return None


def _cone(calibration: dict[str, Any], known: Device | None) -> tuple[float, str]:
    told = _number(_dict(calibration.get("viewCone")).get("value"))
    if told is not None and 0 < told <= GREATEST_CONE_DEG:
        return told, "bridge"
    return (known.view_cone_deg, "preset") if known else (CAUTIOUS_CONE_DEG, "assumed")


def _count(value: Any, most: int) -> int | None:
    number = _number(value)
    return int(number) if number and number.is_integer() and 1 <= number <= most else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 and math.isfinite(value) else None


def _text(told: dict[str, Any], name: str) -> str:
    value = _dict(told.get(name)).get("value")
    return value if isinstance(value, str) else ""


def _parsed(text: str) -> dict[str, Any]:
    try:
        return _dict(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
