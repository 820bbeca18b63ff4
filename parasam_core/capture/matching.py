"""Captures that are numbered apart from their originals → which shows which, by what they show.

Labs rename screenshots 1, 2, 3, …, or begin to count elsewhere. The order of captures is the order
of frames all the same, so the matching is the ascending one that agrees best altogether.

Knows nothing about files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.album import Album
from parasam_core.capture.placement import Placement
from parasam_core.capture.placing import STRONG, checked
from parasam_core.capture.registration import refined, register
from parasam_core.capture.stills import Colours

TRIES = 5
SURE_SHARE = 0.7
"""So many captures at least must show clearly what they are matched with."""


Pair = tuple[Placement, int, Colours]
"""Where a capture shows an original, which one, and that capture."""


def found_pair(
    originals: NDArray[np.uint8], captures: Iterable[tuple[float, Colours]]
) -> Pair | None:
    """A capture and the original that it shows best; None where nothing shows.

    Args:
        originals: (z, y, x).
        captures: how far through the sweep each may be, 0 to 1, and what it shows; the middle of a
            sweep shows most.
    """
    best: Pair | None = None
    for share, capture in sorted(captures, key=lambda pair: abs(pair[0] - 0.5)):
        for z in _near(share, len(originals)):
            found = _shown(originals, capture, register(originals[z], capture))
            if found and (best is None or found[0].agreement > best[0].agreement):
                best = found
            if best and best[0].agreement >= STRONG:
                return best
    return best


def _shown(originals: NDArray[np.uint8], capture: Colours, place: Placement | None) -> Pair | None:
    """Which original shows, and where, from a place that another one's layers gave."""
    shown = -1
    while place is not None:
        before, shown = shown, int(np.argmax(Album(originals, capture, place).likeness(capture)))
        better = refined(originals[shown], capture, place)
        if shown == before or better is None or (before >= 0 and not _agrees_more(better, place)):
            place = checked(originals[shown], capture, place)
            return (place, shown, capture) if place else None
        place = better
    return None


def _agrees_more(place: Placement, other: Placement) -> bool:
    return place.agreement > other.agreement


def _near(share: float, count: int) -> Iterator[int]:
    """Frames to try, the likeliest first."""
    likely = share * (count - 1)
    tried = np.linspace(0, count - 1, min(TRIES, count)).round()
    yield round(likely)
    yield from (int(z) for z in sorted(tried, key=lambda z: abs(z - likely)))


def ascending(likeness: NDArray[np.float64]) -> list[int] | None:
    """The original of every capture, ascending, all together alike most; None where they are not.

    Args:
        likeness: (captures, originals), at most as many captures as originals.
    """
    count, frames = likeness.shape
    if count > frames:
        return None
    best = np.full((count + 1, frames + 1), -np.inf)
    best[0] = 0.0
    for i in range(count):
        best[i + 1, 1:] = np.maximum.accumulate(best[i, :-1] + likeness[i])
    matched, z = [0] * count, frames
    for i in range(count, 0, -1):
        while z > 1 and best[i, z - 1] == best[i, z]:
            z -= 1
        z -= 1
        matched[i - 1] = z
    sure = likeness[np.arange(count), matched] >= STRONG
    return matched if sure.mean() >= SURE_SHARE else None
