"""What a person should look at in an outline: lines that are left out, cross it or run on.

Knows nothing about colours or files.
"""

from __future__ import annotations

from parasam_core.capture.enclosed import Bits
from parasam_core.capture.pieces import SMALLEST_HOLE_PX, Piece, pieces_of, runs_on

COMPARABLE = 0.1
AS_LONG = 0.8
WORTH_TELLING = 0.3
"""Of the outline's extent, from which a line that does not close may be another outline."""
HIGHER_THAN_WORDS = 0.06
"""Of the panel's shorter side."""
CUT_OFF = 0.1
"""Of what is enclosed, from which a line that divides it is no loop where its ends cross."""
SMALL_HOLES = 10
GOES_ON = "its line runs on far beyond what it encloses"


def doubts_of_closed(
    closed: list[Piece], bent: list[Piece], goes_on: bool, panel_yx: tuple[int, ...]
) -> tuple[str, ...]:
    """Of an outline that closes by itself, in words.

    Args:
        closed: the strokes that close, the largest first.
        bent: those that do not and are no straight lines.
        goes_on: the largest `runs_on`.
        panel_yx: size of the panel.
    """
    doubts = []
    main = closed[0]
    if len(closed) > 1 and closed[1].hole_px < COMPARABLE * main.hole_px:
        doubts.append("a small closed line beside it is left out")
    if any(_may_be_another(line, main, panel_yx) for line in bent):
        doubts.append("a line beside it that does not close is left out")
    if goes_on:
        doubts.append(GOES_ON)
    if main.divided > CUT_OFF:
        doubts.append("its line runs through what it encloses, or another touches it")
    if main.hole_px < SMALL_HOLES * SMALLEST_HOLE_PX:
        doubts.append("it is very small")
    return tuple(doubts)


def doubts_of_bridged(stroke: Bits, panel_yx: tuple[int, ...]) -> tuple[str, ...]:
    """Of an outline whose gaps are bridged, in words.

    Args:
        stroke: (y, x) with its bridges.
        panel_yx: size of the panel.
    """
    labels, pieces = pieces_of(stroke)
    main = max(pieces, key=lambda p: p.hole_px, default=None)
    return (GOES_ON,) if main and main.hole_px and runs_on(labels, main, panel_yx) else ()


def _may_be_another(line: Piece, main: Piece, panel_yx: tuple[int, ...]) -> bool:
    """True for a line that does not close and is as large as an outline; words are lower."""
    high = line.narrow_px > HIGHER_THAN_WORDS * min(panel_yx)
    return line.extent > (WORTH_TELLING if high else AS_LONG) * main.extent
