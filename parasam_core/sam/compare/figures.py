"""Truth and every model's mask side by side, with box and Dice, as the original had them."""

from __future__ import annotations

from typing import Any

import numpy as np

from parasam_core.plots import blank, png, shortened
from parasam_core.sam.compare.compare import Comparison, prompt_of

PANEL_INCHES = 2.6
SHEET_INCHES = 1.9
TRUTH_COLOUR, FOUND_COLOUR, BOX_COLOUR = "#39d98a", "#ffb020", "#4aa8ff"
DPI = 110
TITLE_POINTS = 7
LETTERS_AN_INCH = 17
"""Of a title, where no letter is wider than the average by much."""


def figure(comparison: Comparison, n: int) -> bytes:
    """One example as PNG: the truth, then every model."""
    return _drawn(comparison, [n], PANEL_INCHES)


def contact_sheet(comparison: Comparison, chosen: list[int]) -> bytes:
    """Several examples as PNG, a row each."""
    return _drawn(comparison, chosen, SHEET_INCHES)


def _drawn(comparison: Comparison, chosen: list[int], inches: float) -> bytes:
    columns = 1 + len(comparison.judgements)
    size = (columns * inches, len(chosen) * (inches + 0.4))
    picture = blank(size)
    panels = np.atleast_2d(picture.subplots(len(chosen), columns, squeeze=False))
    for row, n in zip(panels, chosen, strict=True):
        _draw_row(comparison, n, row, int(inches * LETTERS_AN_INCH))
    return png(picture, DPI)


def _draw_row(comparison: Comparison, n: int, row: Any, letters: int) -> None:
    example = comparison.examples[n]
    image, true = example.image(), example.mask()
    for panel in row:
        panel.imshow(image, cmap="gray", vmin=0, vmax=255)
        panel.set_axis_off()
    _outline(row[0], true, TRUTH_COLOUR)
    _title(row[0], "truth", example.name, letters)
    for panel, (model, judgements) in zip(row[1:], comparison.judgements.items(), strict=True):
        _outline(panel, true, TRUTH_COLOUR, width=0.7)
        _outline(panel, comparison.mask(model, n), FOUND_COLOUR)
        _box(panel, prompt_of(example, comparison.prompt))
        one = judgements[n]
        _title(panel, model, f"Dice {one.dice:.3f} · score {one.score:.2f}", letters)


def _title(panel: Any, first: str, second: str, letters: int) -> None:
    lines = (shortened(line, letters) for line in (first, second))
    panel.set_title("\n".join(lines), fontsize=TITLE_POINTS, parse_math=False)


def _outline(panel: Any, mask: Any, colour: str, width: float = 1.3) -> None:
    if mask.any() and not mask.all():
        panel.contour(mask, [0.5], colors=[colour], linewidths=width)


def _box(panel: Any, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    panel.plot(
        [x0 - 0.5, x1 - 0.5, x1 - 0.5, x0 - 0.5, x0 - 0.5],
        [y0 - 0.5, y0 - 0.5, y1 - 0.5, y1 - 0.5, y0 - 0.5],
        color=BOX_COLOUR,
        linewidth=1.0,
    )
