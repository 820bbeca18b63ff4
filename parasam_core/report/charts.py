"""Charts of volumes as SVG: sharp on paper, readable text."""

from __future__ import annotations

import io
from collections.abc import Mapping
from collections.abc import Sequence as Items
from typing import TYPE_CHECKING, Any

import numpy as np

from parasam_core.plots import blank
from parasam_core.report.contents import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT = "#222222", "#d8d8d8"
MARKERS = "osD^vPX*"
SIDE_BY_SIDE = 0.05
"""Between raters of one time, as a share of the distance of times."""


def growth_chart(rows: Items[Row], colours: Mapping[str, str]) -> bytes:
    """Volumes of one subject over time, with their intervals, a line for each rater.

    Args:
        rows: of one subject, each with a volume, in order of time.
        colours: of each rater.

    Returns:
        An SVG.
    """
    figure = blank((4.9, 2.9))
    axes = figure.subplots()
    places, names = _places(rows)
    raters = list(dict.fromkeys(row.rater for row in rows))
    gap = np.diff(np.unique(list(places.values()))).min() if len(set(places.values())) > 1 else 1.0
    for n, rater in enumerate(raters):
        own = [row for row in rows if row.rater == rater]
        aside = (n - (len(raters) - 1) / 2) * SIDE_BY_SIDE * gap / max(1, len(raters) - 1)
        x = [places[row.timepoint] + aside for row in own]
        _line(axes, x, own, MARKERS[n % len(MARKERS)], colours[rater])
    if names is not None:
        axes.set_xticks(range(len(names)), names)
    axes.set(xlabel="timepoint" if names else "days", ylabel="volume, mm³")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.08)
    axes.legend(frameon=False, fontsize=8)
    return _svg(figure)


def section_chart(
    areas: Mapping[str, Items[tuple[float, float]]], colours: Mapping[str, str]
) -> bytes:
    """Areas along the sweep: what adds up to each label's volume.

    Args:
        areas: of each label, (place mm, area mm²) of every frame with tumour.
        colours: of each label.

    Returns:
        An SVG.
    """
    figure = blank((10.4, 1.7))
    axes = figure.subplots()
    for name, points in areas.items():
        x, y = np.transpose(points)
        dot = "." if len(points) == 1 else None
        axes.plot(x, y, color=colours[name], linewidth=1.4, label=name, marker=dot)
        axes.fill_between(x, y, color=colours[name], alpha=0.15, linewidth=0)
    axes.set(xlabel="place along the sweep, mm", ylabel="area, mm²")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    return _svg(figure)


def _places(rows: Items[Row]) -> tuple[dict[str, float], list[str] | None]:
    """Where each timepoint lies: its days, or its turn where days are not known."""
    days = {row.timepoint: row.days for row in rows}
    known = {name: day for name, day in days.items() if day is not None}
    if len(known) == len(days):
        return known, None
    return {name: float(n) for n, name in enumerate(days)}, list(days)


def _line(axes: Any, x: Items[float], rows: Items[Row], marker: str, colour: str) -> None:
    y = np.array([row.volume_mm3 for row in rows], np.float64)
    low = [0 if row.low_mm3 is None else v - row.low_mm3 for row, v in zip(rows, y, strict=True)]
    high = [0 if row.high_mm3 is None else row.high_mm3 - v for row, v in zip(rows, y, strict=True)]
    axes.errorbar(x, y, [low, high], color=colour, marker=marker, markersize=5, capsize=3,
                  linewidth=1.3, elinewidth=1, label=rows[0].rater)  # fmt: skip


def _svg(figure: Figure) -> bytes:
    import matplotlib as mpl

    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK, labelsize=8)
        axes.xaxis.label.set_fontsize(9)
        axes.yaxis.label.set_fontsize(9)
    stream = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "parasam"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()
