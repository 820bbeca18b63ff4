"""Pictures of a scan for paper: three cuts and the surface, and a sheet of sections.

Every picture is to scale in mm, with a bar; each label keeps its colour through a report.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import around, reach
from parasam_core.mesh import Mesh
from parasam_core.plots import blank
from parasam_core.report.shaded import shaded
from parasam_core.sequence import Sequence
from parasam_core.volume import Volume

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#8C8C8C")
"""Okabe & Ito's, which people who see fewer colours tell apart; not its yellow, faint on paper."""

BARS_MM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SECTIONS, A_LINE = 10, 5
WIDTH_INCHES, TITLE_INCHES = 10.4, 0.3
DPI = 130
QUALITY = 82


@dataclass(frozen=True)
class Cut:
    """A plane through a scan.

    Attributes:
        title: which.
        image: (rows, columns) uint8.
        masks: of each label, (rows, columns) bool.
        pixel_mm: along rows and columns.
    """

    title: str
    image: NDArray[np.uint8]
    masks: Mapping[str, NDArray[np.bool_]]
    pixel_mm: tuple[float, float]

    @property
    def size_mm(self) -> tuple[float, float]:
        """Height and width."""
        height, width = self.image.shape
        return height * self.pixel_mm[0], width * self.pixel_mm[1]


def colours_of(labels: list[str]) -> dict[str, str]:
    """A colour for each label; they come again where there are many."""
    return {label: COLOURS[n % len(COLOURS)] for n, label in enumerate(labels)}


def overview(
    sequence: Sequence, volumes: Mapping[str, Volume], mesh: Mesh, colours: Mapping[str, str]
) -> bytes:
    """The frame with most tumour, two cuts across the frames, and the first label's surface.

    Args:
        sequence: the frames.
        volumes: of each label; at least one.
        mesh: the surface of the first of them.
        colours: of every label.

    Returns:
        A WebP picture.
    """
    cuts = three_cuts(sequence, {name: v.solid for name, v in volumes.items()})
    picture, pixel_mm = shaded(mesh)
    sizes = [cut.size_mm for cut in cuts] + [(pixel_mm * len(picture),) * 2]
    wide = sum(width for _, width in sizes)  # one scale for all
    figure = _figure(max(height for height, _ in sizes) / wide * WIDTH_INCHES + TITLE_INCHES)
    panels = figure.subplots(1, 4, width_ratios=[width for _, width in sizes])
    for panel, cut in zip(panels[:3], cuts, strict=True):
        _draw(panel, cut, colours)
    panels[3].imshow(picture, extent=(0, sizes[3][1], sizes[3][0], 0))
    _finish(panels[3], "surface", sizes[3], "#333333")
    return _webp(figure)


def sheet(sequence: Sequence, volumes: Mapping[str, Volume], colours: Mapping[str, str]) -> bytes:
    """Frames from the first with tumour to the last, evenly chosen; arguments as of `overview`."""
    solids = {name: v.solid for name, v in volumes.items()}
    together = np.logical_or.reduce(list(solids.values()))
    shown = np.flatnonzero(together.any(axis=(1, 2)))
    chosen = np.unique(np.linspace(shown[0], shown[-1], SECTIONS).round().astype(int))
    rows, columns = around(together.any(axis=0))
    cuts = [_frame(sequence, solids, int(z), rows, columns) for z in chosen]
    height, width = cuts[0].size_mm
    lines = -(-len(cuts) // A_LINE)
    figure = _figure(lines * (height / width * WIDTH_INCHES / A_LINE + TITLE_INCHES))
    panels = figure.subplots(lines, A_LINE, squeeze=False).ravel()
    for panel in panels[len(cuts) :]:
        panel.set_axis_off()
    for panel, cut in zip(panels, cuts, strict=False):
        _draw(panel, cut, colours)
    return _webp(figure)


def three_cuts(sequence: Sequence, solids: Mapping[str, NDArray[np.bool_]]) -> list[Cut]:
    """The frame that shows most tumour, and at its middle two cuts along the sweep."""
    together = np.logical_or.reduce(list(solids.values()))
    areas = together.sum(axis=(1, 2))
    z = int(areas.argmax())
    y, x = (int(np.median(where)) for where in np.nonzero(together[z]))
    rows, columns = around(together.any(axis=0))
    frames = reach(together.any(axis=(1, 2)))
    step_mm, row_mm, column_mm = sequence.space.spacing_mm
    grey = sequence.frames
    return [
        _frame(sequence, solids, z, rows, columns),
        Cut(
            f"along the sweep, x = {x}",
            grey[frames, rows, x].T,
            {name: solid[frames, rows, x].T for name, solid in solids.items()},
            (row_mm, step_mm),
        ),
        Cut(
            f"along the sweep, y = {y}",
            grey[frames, y, columns].T,
            {name: solid[frames, y, columns].T for name, solid in solids.items()},
            (column_mm, step_mm),
        ),
    ]


def _frame(
    sequence: Sequence,
    solids: Mapping[str, NDArray[np.bool_]],
    z: int,
    rows: slice,
    columns: slice,
) -> Cut:
    masks = {name: solid[z, rows, columns] for name, solid in solids.items()}
    _, row_mm, column_mm = sequence.space.spacing_mm
    return Cut(f"frame {z}", sequence.frames[z, rows, columns], masks, (row_mm, column_mm))


def _draw(panel: Any, cut: Cut, colours: Mapping[str, str]) -> None:
    height_mm, width_mm = cut.size_mm
    panel.imshow(cut.image, cmap="gray", vmin=0, vmax=255, extent=(0, width_mm, height_mm, 0))
    y, x = ((np.arange(n) + 0.5) * s for n, s in zip(cut.image.shape, cut.pixel_mm, strict=True))
    for name, mask in cut.masks.items():
        if mask.any() and not mask.all() and min(mask.shape) > 1:
            panel.contour(x, y, mask, [0.5], colors=[colours[name]], linewidths=1.1)
    _finish(panel, cut.title, cut.size_mm, "white")


def _finish(panel: Any, title: str, size_mm: tuple[float, float], colour: str) -> None:
    """A title, and a bar at the lower left, no longer than a third of the width."""
    from matplotlib.patheffects import Normal, Stroke

    height, width = size_mm
    length = max((b for b in BARS_MM if b <= width / 3), default=BARS_MM[0])
    x, y = 0.05 * width, 0.93 * height
    edge = [Stroke(linewidth=1.6, foreground="black"), Normal()] if colour == "white" else []
    panel.plot([x, x + length], [y, y], color=colour, linewidth=2, solid_capstyle="butt")
    panel.text(x, y - 0.02 * height, f"{length:g} mm", color=colour, fontsize=6.5, va="bottom",
               path_effects=edge)  # fmt: skip
    panel.set_title(title, fontsize=8)
    panel.set_aspect("equal")
    panel.set_axis_off()


def _figure(height_inches: float) -> Figure:
    return blank((WIDTH_INCHES, height_inches), DPI)


def _webp(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="webp", dpi=DPI, pil_kwargs={"quality": QUALITY, "method": 4})
    return stream.getvalue()
