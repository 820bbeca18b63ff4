"""Where an original lies in the capture that shows it, sub-pixel.

The likeliest of many coarse places are refined from coarse to fine.

Knows nothing about outlines or files.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.coarse import coarse_places
from parasam_core.capture.footage import Grey
from parasam_core.capture.parallel import in_order
from parasam_core.capture.placement import Placement, evidence
from parasam_core.capture.stills import Colours
from parasam_core.capture.view import view_of

FINE_PX = 360_000
CHECK_PX = 30_000
COARSE_PX = 2_500
STEPS = 20
STILL_PX = 0.01


def register(original: Grey, capture: Colours) -> Placement | None:
    """Look for the original everywhere in the capture; None where it cannot be there.

    Args:
        original: (y, x) grey levels.
        capture: (y, x, 3) the screen.
    """
    if min(original.shape) < 16 or min(capture.shape[:2]) < 16 or int(np.ptp(original)) < 8:
        return None
    places = coarse_places(original, capture)
    for most_px, kept in ((COARSE_PX, 6), (COARSE_PX, 4), (CHECK_PX, 1), (CHECK_PX, 1)):
        better = in_order(partial(refined, original, capture, most_px=most_px), places)
        places = sorted((p for p in better if p), key=_explained)[-kept:]
    return refined(original, capture, places[0]) if places else None


def _explained(place: Placement) -> float:
    """How much of the capture a placement explains, up to a factor."""
    return evidence(place.agreement, place.scale_xy[0] * place.scale_xy[1])


def refined(
    original: Grey,
    capture: Colours,
    start: Placement,
    *,
    most_px: int = FINE_PX,
    steps: int = STEPS,
) -> Placement | None:
    """A placement made better from where it starts; None where it runs away.

    Args:
        original: (y, x) grey levels.
        capture: (y, x, 3) the screen.
        start: off by no more than a few of the pixels looked at.
        most_px: so many pixels of the original are looked at, fewer where it has fewer.
        steps: at most.
    """
    view = view_of(original, capture, start, most_px)
    if view is None:
        return None
    ax, bx, ay, by = 1.0, 0.0, 1.0, 0.0
    agreement = -1.0
    for _ in range(steps):
        step, agreement = view.step(ax, bx, ay, by)
        if step is None:
            return None
        dax, dbx, day, dby = step
        ax, bx, ay, by = ax + dax, bx + dbx, ay + day, by + dby
        if not (0.7 < ax < 1.4 and 0.7 < ay < 1.4):
            return None
        if np.abs([dax * view.width, dbx, day * view.height, dby]).max() < STILL_PX:
            break
    return replace(view.placed(ax, bx, ay, by), agreement=agreement)


def agreements(
    original: Grey, capture: Colours, place: Placement
) -> tuple[float, NDArray[np.float64]]:
    """How well an original agrees with what a capture shows in a place, cheaply.

    Args:
        original: (y, x) grey levels.
        capture: (y, x, 3) the screen.
        place: where.

    Returns:
        How their details correlate, −1 where nothing shows; and how far the left, right,
        upper and lower edge seem to be off, capture pixels. Coarse as it is, this is off by some
        itself, alike for all captures of a sweep.
    """
    view = view_of(original, capture, place, CHECK_PX)
    if view is None:
        return -1.0, np.zeros(4)
    step, _ = view.step(1.0, 0.0, 1.0, 0.0)
    if step is None:
        return view.detail(), np.zeros(4)
    dax, dbx, day, dby = step
    (cx, cy), (w, h) = view.capture_xy, (view.width, view.height)
    off = np.array([dbx * cx, (dbx + dax * w) * cx, dby * cy, (dby + day * h) * cy])
    return view.detail(), off
