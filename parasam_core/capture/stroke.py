"""Which pixels of a panel a stroke of one colour covers, and by how much.

A pixel that a stroke covers by a share `a` is (1 − a) · grey + a · colour, so its chroma, what is
left when the grey is taken off, is `a` times the colour's chroma: coverage can be read off whatever
the grey behind it, through antialiasing and through JPEG.

Knows nothing about outlines.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey
from parasam_core.capture.stills import Colours

COLOURED = 28
"""From this distance between its channels a pixel is coloured: grey stays grey in a JPEG."""
FULL_PERCENTILE = 80
HUE_BINS = 72
NEAR_BINS = 5
FEWEST_PIXELS = 24
LEAST_SHARE = 0.02
MOST_HUES = 5
OFF_HUE = 0.5
CHROMA_NOISE = 12.0
FAINTEST = 9.0
LEAST_COVERED = 0.25
COLOURFUL = 0.05
CHROMA_OF_SPREAD = np.sqrt(2 / 3)
"""No colour has more chroma for the distance between its channels than this."""
STRONGEST_PERCENTILE = 99.5
FILLING = 1.6
"""A line that is so much stronger than most of its hue may have a region filled with it."""

# two axes that span the colours without grey, from RGB
ACROSS = np.array([[1.0, -1.0, 0.0], [-1.0, -1.0, 2.0]]) / np.sqrt([[2.0], [6.0]])

Map = NDArray[np.float32]


@dataclass(frozen=True)
class Ink:
    """The colour of a stroke without its grey.

    Attributes:
        chroma: its two coordinates along `ACROSS`; their length is a wholly covered pixel's.
    """

    chroma: tuple[float, float]

    @classmethod
    def of_rgb(cls, rgb: tuple[int, int, int]) -> Ink:
        """The ink of a colour as a person names it."""
        u, v = ACROSS @ np.array(rgb, np.float64)
        return cls((float(u), float(v)))

    @property
    def strength(self) -> float:
        """Length of the chroma; 0 for grey."""
        return float(np.hypot(*self.chroma))

    @property
    def hue_degrees(self) -> float:
        """Its hue as HSV has it: 0 red, 120 green, 240 blue."""
        red, green, blue = ACROSS.T @ np.array(self.chroma)
        across = np.sqrt(3) * (green - blue)
        return float(np.degrees(np.arctan2(across, 2 * red - green - blue)) % 360)

    def strengths_in(self, panel: Colours, spreads: Grey) -> list[Ink]:
        """The same hue as strong as most of what has it in this panel, the strongest first.

        Args:
            panel: (y, x, 3) RGB.
            spreads: its `spread`.
        """
        found = _coloured(panel, spreads)
        along = found @ np.array(self.chroma) / self.strength
        off = np.abs(found @ np.array([-self.chroma[1], self.chroma[0]])) / self.strength
        like = along[(along > 0) & (off <= OFF_HUE * along)]
        if like.size < FEWEST_PIXELS:
            return [self]
        most, usual = np.percentile(like, [STRONGEST_PERCENTILE, FULL_PERCENTILE])
        return [self._of(v) for v in ((most, usual) if most > FILLING * usual else (usual,))]

    def _of(self, strength: float) -> Ink:
        return self.times(float(strength) / self.strength)

    def times(self, share: float) -> Ink:
        """The same hue, stronger or fainter."""
        return Ink((self.chroma[0] * share, self.chroma[1] * share))


def spread(picture: Colours) -> Grey:
    """(y, x) distance between the highest and the lowest channel: 0 for grey."""
    r, g, b = cv2.split(picture)
    most, least = cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b)
    return np.asarray(cv2.subtract(most, least), np.uint8)


def is_colourful(capture: Colours) -> bool:
    """True where more is coloured than outlines, words and marks on grey cover."""
    return bool((spread(capture) >= COLOURED).mean() > COLOURFUL)


def coverage(panel: Colours, ink: Ink, spreads: Grey) -> Map:
    """(y, x) share of each pixel that the ink covers, about 0 to 1; 0 where the hue is another.

    Only pixels are looked at of which the ink may cover `LEAST_COVERED`, and those beside them.

    Args:
        panel: (y, x, 3) RGB.
        ink: whose coverage.
        spreads: the panel's `spread`.
    """
    least = max(FAINTEST, LEAST_COVERED * ink.strength) / CHROMA_OF_SPREAD
    near = cv2.dilate(_at_least(spreads, least), np.ones((3, 3), np.uint8))
    at = np.flatnonzero(near.view(np.bool_))
    pixels = panel.reshape(-1, 3)[at].astype(np.float32)
    along, off = _axes_along(ink).astype(np.float32) @ pixels.T
    of_hue = np.abs(off) <= np.maximum(along, 0) * np.float32(OFF_HUE) + np.float32(CHROMA_NOISE)
    of_hue &= along >= FAINTEST
    covered = np.zeros(spreads.shape, np.float32)
    covered.reshape(-1)[at] = np.clip(along * of_hue / np.float32(ink.strength), 0, 1.5)
    return covered


def inks_of(panel: Colours) -> list[Ink]:
    """The hues that are drawn in a panel, the one with most pixels first."""
    found = _coloured(panel, spread(panel))
    if len(found) < FEWEST_PIXELS:
        return []
    angle = np.arctan2(found[:, 1], found[:, 0])
    bins = np.floor((angle + np.pi) / (2 * np.pi) * HUE_BINS).astype(int) % HUE_BINS
    inks: list[Ink] = []
    fewest = max(FEWEST_PIXELS, LEAST_SHARE * len(found))
    left = np.bincount(bins, minlength=HUE_BINS).astype(np.float64)
    while len(inks) < MOST_HUES:
        near = np.sum([np.roll(left, k) for k in (-1, 0, 1)], axis=0)
        peak = int(np.argmax(near))
        if near[peak] < fewest:
            break
        inks.append(_ink_at(found, bins, peak))
        left[(peak + np.arange(-NEAR_BINS, NEAR_BINS + 1)) % HUE_BINS] = 0
    return inks


def _ink_at(found: NDArray[np.float64], bins: NDArray[np.int_], peak: int) -> Ink:
    apart = np.abs((bins - peak + HUE_BINS // 2) % HUE_BINS - HUE_BINS // 2)
    of_hue = found[apart <= 1]
    size = np.hypot(of_hue[:, 0], of_hue[:, 1])
    direction = of_hue.sum(axis=0) / max(float(np.hypot(*of_hue.sum(axis=0))), 1e-9)
    u, v = direction * np.percentile(size, FULL_PERCENTILE)
    return Ink((float(u), float(v)))


def _coloured(panel: Colours, spreads: Grey) -> NDArray[np.float64]:
    """(n, 2) chroma of the pixels that are coloured."""
    at = np.flatnonzero(_at_least(spreads, COLOURED).view(np.bool_))
    return _chroma(panel.reshape(-1, 3)[at])


def _at_least(spreads: Grey, least: float) -> Grey:
    """1 where the channels are so far apart, else 0."""
    return np.asarray(cv2.threshold(spreads, np.ceil(least) - 1, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _chroma(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 3) RGB → (n, 2)."""
    return np.asarray(pixels.astype(np.float64) @ ACROSS.T)


def _axes_along(ink: Ink) -> NDArray[np.float64]:
    """(2, 3): from RGB to the part along the ink and the part off it."""
    u, v = np.array(ink.chroma) / ink.strength
    return np.array([[u, v], [-v, u]]) @ ACROSS
