"""Figures of matplotlib without a window, and what they are written as."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def blank(inches: tuple[float, float], dpi: float | None = None) -> Figure:
    """A figure of this width and height, whose parts make room for each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # takes a second to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, layout="constrained", dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure, dpi: float) -> bytes:
    """As PNG; the same figure gives the same bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def shortened(text: str, letters: int) -> str:
    """A text without its middle where it is longer; names often differ at both ends."""
    if len(text) <= letters:
        return text
    kept = letters - 1
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
