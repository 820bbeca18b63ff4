"""How one panel's lenses lie over its pixels, read from the JSON text that Bridge gives.

Numbers come plain or as `{"value": x}`. Of what a panel says, `fringe`, `verticalAngle`, `invView`,
`flipImageY` and `flipSubp` enter no formula that is known to hold for every generation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parasam_core.errors import RenderError
from viewers.looking_glass.quilt import Layout

MOST_CELLS = 16
"""As many as `starts` in lens.frag holds."""

SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LARGEST_SIDE_PX = 32768
OFFSETS = tuple(f"{channel}Offset{axis}" for channel in "RGB" for axis in "XY")
UNUSUAL = {"invView": 0.0, "flipImageY": 1.0, "flipSubp": 1.0}

Cell = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Calibration:
    """The lenses of one panel.

    Attributes:
        serial: of the panel.
        pitch: lenses an inch, across them.
        slope: how steeply the lenses rise to the left, pixels up a pixel; negative: to the right.
        center: shift of all lenses, in lenses.
        dpi: pixels an inch.
        screen: (width, height), pixels.
        view_cone_deg: angle over which views are spread; None where it is not said.
        flip_x: the lenses are mirrored.
        cell_pattern: which of the cells a pixel is, 0 to 4.
        cells: of each kind of pixel, where its R, G and B lie: (x, y) of each, in pixels; empty
            for upright stripes R, G, B.
        unheeded: fields with an unusual value that no formula takes up.
    """

    serial: str
    pitch: float
    slope: float
    center: float
    dpi: float
    screen: tuple[int, int]
    view_cone_deg: float | None = None
    flip_x: bool = False
    cell_pattern: int = 0
    cells: tuple[Cell, ...] = ()
    unheeded: tuple[str, ...] = ()


def read_calibration(text: str) -> Calibration:
    """A calibration from its JSON text.

    Raises:
        RenderError: no JSON object, a field that is missing, or one that no panel can have; the
            sentence names the field.
    """
    fields = _object(text, "calibration")
    dpi = _number(fields, "DPI", 10, 5000)
    slope = _number(fields, "slope", -1e6, 1e6)
    if abs(slope) < 1e-3:
        raise _refused("slope", "other than 0", slope)
    return Calibration(
        serial=_serial(fields),
        pitch=_number(fields, "pitch", 1e-3, dpi),  # a lens is at least a pixel wide
        slope=slope,
        center=_number(fields, "center", -1e4, 1e4),
        dpi=dpi,
        screen=(_side(fields, "screenW"), _side(fields, "screenH")),
        view_cone_deg=_number(fields, "viewCone", 1, 170) if "viewCone" in fields else None,
        flip_x=_number(fields, "flipImageX", 0, 1, missing=0) >= 0.5,
        cell_pattern=_whole(fields, "CellPatternMode", 0, 4, missing=0),
        cells=_cells(fields.get("subpixelCells")),
        unheeded=tuple(name for name, value in UNUSUAL.items() if _plain(fields, name) == value),
    )


def read_default_quilt(text: str) -> Layout | None:
    """The quilt that a panel asks for, from Bridge's `defaultQuilt`; None where that says nothing.

    Raises:
        RenderError: see `read_calibration`; or tiles without a pixel.
    """
    fields = _object(text, "defaultQuilt") if text else {}
    if not fields:
        return None
    return Layout(
        columns=_whole(fields, "tileX", 1, LARGEST_SIDE_PX),
        rows=_whole(fields, "tileY", 1, LARGEST_SIDE_PX),
        width=_whole(fields, "quiltX", 1, LARGEST_SIDE_PX),
        height=_whole(fields, "quiltY", 1, LARGEST_SIDE_PX),
        aspect=_number(fields, "quiltAspect", 0.05, 20),
    )


def _object(text: str, what: str) -> Mapping[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RenderError(f"expected a {what} in JSON, got {_short(text)}: {error}") from error
    if not isinstance(read, dict):
        raise RenderError(f"expected a {what} as a JSON object, got {_short(read)}")
    return read


def _plain(fields: Mapping[str, Any], name: str) -> Any:
    value = fields.get(name)
    return value.get("value") if isinstance(value, dict) else value


def _number(
    fields: Mapping[str, Any], name: str, low: float, high: float, missing: float | None = None
) -> float:
    value = _plain(fields, name)
    if value is None and missing is not None:
        return float(missing)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and low <= value <= high):  # NaN is not
        raise _refused(name, f"from {low:g} to {high:g}", value)
    return float(value)


def _whole(
    fields: Mapping[str, Any], name: str, low: int, high: int, missing: int | None = None
) -> int:
    value = _number(fields, name, low, high, missing)
    if not value.is_integer():
        raise _refused(name, "without a fraction", value)
    return int(value)


def _side(fields: Mapping[str, Any], name: str) -> int:
    return _whole(fields, name, 16, LARGEST_SIDE_PX)


def _serial(fields: Mapping[str, Any]) -> str:
    serial = _plain(fields, "serial")
    if not (isinstance(serial, str) and SERIAL.fullmatch(serial)):
        raise _refused("serial", "of letters, digits and hyphens", serial)
    return serial


def _cells(listed: Any) -> tuple[Cell, ...]:
    cells = [] if listed is None else listed
    if not (isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)):
        raise _refused("subpixelCells", "as a list of objects", cells)
    if len(cells) > MOST_CELLS:
        raise _refused("subpixelCells", f"of at most {MOST_CELLS} cells", len(cells))
    return tuple(_cell(cell) for cell in cells)


def _cell(cell: Mapping[str, Any]) -> Cell:
    red_x, red_y, green_x, green_y, blue_x, blue_y = (
        _number(cell, name, -64, 64) for name in OFFSETS
    )
    return red_x, red_y, green_x, green_y, blue_x, blue_y


def _refused(name: str, wanted: str, got: Any) -> RenderError:
    found = "none" if got is None else _short(got)
    return RenderError(f"expected {name} {wanted} in what the panel says of itself, got {found}")


def _short(value: Any) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an integer of thousands of digits
        return "a number without end"
    return shown if len(shown) <= 40 else f"{shown[:37]}…"
