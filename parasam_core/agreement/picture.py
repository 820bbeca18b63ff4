"""Bland and Altman's plot: the difference of two raters against their mean."""

from __future__ import annotations

from typing import Any

from parasam_core.agreement.bland_altman import BlandAltman, Limits
from parasam_core.plots import blank, png, shortened

PANEL_INCHES = (6.0, 4.4)
DPI = 130
BAND = 0.09
STYLES = {
    "upper limit": ("--", 1.0, "bottom"),
    "bias": ("-", 0.985, "center"),
    "lower limit": ("--", 1.0, "top"),
}
"""How a line is drawn, where its interval's bar stands, and on which side of it its words begin."""
LETTERS = 32
"""Of a name in the title, where two have to find room above one panel."""
POINT_COLOUR, BIAS_COLOUR, LIMIT_COLOUR = "#1b4f72", "#0b6e4f", "#b03a2e"


def picture(both: BlandAltman) -> bytes:
    """Differences in mm³ and, where no mean is 0, in percent, as PNG.

    Args:
        both: two raters with limits of agreement.
    """
    means, differences = (both.a_mm3 + both.b_mm3) / 2, both.a_mm3 - both.b_mm3
    panels = [("mm³", ".2f", both.mm3, differences)]
    if both.percent.sd is not None:
        panels.append(("%", ".1f", both.percent, 100 * differences / means))
    width, height = PANEL_INCHES
    figure = blank((width * len(panels), height))
    every = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (unit, form, limits, values) in zip(every, panels, strict=True):
        axes.plot(means, values, "o", color=POINT_COLOUR, markersize=5.5, alpha=0.85, zorder=3)
        _draw_limits(axes, limits, unit, form)
        axes.set_xlabel("mean of both volumes (mm³)")
        axes.set_ylabel(f"difference ({unit})" if unit == "mm³" else "difference (% of the mean)")
    figure.suptitle(_title(both), fontsize=11, parse_math=False)
    return png(figure, DPI)


def _draw_limits(axes: Any, limits: Limits, unit: str, form: str) -> None:
    """Bias and limits as lines, their intervals as bands with a bar at the right end."""
    lines = (
        ("upper limit", limits.upper_limit, limits.upper_limit_interval, LIMIT_COLOUR),
        ("bias", limits.bias, limits.bias_interval, BIAS_COLOUR),
        ("lower limit", limits.lower_limit, limits.lower_limit_interval, LIMIT_COLOUR),
    )
    across = axes.get_yaxis_transform()
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=1)
    for name, value, interval, colour in lines:
        style, place, side = STYLES[name]
        low, high = interval or (value, value)
        axes.axhspan(low, high, color=colour, alpha=BAND, linewidth=0, zorder=0)
        axes.axhline(value, color=colour, linestyle=style, linewidth=1.4, zorder=2)
        axes.plot([place] * 2, [low, high], transform=across, color=colour, linewidth=2.2,
                  clip_on=False, zorder=4)  # fmt: skip
        axes.annotate(
            f"{name}\n{value:+{form}} {unit}".replace("-", "−"), (1.02, value), xycoords=across,
            color=colour, va=side, fontsize=8.5, annotation_clip=False,
        )  # fmt: skip
    axes.margins(x=0.08, y=0.08)
    axes.spines[["top", "right"]].set_visible(False)


def _title(both: BlandAltman) -> str:
    animals = "1 subject" if both.subjects == 1 else f"{both.subjects} subjects"
    return (
        f"{shortened(both.a, LETTERS)} − {shortened(both.b, LETTERS)}\n"
        f"{both.n} volumes of {animals}; shaded: 95 % intervals"
    )
