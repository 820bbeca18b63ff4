"""Where the B-mode image lies on a scanner's screen.

The largest piece of tissue that changes is the core of it; each of its sides is found to the
pixel. A side that does not show, since the image fades into gel or depth as black as the screen, is
read off what stands along the image's full depth, a ruler or a frame; failing that, it is put as
far out as the image may reach, and called uncertain: some black rows too many harm nothing, a cut
tumour does.

Knows nothing about files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parasam_core.capture.core import TEXTURED, Core, core_of
from parasam_core.capture.evidence import Evidence
from parasam_core.capture.rectangle import turned
from parasam_core.capture.sides import BOTTOM, TOP, UPRIGHT, ends_here, has_edge, side
from parasam_core.capture.steps import begins, edge_at
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

REACH_PX = 10
"""The core is known to so many pixels, at 480 lines: two cells of its grid, and letters."""
CODEC_BLOCK_PX = 16
"""How far compression spreads a change."""
SMALLEST_SHARE = 0.08
"""An image takes more of the frame's width and height: an icon that moves does not."""
SMALLEST_PX = 24
"""A frame with fewer rows or columns holds no screen around an image."""
ALL_TISSUE = 0.75
"""So much of an image alone is tissue at least, and less of a screen."""
MOSTLY_FROZEN = 0.5
"""Where less of the tissue moves, a side of what moves says nothing about the image."""
SECOND_IMAGE = 0.6
"""A second image is nearly as large as the first; an M-mode strip below it is not."""
DEAD_SHARE = 0.02
"""What parts two images changes less, of what tissue does."""
LEAST_HALF = 0.2
"""And each of the two has so much of all change at least; a bone's shadow at a side parts less."""

QUARTERS = {"left": 3, "right": 1, "top": 0, "bottom": 2}
"""Anticlockwise quarter turns that bring a side up."""

HABITS = {"left": UPRIGHT, "right": UPRIGHT, "top": TOP, "bottom": BOTTOM}


@dataclass(frozen=True)
class Area:
    """Where the image lies.

    Attributes:
        box: (x0, y0, x1, y1), half-open, in pixels of the full frame.
        uncertain: the sides that do not show ("left", "right", "top", "bottom"); there the box
            reaches as far as the image may.
    """

    box: Box
    uncertain: tuple[str, ...] = ()


def found_area(evidence: Evidence) -> Area:
    """The B-mode area.

    Raises:
        CaptureError: nothing on the screen looks like one, or more than one part does.
    """
    core = core_of(evidence)
    if core is None:
        raise _unsure("nothing on the screen looks like one")
    if core.rival > SECOND_IMAGE:
        raise _unsure("two parts of the screen look like one")
    if min(evidence.shape) < SMALLEST_PX:
        return Area(_all_of_it(evidence))
    reach = max(CODEC_BLOCK_PX, round(REACH_PX * evidence.scale))
    box, still = _with_still_tissue(evidence, core, _sharpened(evidence, core.live, reach), reach)
    if _is_small(evidence, box):
        box, still = _all_of_it(evidence), set()
    uncertain = []
    for name in QUARTERS:
        edge, shows = side(*_turned_up(evidence, box, name), HABITS[name])
        box = _with(evidence, box, name, edge)
        if not shows or (name in still and not _has_edge(evidence, box, name)):
            uncertain.append(name)
    if _is_divided(evidence, box):
        raise _unsure("two parts of the screen look like one")
    return Area(box, tuple(uncertain))


def _sharpened(evidence: Evidence, box: Box, reach: int) -> Box:
    """Every side where change begins, to the pixel."""
    for name in QUARTERS:
        view, up = _turned_up(evidence, box, name)
        box = _with(evidence, box, name, begins(view, up, reach))
    return box


def _with_still_tissue(
    evidence: Evidence, core: Core, box: Box, reach: int
) -> tuple[Box, set[str]]:
    """The box with tissue that goes on beside it and stands still, and the sides where it does."""
    frozen = not evidence.moves or core.moving < MOSTLY_FROZEN
    still = set()
    for name in QUARTERS:
        view, up = _turned_up(evidence, box, name)
        further = turned(core.whole, evidence.shape, QUARTERS[name])[1]
        if further < up[1] - reach and (frozen or not ends_here(view, up, HABITS[name])):
            still.add(name)
            box = _with(evidence, box, name, edge_at(view, (up[0], further, *up[2:])))
    return box, still


def _is_small(evidence: Evidence, box: Box) -> bool:
    height, width = evidence.shape
    return min((box[2] - box[0]) / width, (box[3] - box[1]) / height) < SMALLEST_SHARE


def _all_of_it(evidence: Evidence) -> Box:
    """The whole frame, where all of it is tissue: an image with no screen around it."""
    if float((evidence.texture > TEXTURED).mean()) < ALL_TISSUE:
        raise _unsure("nothing large changes from frame to frame")
    height, width = evidence.shape
    return 0, 0, width, height


def _has_edge(evidence: Evidence, box: Box, name: str) -> bool:
    return has_edge(*_turned_up(evidence, box, name), HABITS[name])


def _turned_up(evidence: Evidence, box: Box, name: str) -> tuple[Evidence, Box]:
    """Evidence and box, turned so that a side is the top."""
    quarters = QUARTERS[name]
    return evidence.turned(quarters), turned(box, evidence.shape, quarters)


def _with(evidence: Evidence, box: Box, name: str, edge: int) -> Box:
    """The box with a side moved to `edge`, a row of the view in which that side is the top."""
    view, (x0, _, x1, y1) = _turned_up(evidence, box, name)
    return turned((x0, edge, x1, y1), view.shape, 4 - QUARTERS[name])


def _is_divided(evidence: Evidence, box: Box) -> bool:
    """True where two images stand side by side: nothing changes along a strip between them."""
    x0, y0, x1, y1 = box
    columns = evidence.much[y0:y1, x0:x1].mean(axis=0)
    strip = max(3, round(2 * evidence.scale))
    dead = np.convolve(columns < DEAD_SHARE * np.median(columns), np.ones(strip), "same") >= strip
    before = np.cumsum(columns)[dead] / columns.sum()
    return bool(((before > LEAST_HALF) & (before < 1 - LEAST_HALF)).any())


def _unsure(why: str) -> CaptureError:
    return CaptureError(
        f"expected a B-mode area that shows clearly, got a capture in which {why}; "
        "give it with --roi X0,Y0,X1,Y1"
    )
