"""Words and a scale in the focal plane, where every view shows them alike. Knows nothing of GL."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from viewers.looking_glass.quilt import Layout, Rig

SIZE = 0.034
"""Of the letters, as part of a tile's mean side."""

EDGE = 0.035
"""Kept free at a tile's edges, as part of its mean side."""

FINER = 4
"""Drawn so many times larger than it is shown, and made smaller: its edges are smooth."""

LONGEST_BAR = 0.22
"""Of the scale, as part of the focal plane's width."""

FONT = "mpl-data/fonts/ttf/DejaVuSans.ttf"
"""Within matplotlib; it has what names and units need, and may be passed on."""


@dataclass(frozen=True)
class Caption:
    """What is said of what is shown.

    Attributes:
        lines: the first is the title.
    """

    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Strip:
    """A caption in the pixels of a tile.

    Attributes:
        cover: (y, x) uint8, how much of each pixel words cover; as wide as the tile.
        bottom_px: its lowest row, from the tile's lowest.
    """

    cover: NDArray[np.uint8]
    bottom_px: int


def strip_of(caption: Caption, rig: Rig, layout: Layout) -> Strip:
    """A caption as the tiles of a quilt show it: words at the left, a scale at the right."""
    width_mm = 2e3 * rig.half_height * rig.aspect
    bar_mm = scale_mm(LONGEST_BAR * width_mm)
    return _strip(
        caption, bar_mm, round(bar_mm / width_mm * layout.tile_width, 1), layout.tile_width,
        layout.tile_height, layout.aspect,
    )  # fmt: skip


def scale_mm(longest_mm: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is no longer."""
    power = 10.0 ** math.floor(math.log10(longest_mm))
    return max(step * power for step in (1, 2, 5) if step * power <= longest_mm * (1 + 1e-9))


@lru_cache(maxsize=4)
def _strip(
    caption: Caption, bar_mm: float, bar_px: float, width: int, height: int, aspect: float
) -> Strip:
    """Drawn in square pixels, FINER times as many, then as squeezed as the tile is."""
    square = width / aspect / height  # a pixel's height by its width
    side = math.sqrt(width * height)
    letter, edge = SIZE * FINER * side * math.sqrt(square), EDGE * FINER * side * math.sqrt(square)
    line = 1.3 * letter
    rows = math.ceil((len(caption.lines) * line + 0.5 * letter) / FINER / square)
    image = Image.new("L", (FINER * width, round(rows * FINER * square)))
    draw = ImageDraw.Draw(image)
    for n, text in enumerate(caption.lines):
        draw.text((edge, n * line), text, fill=255, font=_font(round(letter)))
    base = (len(caption.lines) - 1) * line + letter
    _draw_bar(draw, FINER * width - edge, base, FINER * bar_px, f"{bar_mm:g} mm", letter)
    smaller = image.resize((width, rows), Image.Resampling.BOX)
    return Strip(np.asarray(smaller), round(edge / FINER / square))


def _draw_bar(
    draw: ImageDraw.ImageDraw, right: float, base: float, length: float, text: str, letter: float
) -> None:
    """A line with ends, and how long it is above its middle."""
    thick = 0.09 * letter
    left = right - length
    draw.rectangle((left, base - thick, right - 1, base), fill=255)
    for x in (left, right - 1 - thick):
        draw.rectangle((x, base - 0.35 * letter, x + thick, base), fill=255)
    draw.text(
        ((left + right) / 2, base - 0.45 * letter), text, 255, _font(round(letter)), anchor="ms"
    )


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    with resources.as_file(resources.files("matplotlib") / FONT) as path:
        return ImageFont.truetype(path, size)
