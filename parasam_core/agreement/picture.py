"""Bland and Altman's plot: the difference of two raters against their mean."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.agreement.bland_altman import BlandAltman, Limits

PANEL_INCHES = (6.0, 4.4)
DPI = 130
POINT_COLOUR, BIAS_COLOUR, LIMIT_COLOUR = "#1b4f72", "#0b6e4f", "#b03a2e"


def picture(both: BlandAltman) -> bytes:
    """Differences in mm³ and, where no mean is 0, in percent, as PNG.

    Args:
        both: two raters with limits of agreement.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # takes a second to import
    from matplotlib.figure import Figure

    means, differences = (both.a_mm3 + both.b_mm3) / 2, both.a_mm3 - both.b_mm3
    panels = [("mm³", both.mm3, differences)]
    if both.percent.sd is not None:
        panels.append(("%", both.percent, 100 * differences / means))
    width, height = PANEL_INCHES
    figure = Figure(figsize=(width * len(panels), height), layout="constrained")
    FigureCanvasAgg(figure)
    every = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (unit, limits, values) in zip(every, panels, strict=True):
        _draw(axes, means, values, limits, unit)
        axes.set_xlabel("mean of both volumes (mm³)")
        axes.set_ylabel(f"{both.a} - {both.b} ({unit})".replace(" - ", " − "), parse_math=False)
    title = f"{both.a} and {both.b}: {both.n} volumes of {_animals(both.subjects)}"
    figure.suptitle(title, fontsize=11, parse_math=False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


def _draw(
    axes: Any, means: NDArray[np.float64], values: NDArray[np.float64], limits: Limits, unit: str
) -> None:
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=1)
    lines = (
        ("upper limit", limits.upper, limits.upper_interval, LIMIT_COLOUR, "--"),
        ("bias", limits.bias, limits.bias_interval, BIAS_COLOUR, "-"),
        ("lower limit", limits.lower, limits.lower_interval, LIMIT_COLOUR, "--"),
    )
    for name, value, interval, colour, style in lines:
        axes.axhspan(*(interval or (value, value)), color=colour, alpha=0.13, linewidth=0, zorder=0)
        axes.axhline(value, color=colour, linestyle=style, linewidth=1.4, zorder=2)
        axes.annotate(
            f"{name}\n{value:+.3g} {unit}".replace("-", "−"), (1.01, value), color=colour,
            xycoords=axes.get_yaxis_transform(), va="center", fontsize=8, annotation_clip=False,
        )  # fmt: skip
    axes.plot(means, values, "o", color=POINT_COLOUR, markersize=5.5, alpha=0.8, zorder=3)
    axes.margins(x=0.08, y=0.08)
    axes.spines[["top", "right"]].set_visible(False)


def _animals(count: int) -> str:
    return "1 subject" if count == 1 else f"{count} subjects"
