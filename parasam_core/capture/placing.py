"""Where the captures of a folder show their originals: found once, then followed.

Frames are told apart by their details, since neighbours have tissue's layers alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey
from parasam_core.capture.placement import Placement
from parasam_core.capture.registration import agreements, refined, register
from parasam_core.capture.stills import Colours
from parasam_core.sequence import Box

STRONG = 0.7
"""Capture and original are alike from here on."""
WEAKEST = 0.4
"""Below this the capture does not show the original."""
BETTER = 0.02
"""By so much another original must agree better than a capture's own."""
MOVED_PX = 0.4

Pair = tuple[int, Grey, Colours]
"""A capture's number, the original that it may show, and the capture."""


def best_place(pairs: Iterable[Pair], roi: Box | None) -> tuple[Placement, Pair] | None:
    """Where one of the captures shows its original best; the first that is sure ends the search.

    Args:
        pairs: what may show what.
        roi: where in the captures, if a person said it; (x0, y0, x1, y1), half-open, pixels.
    """
    best: tuple[Placement, Pair] | None = None
    for pair in pairs:
        place = _searched(pair[1], pair[2], roi)
        if place and (best is None or place.agreement > best[0].agreement):
            best = place, pair
        if best and best[0].agreement >= STRONG:
            break
    return best


def checked(original: Grey, capture: Colours, place: Placement | None) -> Placement | None:
    """The placement with the agreement of details."""
    if place is None:
        return None
    likeness, _ = agreements(original, capture, place)
    return replace(place, agreement=likeness)


def shown_instead(likeness: NDArray[np.float64], z: int) -> int | None:
    """Which original a capture shows rather than its own; None where it shows its own.

    Args:
        likeness: (z,) of the capture and every original.
        z: its own.
    """
    best = int(np.argmax(likeness))
    return best if likeness[best] > max(STRONG, likeness[z] + BETTER) else None


def followed(
    originals: NDArray[np.uint8],
    z: int,
    capture: Colours,
    usual: Placement | None,
    usual_off_px: NDArray[np.float64],
) -> Placement | None:
    """Where a capture shows its original; None where it does not.

    Args:
        originals: (z, y, x).
        z: which is the capture's own.
        capture: (y, x, 3) the screen.
        usual: where captures show their originals; None where this one is of another size.
        usual_off_px: how far off that place seems where it was found; see `agreements`.
    """
    place = usual or register(originals[z], capture)
    if place is None:
        return None
    likeness, off_px = agreements(originals[z], capture, place)
    moved_px = float(np.abs(off_px - usual_off_px).max())
    if likeness >= STRONG and moved_px <= MOVED_PX * max(place.scale_xy):
        return replace(place, agreement=likeness)
    nearby = checked(originals[z], capture, refined(originals[z], capture, place))
    if nearby is not None and nearby.agreement >= STRONG:
        return nearby
    again = checked(originals[z], capture, register(originals[z], capture))
    found = [p for p in (nearby, again) if p is not None]
    return max(found, key=lambda p: p.agreement, default=None)


def _searched(original: Grey, capture: Colours, roi: Box | None) -> Placement | None:
    if roi is None:
        return checked(original, capture, register(original, capture))
    x0, y0, x1, y1 = roi
    sx, sy = (x1 - x0) / original.shape[1], (y1 - y0) / original.shape[0]
    given = Placement((sx, sy), (x0 + sx / 2 - 0.5, y0 + sy / 2 - 0.5))
    return checked(original, capture, refined(original, capture, given))
