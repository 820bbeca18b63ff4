"""A panel → the outline drawn on it, and which colour outlines are drawn in.

Knows nothing about files or originals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from parasam_core.capture.outline import Nothing, Outline, outline_of
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import Ink, Map, coverage, inks_of, spread

FAINTER = (1.0, 0.6)
"""A thin line in a JPEG covers no pixel wholly: what is open is read again as a fainter ink."""
SAME_HUE_DEGREES = 25.0
ORIGINAL_SYSTEM_DEGREES = 200.0
ENOUGH = 3
PREFERRED = 1.3
ABOUT_AS_LARGE = 1.25


@dataclass(frozen=True)
class Drawn:
    """What is drawn on a panel.

    Attributes:
        covered: (y, x) share of each pixel that the ink covers.
        outline: the region, or why there is none.
        elsewhere: True where a line of another colour closes and none of the ink does.
    """

    covered: Map
    outline: Outline | Nothing
    elsewhere: bool = False


def drawn_on(panel: Colours, ink: Ink) -> Drawn:
    """The outline in one ink."""
    found: list[Drawn] = []
    tint = spread(panel)
    for fainter in _fainter(ink.scaled_to(panel, tint)):
        covered = coverage(panel, fainter, tint)
        found.append(Drawn(covered, outline_of(covered)))
        if isinstance(found[-1].outline, Outline) and not found[-1].outline.gap_px:
            break
    best = max(found, key=_rank)
    if isinstance(best.outline, Nothing):
        return replace(found[0], elsewhere=_closes_elsewhere(panel, ink))
    return best


def _rank(drawn: Drawn) -> float:
    """The larger is the outline; of two about as large, the one that closes by itself."""
    if isinstance(drawn.outline, Nothing):
        return 0.0
    return drawn.outline.area_px * (1.0 if drawn.outline.gap_px else ABOUT_AS_LARGE)


def _fainter(ink: Ink) -> list[Ink]:
    return [Ink((ink.chroma[0] * share, ink.chroma[1] * share)) for share in FAINTER]


def settled_ink(panels: Iterable[Colours]) -> Ink | None:
    """The ink in which lines close on most panels; None where none closes on any.

    The colours that the original system read, red to cyan, come before blue to magenta.

    Args:
        panels: looked at until a few have shown a closed line.
    """
    votes: list[tuple[Ink, float]] = []
    shown = 0
    for panel in panels:
        closed = [(ink, o.area_px) for ink in inks_of(panel) if (o := _closed(panel, ink))]
        votes += closed
        shown += bool(closed)
        if shown == ENOUGH:
            break
    return max((ink for ink, _ in votes), key=lambda i: _support(i, votes), default=None)


def _support(ink: Ink, votes: list[tuple[Ink, float]]) -> float:
    """How wide what closes in an ink is, all panels together."""
    width = sum(math.sqrt(a) for other, a in votes if _apart(ink, other) <= SAME_HUE_DEGREES)
    return width * (PREFERRED if ink.hue_degrees <= ORIGINAL_SYSTEM_DEGREES else 1.0)


def _apart(a: Ink, b: Ink) -> float:
    return abs((a.hue_degrees - b.hue_degrees + 180) % 360 - 180)


def _closed(panel: Colours, ink: Ink) -> Outline | None:
    tint = spread(panel)
    for fainter in _fainter(ink):
        found = outline_of(coverage(panel, fainter, tint))
        if isinstance(found, Outline):
            return found
    return None


def _closes_elsewhere(panel: Colours, ink: Ink) -> bool:
    others = (i for i in inks_of(panel) if _apart(i, ink) > SAME_HUE_DEGREES)
    return any(_closed(panel, i) for i in others)
