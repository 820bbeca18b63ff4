"""A quilt → the panel's own pixels: which view each sub-pixel shows. Pure numpy.

The *phase* of a sub-pixel says how many lenses lie between it and the first one, counted across
the lenses; its fraction says where under its lens the sub-pixel lies, so which view it shows.
Pixels are counted from the lower left. lens.frag does the same on the GPU.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from viewers.looking_glass.calibration import Calibration
from viewers.looking_glass.quilt import Layout

ROWS_A_PASS = 64
STRIPES = ((0, 0, 1 / 3, 0, 2 / 3, 0),)
"""Red, green and blue side by side, as panels without cells have them."""


@dataclass(frozen=True, eq=False)
class Lens:
    """A calibration as phases: a pixel (x, y) of kind k has `x·across + y·up + starts[k]`.

    Attributes:
        across: lenses a pixel to the right.
        up: lenses a pixel upwards.
        starts: (kinds, 3) phase of R, G and B of the lower left pixel, were it of that kind.
        pattern: how kinds are laid out, 0 to 4.
    """

    across: float
    up: float
    starts: NDArray[np.float64]
    pattern: int

    def kinds(self, x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which of the cells the pixels (x, y) are; x and y broadcast."""
        one = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.int64)
        laid = (one, one + (x + y) % 2, one + x % 2, one + (y + x % 2 * 2) % 4, one + y % 2)
        return np.asarray(laid[self.pattern] % len(self.starts))

    def phases(self, x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.float64]:
        """(…, 3) phase of R, G and B of the pixels (x, y)."""
        return (x * self.across + y * self.up)[..., None] + self.starts[self.kinds(x, y)]


def lens_of(calibration: Calibration) -> Lens:
    """The lens of a panel.

    After shared/facts, with u = (x + ½)/W and v = (y + ½)/H:
    φ = (u + dx/W + (v + dy/H)·tilt)·pitch' − center, pitch' = pitch·W/DPI·cos(atan(1/slope)),
    tilt = ±H/(W·slope); without cells dx is ±c/3 for c = 0, 1, 2.
    """
    mirror = -1 if calibration.flip_x else 1
    across = calibration.pitch / calibration.dpi * math.cos(math.atan(1 / calibration.slope))
    up = mirror * across / calibration.slope
    places = np.array(calibration.cells or STRIPES, np.float64).reshape(-1, 3, 2)
    if not calibration.cells:
        places = places * mirror
    starts = (0.5 + places) @ (across, up) - calibration.center
    return Lens(across, up, starts, calibration.cell_pattern)


def views_of(phases: NDArray[np.float64], views: int) -> NDArray[np.int64]:
    """The view that sub-pixels of these phases show, 0 to views − 1."""
    place = np.clip(1 - (phases - np.floor(phases)), 1e-5, 0.999999)
    return np.asarray((place * views).astype(np.int64))


def encode(quilt: NDArray[np.uint8], layout: Layout, calibration: Calibration) -> NDArray[np.uint8]:
    """The picture to show on a panel pixel for pixel, unscaled.

    A sub-pixel takes its level from one view, at its pixel's place in the tile; between pixels of
    the tile levels are blended, never with a neighbouring tile's.

    Args:
        quilt: (y, x, 3) uint8, top row first.
        layout: of the quilt.
        calibration: of the panel.

    Returns:
        (y, x, 3) uint8 of the panel's size, top row first.

    Raises:
        RenderError: the quilt has not the size that its layout tells.
    """
    check_quilt(quilt, layout)
    lens = lens_of(calibration)
    width, height = calibration.screen
    panel = np.empty((height, width, 3), np.uint8)
    x = np.arange(width)
    for first in range(0, height, ROWS_A_PASS):
        y = np.arange(first, min(first + ROWS_A_PASS, height))
        views = views_of(lens.phases(x, y[:, None]), layout.views)
        places = _Places.of(y, height, layout.tile_height), _Places.of(x, width, layout.tile_width)
        panel[height - 1 - y] = _levels(quilt, layout, views, *places)
    return panel


def check_quilt(quilt: NDArray[np.uint8], layout: Layout) -> None:
    """Refuse a picture that is not the quilt of a layout.

    Raises:
        RenderError: see `encode`.
    """
    if quilt.shape != (layout.height, layout.width, 3) or quilt.dtype != np.uint8:
        raise RenderError(
            f"expected a quilt of {layout.width}×{layout.height} pixels with 8 bits for each of "
            f"R, G and B, as its layout tells, got shape {quilt.shape} of {quilt.dtype}"
        )


@dataclass(frozen=True, eq=False)
class _Places:
    """Where pixels of the panel lie in a tile, along one axis: between which two of its pixels."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    part: NDArray[np.float32]

    @classmethod
    def of(cls, pixels: NDArray[np.int64], panel_px: int, tile_px: int) -> _Places:
        place = np.clip((pixels + 0.5) / panel_px * tile_px - 0.5, 0, tile_px - 1)
        low = place.astype(np.int64)
        return cls(low, np.minimum(low + 1, tile_px - 1), (place - low).astype(np.float32))


def _levels(
    quilt: NDArray[np.uint8],
    layout: Layout,
    views: NDArray[np.int64],
    down: _Places,
    along: _Places,
) -> NDArray[np.uint8]:
    """(y, x, 3) levels of the views (y, x, 3) at places along both axes."""
    rows, columns = np.divmod(views, layout.columns)
    bottom = layout.height - 1 - rows * layout.tile_height
    left = columns * layout.tile_width
    channels = np.arange(3)
    across = along.part[None, :, None]
    blended = []
    for y in (down.low, down.high):
        row = bottom - y[:, None, None]
        a, b = (quilt[row, left + x[None, :, None], channels] for x in (along.low, along.high))
        blended.append(a * (1 - across) + b * across)
    part = down.part[:, None, None]
    mixed = blended[0] * (1 - part) + blended[1] * part
    return np.asarray((mixed + 0.5).astype(np.uint8))
