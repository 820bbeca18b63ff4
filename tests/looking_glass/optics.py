"""Calibrations of three generations, and what optics says of them, without the encoder.

The first two have lens values that owners of such panels published; the serial number of the second
is made up, and the third is made up as a whole, with the cells that gen3 panels are described with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

CALIBRATIONS = Path(__file__).parent / "calibrations"
GENERATIONS = ("first-8.9", "second-portrait", "third-16-landscape")

FOUR_CELLS = [
    {"ROffsetX": -0.3, "ROffsetY": 0.1, "GOffsetX": 0.0, "GOffsetY": -0.2, "BOffsetX": 0.3,
     "BOffsetY": 0.15},
    {"ROffsetX": 0.3, "ROffsetY": -0.1, "GOffsetX": 0.05, "GOffsetY": 0.2, "BOffsetX": -0.3,
     "BOffsetY": -0.15},
    {"ROffsetX": -0.1, "ROffsetY": 0.3, "GOffsetX": 0.2, "GOffsetY": 0.0, "BOffsetX": -0.2,
     "BOffsetY": -0.3},
    {"ROffsetX": 0.12, "ROffsetY": -0.3, "GOffsetX": -0.2, "GOffsetY": 0.03, "BOffsetX": 0.22,
     "BOffsetY": 0.3},
]  # fmt: skip

# the kind of a pixel at (x, y) by pattern, for the first columns and rows from the lower left
KINDS = {
    0: [[0, 0], [0, 0]],
    1: [[0, 1], [1, 0]],
    2: [[0, 1], [0, 1]],
    3: [[0, 2], [1, 3], [2, 0], [3, 1]],
    4: [[0, 0], [1, 1]],
}


def fields_of(name: str, **changes: Any) -> dict[str, Any]:
    return {**json.loads((CALIBRATIONS / f"{name}.json").read_text()), **changes}


def text_of(name: str, **changes: Any) -> str:
    return json.dumps(fields_of(name, **changes))


def plain(fields: dict[str, Any], name: str, missing: float = 0.0) -> float:
    value = fields.get(name, missing)
    return float(value["value"] if isinstance(value, dict) else value)


def subpixels_inch(fields: dict[str, Any]) -> np.ndarray:
    """(y, x, 3, 2) where every sub-pixel of a panel lies, inches from the lower left corner."""
    width, height = int(plain(fields, "screenW")), int(plain(fields, "screenH"))
    y, x = np.mgrid[:height, :width] + 0.5
    places = np.stack([x, y], axis=-1)[:, :, None, :] + offsets_px(fields, width, height)
    return places / plain(fields, "DPI")


def offsets_px(fields: dict[str, Any], width: int, height: int) -> np.ndarray:
    """(y, x, 3, 2), or what broadcasts to it."""
    cells = fields.get("subpixelCells")
    if not cells:
        towards = -1 if plain(fields, "flipImageX") >= 0.5 else 1
        return np.array([(0, 0), (towards / 3, 0), (towards * 2 / 3, 0)])
    block = np.array(KINDS[int(plain(fields, "CellPatternMode"))])
    repeats = (-(-height // block.shape[0]), -(-width // block.shape[1]))
    kinds = np.tile(block, repeats)[:height, :width] % len(cells)
    each = [[(c[f"{k}OffsetX"], c[f"{k}OffsetY"]) for k in "RGB"] for c in cells]
    return np.array(each)[kinds]


def places_under_lens(fields: dict[str, Any]) -> np.ndarray:
    """(y, x, 3) where under its lens every sub-pixel lies: 0 at the left edge, below 1."""
    rise = plain(fields, "slope")
    edge = np.array([1.0 if plain(fields, "flipImageX") >= 0.5 else -1.0, rise])
    normal = np.array([edge[1], -edge[0]]) / np.hypot(*edge)
    normal *= np.sign(normal[0])  # to the right
    from_first_inch = subpixels_inch(fields) @ normal
    return (from_first_inch * plain(fields, "pitch") - plain(fields, "center")) % 1.0


def views_seen(fields: dict[str, Any], views: int) -> tuple[np.ndarray, np.ndarray]:
    """(y, x, 3) which view each sub-pixel is seen in, and whether that is beyond doubt.

    A lens exchanges the sides: what lies at its left edge is seen from the far right.
    """
    strips = places_under_lens(fields) * views
    sure = np.abs(strips - np.round(strips)) > 2e-4
    return views - 1 - np.floor(strips).astype(int), sure
