"""A panel → the outline drawn on it, and which colour outlines are drawn in.

Knows nothing about files or originals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from parasam_core.capture.footage import Grey
from parasam_core.capture.outline import (
    COVERED,
    FILLED,
    RECTANGLE,
    Nothing,
    Outline,
    filled_in,
    outline_of,
)
from parasam_core.capture.parallel import in_order
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import Ink, Map, coverage, inks_of, spread

FAINTER = (0.6, 0.35)
"""A thin line in a JPEG covers no pixel wholly: what is open is read again as a fainter ink."""
SAME_HUE_DEGREES = 25.0
ORIGINAL_SYSTEM_DEGREES = 200.0
ENOUGH = 3
PREFERRED = 1.3
ABOUT_AS_LARGE = 1.25
NOT_DRAWN = 0.1
RIVAL = 0.2
"""Of the support of an ink, from which another one contests it."""
SAME_PX = 6.0
SAME_AREA = 0.1
STILL_PX = 1.5
STILL_AREA = 0.01
SMALL_OF_PANEL = 0.02


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


@dataclass(frozen=True)
class SettledInk:
    """The ink of outlines.

    Attributes:
        ink: whose lines close.
        contested: True where lines in another ink close, too, and not just around specks.
        still: True where it encloses the same on all panels looked at.
        most_px: what it encloses at most on one of them, pixels; infinite where a person named it.
    """

    ink: Ink
    contested: bool
    still: bool = False
    most_px: float = math.inf


def drawn_on(panel: Colours, ink: Ink) -> Drawn:
    """The outline in one ink."""
    found = _tried(panel, ink)
    best = max(found, key=_rank)
    if isinstance(best.outline, Nothing) and (filled := filled_in(found[-1].covered)):
        return Drawn(found[-1].covered, filled)
    if isinstance(best.outline, Nothing):
        return replace(found[0], elsewhere=_closes_elsewhere(panel, ink))
    return best


def _tried(panel: Colours, ink: Ink) -> list[Drawn]:
    """The outline at one strength after the other, until one is sure."""
    found: list[Drawn] = []
    spreads = spread(panel)
    for fainter in _fainter(panel, ink, spreads):
        covered = coverage(panel, fainter, spreads)
        found.append(Drawn(covered, outline_of(covered)))
        if _is_sure(found[-1].outline, panel.shape):
            break
    return found


def _is_sure(outline: Outline | Nothing, shape: tuple[int, ...]) -> bool:
    """True for one line of fair size that closes by itself and has nothing doubtful."""
    return isinstance(outline, Outline) and not (
        outline.gap_px or outline.doubts or outline.pieces > 1 or is_small(outline.area_px, shape)
    )


def is_small(area_px: float, shape: tuple[int, ...]) -> bool:
    """True for an area of a panel that no more than a mark may have."""
    return area_px < SMALL_OF_PANEL * shape[0] * shape[1]


def _rank(drawn: Drawn) -> float:
    """The larger is the outline; of two about as large, the one that closes by itself."""
    if isinstance(drawn.outline, Nothing):
        return 0.0
    return _size(drawn.outline)


def _fainter(panel: Colours, ink: Ink, spreads: Grey) -> list[Ink]:
    strengths = ink.strengths_in(panel, spreads)
    faint = [strengths[-1].times(share) for share in FAINTER]
    return [*strengths, *_line_over_filling(strengths), *faint]


def _line_over_filling(strengths: list[Ink]) -> list[Ink]:
    """The ink of which a line covers enough and what is filled within it does not."""
    if len(strengths) < 2:
        return []
    line, filling = strengths
    between = (line.strength + filling.strength) / 2
    return [line.times(between / COVERED / line.strength)]


def settled_ink(panels: Iterable[Colours]) -> SettledInk | None:
    """The ink in which lines close on most panels; None where none closes on any.

    The colours that the original system read, red to cyan, come before blue to magenta.

    Args:
        panels: looked at until a few have shown a closed line.
    """
    votes: list[_Vote] = []
    shown = 0
    for closed in in_order(_closed_in, panels):
        votes += [_Vote(ink, outline, shown) for ink, outline in closed]
        shown += bool(closed)
        if shown == ENOUGH:
            break
    if not votes:
        return None
    ink = max((v.ink for v in votes), key=lambda i: _support(i, votes))
    others = (v.ink for v in votes if _apart(v.ink, ink) > SAME_HUE_DEGREES)
    sure = [v for v in votes if not v.outline.gap_px]
    rival = max((_support(i, sure) for i in others), default=0.0)
    contested = rival > RIVAL * _support(ink, votes)
    own = _own(ink, votes)
    return SettledInk(ink, contested, _stands_still(own), max(v.outline.area_px for v in own))


def _closed_in(panel: Colours) -> list[tuple[Ink, Outline]]:
    """The inks that close on a panel and what they enclose, each region by one ink.

    Around a line a JPEG has fainter ones of other hues, and handles along it have another colour.
    """
    closed = [(ink, outline) for ink in inks_of(panel) if (outline := _closed(panel, ink))]
    found: list[tuple[Ink, Outline]] = []
    for ink, outline in sorted(closed, key=lambda c: (c[1].gap_px > 0, -c[0].strength)):
        if not any(_are_one(outline, other) for _, other in found):
            found.append((ink, outline))
    return found


def _are_one(a: Outline, b: Outline) -> bool:
    """True where two outlines enclose about the same."""
    near_px = SAME_PX + SAME_AREA * math.sqrt(max(a.area_px, b.area_px))
    return (
        abs(a.area_px - b.area_px) <= SAME_AREA * max(a.area_px, b.area_px)
        and math.dist(a.origin_xy, b.origin_xy) <= near_px
    )


@dataclass(frozen=True)
class _Vote:
    """An ink that closes on a panel."""

    ink: Ink
    outline: Outline
    panel: int


def _support(ink: Ink, votes: list[_Vote]) -> float:
    """How wide what closes in an ink is, all panels together; little for what was not drawn."""
    own = _own(ink, votes)
    width = sum(math.sqrt(v.outline.area_px) for v in own)
    drawn = NOT_DRAWN if all(_by_machine(v.outline) for v in own) or _stands_still(own) else 1.0
    return width * drawn * (PREFERRED if ink.hue_degrees <= ORIGINAL_SYSTEM_DEGREES else 1.0)


def _own(ink: Ink, votes: list[_Vote]) -> list[_Vote]:
    return [v for v in votes if _apart(ink, v.ink) <= SAME_HUE_DEGREES]


def _by_machine(outline: Outline) -> bool:
    return RECTANGLE in outline.doubts or FILLED in outline.doubts


def _stands_still(votes: list[_Vote]) -> bool:
    """True where an ink encloses the same on every panel, as the screen's own marks do."""
    first = votes[0].outline
    return len({v.panel for v in votes}) > 1 and all(
        np.hypot(*np.subtract(v.outline.origin_xy, first.origin_xy)) <= STILL_PX
        and abs(v.outline.area_px / first.area_px - 1) <= STILL_AREA
        for v in votes
    )


def _apart(a: Ink, b: Ink) -> float:
    return abs((a.hue_degrees - b.hue_degrees + 180) % 360 - 180)


def _closed(panel: Colours, ink: Ink) -> Outline | None:
    found = [d.outline for d in _tried(panel, ink)]
    return max((o for o in found if isinstance(o, Outline)), key=_size, default=None)


def _size(outline: Outline) -> float:
    return outline.area_px * (1.0 if outline.gap_px else ABOUT_AS_LARGE)


def closes_in(panel: Colours, ink: Ink) -> bool:
    """True where a line in that ink encloses something on a panel."""
    return _closed(panel, ink) is not None


def _closes_elsewhere(panel: Colours, ink: Ink) -> bool:
    others = (i for i in inks_of(panel) if _apart(i, ink) > SAME_HUE_DEGREES)
    return any(_closed(panel, i) for i in others)
