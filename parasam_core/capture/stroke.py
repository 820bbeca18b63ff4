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
STRONGEST_PERCENTILE = 99.5
FILLING = 1.6
"""A line that is so much stronger than most of its hue may have a region filled with it."""

# two axes that span the colours without grey, from BGR
ACROSS = np.array([[0.0, -1.0, 1.0], [2.0, -1.0, -1.0]]) / np.sqrt([[2.0], [6.0]])

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
        u, v = ACROSS @ np.array(rgb[::-1], np.float64)
        return cls((float(u), float(v)))

    @property
    def strength(self) -> float:
        """Length of the chroma; 0 for grey."""
        return float(np.hypot(*self.chroma))

    @property
    def hue_degrees(self) -> float:
        """Its hue as HSV has it: 0 red, 120 green, 240 blue."""
        blue, green, red = ACROSS.T @ np.array(self.chroma)
        across = np.sqrt(3) * (green - blue)
        return float(np.degrees(np.arctan2(across, 2 * red - green - blue)) % 360)

    def strengths_in(self, panel: Colours) -> list[Ink]:
        """The same hue as strong as most of what has it in this panel, the strongest first."""
        found = _chroma(panel[spread(panel) >= COLOURED])
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
    b, g, r = cv2.split(picture)
    most, least = cv2.max(cv2.max(b, g), r), cv2.min(cv2.min(b, g), r)
    return np.asarray(cv2.subtract(most, least), np.uint8)


def coverage(panel: Colours, ink: Ink) -> Map:
    """(y, x) share of each pixel that the ink covers, about 0 to 1; 0 where the hue is another."""
    plane = cv2.transform(panel.astype(np.float32), _axes_along(ink))
    along, off = (np.asarray(part, np.float32) for part in cv2.split(plane))
    of_hue = np.abs(off) <= np.maximum(along, 0) * np.float32(OFF_HUE) + np.float32(CHROMA_NOISE)
    of_hue &= along >= FAINTEST
    return np.asarray(np.clip(along * of_hue / ink.strength, 0, 1.5), np.float32)


def inks_of(panel: Colours) -> list[Ink]:
    """The hues that are drawn in a panel, the one with most pixels first."""
    found = _chroma(panel[spread(panel) >= COLOURED])
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


def _chroma(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 3) BGR → (n, 2)."""
    return np.asarray(pixels.astype(np.float64) @ ACROSS.T)


def _axes_along(ink: Ink) -> NDArray[np.float64]:
    """(2, 3): from BGR to the part along the ink and the part off it."""
    u, v = np.array(ink.chroma) / ink.strength
    return np.array([[u, v], [-v, u]]) @ ACROSS
