"""One outline followed from frame to frame, in both directions, to where the tumour ends.

Every frame is asked with boxes around its neighbour's mask, a little larger each, and what they
agree on is its mask: a leak depends on the box, a tumour's edge does not. Then each direction is
walked back from its steadiest frame, which mends what the way out lost. Free of torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.sam.ending import Ending, section_of
from parasam_core.sam.evidence import Ask, FloatBox, Found, agreed, float_box_of, grown, voted

MARGINS = (0.02, 0.05, 0.08)
"""By which a neighbour's box is grown on every side, as shares of its size."""

FASTEST = 0.03
"""How far an edge of the box may move a frame, as a share of the box's size, and a pixel."""

LEAST_OVERLAP, LEAST_SCORE = 0.55, 0.6

OUTER = (0.4, 0.9)
"""Where on its way out a direction's steadiest frame is looked for."""

Step = tuple[int, Found]
Looked = Callable[[], None]


@dataclass(frozen=True)
class Scan:
    """What is followed through.

    Attributes:
        frames: (z, y, x) uint8.
        ask: the model.
        looked: called after every frame that was asked about.
    """

    frames: NDArray[np.uint8]
    ask: Ask
    looked: Looked


def tracked(scan: Scan, frame: int, box: FloatBox) -> dict[int, Found]:
    """Follow one box through the scan.

    Args:
        scan: frames and model.
        frame: where the box is.
        box: (x0, y0, x1, y1) in pixels of the frames.

    Returns:
        Every frame with tumour, and the given one in any case.
    """
    start = first_look(scan, frame, box)
    found = {frame: start}
    for step in (-1, 1) if start.mask.any() else ():
        out = followed(scan, (frame, start), step)
        found.update(out)
        found.update((z, voted(found[z], back)) for z, back in _walked_back(scan, out, step))
    return found


def first_look(scan: Scan, frame: int, box: FloatBox) -> Found:
    """A given box, then boxes around what it gives: the hand that drew it does not matter much."""
    drawn = agreed(scan.ask(frame, [grown(box, share) for share in (-0.04, 0.0, 0.04)]), None)
    scan.looked()
    around = float_box_of(drawn.mask)
    if around is None:
        return drawn
    return agreed(scan.ask(frame, [box, *(grown(around, m) for m in MARGINS)]), drawn.mask)


def followed(scan: Scan, start: Step, step: int, stop: int | None = None) -> list[Step]:
    """From a frame that is known, one direction, to where the tumour ends.

    Args:
        scan: frames and model.
        start: frame and mask that are known; they are not in the answer.
        step: +1 or -1.
        stop: frame before which to stop in any case.
    """
    first, last = start
    around = float_box_of(last.mask)
    ending = Ending(section_of(scan.frames[first], last.mask))
    out: list[Step] = []
    end = (len(scan.frames) if step > 0 else -1) if stop is None else stop
    for z in range(first + step, end, step):
        if around is None:
            break
        last = agreed(scan.ask(z, [grown(around, margin) for margin in MARGINS]), last.mask)
        scan.looked()
        if _is_lost(last) or ending.is_past(section_of(scan.frames[z], last.mask)):
            break
        around = _held(float_box_of(last.mask), around)
        out.append((z, last))
    return out[: len(out) - ending.unclear]


def _is_lost(last: Found) -> bool:
    return not last.mask.any() or last.overlap < LEAST_OVERLAP or last.score < LEAST_SCORE


def _held(box: FloatBox | None, before: FloatBox) -> FloatBox | None:
    """A box whose edges move no faster than a tumour's."""
    if box is None:
        return None
    width, height = before[2] - before[0], before[3] - before[1]
    most = np.array([width, height, width, height]) * FASTEST + 1
    x0, y0, x1, y1 = np.clip(box, np.array(before) - most, np.array(before) + most)
    return float(x0), float(y0), float(x1), float(y1)


def _walked_back(scan: Scan, out: list[Step], step: int) -> list[Step]:
    """The way back from the steadiest frame of the way out, as far as it goes."""
    outer = out[int(len(out) * OUTER[0]) : int(len(out) * OUTER[1])]
    if not outer:
        return []
    anchor = max(outer, key=lambda taken: taken[1].confidence)
    return followed(scan, anchor, -step, stop=out[0][0] - step)
