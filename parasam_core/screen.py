"""Phantoms as a scanner's workstation shows them: a screen around the B-mode panel.

Ruler, frame counter, arrows, ECG line, grey bar and logo stand around the panel, and the outline is
drawn in colour, its stroke's centre on the true outline. What a reader of captures is tested with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from parasam_core.errors import GeometryError
from parasam_core.phantom import Phantom
from parasam_core.sequence import Box

Colour = tuple[int, int, int]

YELLOW: Colour = (235, 230, 20)
GREEN: Colour = (20, 170, 40)
GREY: Colour = (190, 190, 190)


@dataclass(frozen=True)
class Screen:
    """How a workstation draws.

    Attributes:
        size_xy: of the screen, pixels.
        panel_xy: left top corner of the panel, pixels.
        scale: screen pixels a pixel of the phantom.
        outline: colour of the outline; None draws none.
        stroke_px: width of the outline, screen pixels.
        frame: colour of a line around the panel; None draws none.
        ecg: draws an ECG line that moves.
    """

    size_xy: tuple[int, int] = (1280, 1024)
    panel_xy: tuple[int, int] = (320, 180)
    scale: float = 2.5
    outline: Colour | None = (40, 200, 255)
    stroke_px: float = 2.0
    frame: Colour | None = (70, 90, 200)
    ecg: bool = True

    def panel_xyxy(self, phantom: Phantom) -> Box:
        """Where the B-mode area lies on the screen, half-open, pixels.

        Raises:
            GeometryError: it does not fit.
        """
        height, width = phantom.sequence.frames.shape[1:]
        x0, y0 = self.panel_xy
        x1, y1 = x0 + round(width * self.scale), y0 + round(height * self.scale)
        if x0 < 60 or y0 < 40 or x1 + 80 > self.size_xy[0] or y1 + 120 > self.size_xy[1]:
            raise GeometryError(
                f"expected a panel with room around it on a screen of {self.size_xy}, "
                f"got {(x0, y0, x1, y1)} (x0, y0, x1, y1)"
            )
        return x0, y0, x1, y1


def captures(phantom: Phantom, screen: Screen | None = None) -> Iterator[NDArray[np.uint8]]:
    """Every frame as a screen capture.

    Yields:
        (y, x, 3) uint8, RGB.
    """
    screen = screen or Screen()
    panel = screen.panel_xyxy(phantom)
    total = phantom.sequence.frames.shape[0]
    for z in range(total):
        picture = Image.new("RGB", screen.size_xy, (0, 0, 0))
        picture.paste(_panel(phantom, z, screen), panel[:2])
        _draw_surroundings(ImageDraw.Draw(picture), panel, phantom, screen, z, total)
        yield np.asarray(picture)


def _panel(phantom: Phantom, z: int, screen: Screen) -> Image.Image:
    x0, y0, x1, y1 = screen.panel_xyxy(phantom)
    grey = Image.fromarray(phantom.sequence.frames[z]).resize(
        (x1 - x0, y1 - y0), Image.Resampling.BICUBIC
    )
    if screen.outline is None:
        return grey.convert("RGB")
    alpha = _stroke(phantom, z, (y1 - y0, x1 - x0), screen.stroke_px)[..., None]
    mixed = np.asarray(grey.convert("RGB")) * (1 - alpha) + np.asarray(screen.outline) * alpha
    return Image.fromarray(mixed.round().astype(np.uint8))


def _stroke(
    phantom: Phantom, z: int, shape_yx: tuple[int, int], stroke_px: float
) -> NDArray[np.float64]:
    """(y, x) 0..1: how much of each pixel the stroke covers, by distance to the true outline."""
    space = phantom.sequence.space
    rows, columns = (
        (np.arange(n) + 0.5) * full / n - 0.5
        for n, full in zip(shape_yx, space.shape[1:], strict=True)
    )
    grid = np.stack(np.broadcast_arrays(z, rows[:, None], columns[None, :]), axis=-1)
    inside = phantom.tumour.depth_inside(space.mm_from_index(grid))
    steepness = np.hypot(*np.gradient(inside))
    distance_px = np.abs(inside) / np.maximum(steepness, 1e-9)
    return np.asarray(np.clip(stroke_px / 2 + 0.5 - distance_px, 0, 1))


def _draw_surroundings(
    draw: ImageDraw.ImageDraw, panel: Box, phantom: Phantom, screen: Screen, z: int, total: int
) -> None:
    x0, y0, x1, y1 = panel
    if screen.frame:
        draw.rectangle((x0 - 2, y0 - 2, x1 + 1, y1 + 1), outline=screen.frame)
    _draw_ruler(draw, panel, phantom.sequence.space.spacing_mm[1] / screen.scale)
    for share in (0.3, 0.5, 0.7):
        y = y0 + share * (y1 - y0)
        draw.polygon([(x1 + 8, y), (x1 + 15, y - 4), (x1 + 15, y + 4)], fill=YELLOW)
    for i in range(100):
        draw.line((x0 - 24, y0 + i, x0 - 14, y0 + i), fill=(255 - 2 * i,) * 3)
    draw.text((x0, y1 + 90), f"{z + 1}/{total}", fill=YELLOW, font_size=13)
    draw.text((12, 10), "VIRTUAL VEVO  B-Mode  3D", fill=GREY, font_size=18)
    if screen.ecg:
        _draw_ecg(draw, panel, z)


def _draw_ruler(draw: ImageDraw.ImageDraw, panel: Box, mm_a_pixel: float) -> None:
    _, y0, x1, y1 = panel
    for tenth in range(int((y1 - y0) * mm_a_pixel * 10) + 1):
        y = y0 + tenth / 10 / mm_a_pixel
        whole = tenth % 10 == 0
        draw.line((x1 + 20, y, x1 + (30 if whole else 24), y), fill=GREY)
        if whole:
            draw.text((x1 + 34, y - 7), str(tenth // 10), fill=GREY, font_size=12)


def _draw_ecg(draw: ImageDraw.ImageDraw, panel: Box, z: int) -> None:
    x0, _, x1, y1 = panel
    x = np.arange(x0, x1)
    beat = np.maximum(0, 1 - np.abs((x - 37 * z) % 160 - 80) / 5)
    draw.line(list(zip(x.tolist(), (y1 + 60 - 30 * beat).tolist(), strict=True)), fill=GREEN)
