"""Curves: a training's loss and Dice as CSV and PNG."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from parasam_core.atomic import write_bytes
from parasam_core.plots import blank, png

INCHES = (8, 3.2)
DPI = 110


def write_curves(out: Path, curve: Sequence[dict[str, float]]) -> None:
    """Write `<out>.csv` and `<out>.png` beside a model.

    Args:
        out: the model's file; its ending is replaced.
        curve: a row an epoch: epoch, loss, rate, dice_full_mean, dice_box_mean, …
    """
    text = io.StringIO()
    table = csv.DictWriter(text, curve[0], lineterminator="\n")
    table.writeheader()
    table.writerows(curve)
    write_bytes(out.with_suffix(".csv"), text.getvalue().encode())
    write_bytes(out.with_suffix(".png"), _picture(curve))


def _picture(curve: Sequence[dict[str, float]]) -> bytes:
    figure = blank(INCHES)
    left, right = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in curve]
    left.plot(epochs, [row["loss"] for row in curve], "o-", color="tab:blue")
    left.set(title="training loss", xlabel="epoch")
    for prompt, colour in (("full", "tab:orange"), ("box", "tab:green")):
        for name, line in (("mean", "o-"), ("median", "o:")):
            values = [row[f"dice_{prompt}_{name}"] for row in curve]
            right.plot(epochs, values, line, color=colour, label=f"{prompt}, {name}")
    right.set(title="validation Dice", xlabel="epoch")
    right.legend()
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return png(figure, DPI)
