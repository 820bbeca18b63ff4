"""A B-mode image shown through a coloured map → the same with its greys grey.

A tinted map gives every grey level one colour, so the median colour of all pixels that are about
as light is the map's: what is drawn covers too little to move it. Where hardly any tissue is so
light, it is the line's; but a map's colour changes little from level to level, and a line's is far
from that.

Knows nothing about outlines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import grey_of
from parasam_core.capture.stills import Colours

LEVELS = 16
FEWEST_PIXELS = 40
MOST_PIXELS = 300_000
TINTED = 6.0
"""From this distance between the channels of its usual colour a level is tinted."""
LIGHT = 64
STEADY = 24.0
"""Farther from the colour of the level before it, what a level shows is drawn, not tissue."""
STEADY_A_LEVEL = 6.0


@dataclass(frozen=True)
class Tint:
    """What a map adds to each grey level.

    Attributes:
        added: (256, 3) RGB, from the luma.
    """

    added: NDArray[np.float32]

    def removed(self, picture: Colours) -> Colours:
        """The picture with what the map adds taken off."""
        luma = grey_of(picture)
        plain = picture.astype(np.float32) - self.added[luma]
        return np.asarray(np.clip(np.rint(plain), 0, 255), np.uint8)


def tint_of(panel: Colours) -> Tint | None:
    """The map by which a panel is tinted; None where its greys are grey."""
    # every so many-th row and column tell the usual colour as well as all do
    thin = max(1, round(np.sqrt(panel.shape[0] * panel.shape[1] / MOST_PIXELS)))
    panel = np.ascontiguousarray(panel[::thin, ::thin])
    luma = grey_of(panel).reshape(-1)
    over = panel.reshape(-1, 3).astype(np.float32) - luma[:, None]
    level = luma // LEVELS
    counts = np.bincount(level, minlength=256 // LEVELS)
    shown = {
        int(n): np.median(over[level == n], axis=0) for n in np.flatnonzero(counts >= FEWEST_PIXELS)
    }
    kept = _steady(shown, int(np.argmax(counts)))
    at = [0.0, *(float(luma[level == n].mean()) for n in kept)]
    usual = [np.zeros(3), *(shown[n] for n in kept)]
    light = [np.ptp(u) for a, u in zip(at, usual, strict=True) if a >= LIGHT]
    if not light or float(np.median(light)) < TINTED:
        return None
    channels = [np.interp(np.arange(256), at, [u[c] for u in usual]) for c in range(3)]
    return Tint(np.stack(channels, axis=1).astype(np.float32))


def _steady(shown: dict[int, NDArray[np.float32]], start: int) -> list[int]:
    """The levels whose colours follow on one another, beginning with the one that most have."""
    kept = [start] if start in shown else []
    lighter, darker = (sorted(n for n in shown if way * (n - start) > 0) for way in (1, -1))
    for way in (lighter, darker[::-1]):
        last = start
        for n in way:
            off = float(np.abs(shown[n] - shown[last]).max())
            if off <= STEADY + STEADY_A_LEVEL * abs(n - last):
                kept.append(n)
                last = n
    return sorted(kept)
