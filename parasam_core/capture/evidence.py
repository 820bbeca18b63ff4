"""What tells a B-mode image from the screen around it: it changes everywhere, in grey.

Knows nothing about rectangles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey, grey_of

Map = NDArray[np.float32]

QUIET = 2
"""Changes up to this many grey levels are what compression makes of a still screen."""
LOUD = 32
"""A change of more levels than this says no more than one of so many."""
COLOURED = 48
"""From this distance between its channels a pixel is coloured, not grey with a tint of noise."""
LINES_OF_A_SMALL_SCREEN = 480
NEAR_PX = 15
NEAR_TEXTURE_PX = 9
BLACK = 8
"""Grey level below which gel is as black as a screen."""
UNEVEN = 2.5
FILLED = 0.9
LEAST_NOISE = 0.8
MOST_NOISE = 5.0
NOISE_REACH = 2.5


@dataclass(frozen=True)
class Evidence:
    """Maps of the full frame, all (y, x).

    Attributes:
        often: 0..1, how often a pixel changed by more than noise does.
        much: 0..LOUD, the mean change in grey levels beyond noise.
        still: the mean grey level.
        texture: 0..1, the share of what is near a pixel that stands out from its neighbours.
        moves: False where nothing changed at all, and texture stands in for change.
    """

    often: Map
    much: Map
    still: Map
    texture: Map
    moves: bool

    @property
    def shape(self) -> tuple[int, int]:
        """(y, x) of the full frame."""
        height, width = self.much.shape
        return height, width

    @property
    def scale(self) -> float:
        """How many pixels of this screen make one of a small screen, at least 1."""
        return max(1.0, min(self.shape) / LINES_OF_A_SMALL_SCREEN)

    def turned(self, quarters: int) -> Evidence:
        """The same, turned anticlockwise."""
        maps = (self.often, self.much, self.still, self.texture)
        often, much, still, texture = (np.rot90(m, quarters) for m in maps)
        return Evidence(often, much, still, texture, self.moves)


def evidence_of(pictures: Iterable[NDArray[np.uint8]]) -> Evidence:
    """Watch frames from all over the sweep.

    Where nothing changes (one frame, a frozen clip) the texture of the last frame stands in for
    change. Coloured pixels do not count, unless most of what changes is coloured: a tinted image.

    Args:
        pictures: at least one, (y, x) or (y, x, 3) RGB, all of one size.
    """
    frames = iter(pictures)
    watch = _Watch(next(frames))
    for picture in frames:
        watch.see(picture)
    return watch.seen()


class _Watch:
    """Sums over frames, as they come."""

    def __init__(self, first: NDArray[np.uint8]) -> None:
        self.last = grey_of(first)
        self.coloured = _coloured(first)
        self.often, self.much, self.still = (np.zeros(self.last.shape, np.float32) for _ in "oms")
        self.noise: int | None = None
        self.count = 1
        cv2.accumulate(self.last, self.still)

    def see(self, picture: NDArray[np.uint8]) -> None:
        grey = grey_of(picture)
        change = _difference(grey, self.last)
        if self.noise is None and not _fades(grey, self.last, change):
            self.noise = _noise(change)
        self._add(change, self.noise or 0)
        cv2.accumulate(grey, self.still)
        self.coloured |= _coloured(picture)
        self.last = grey
        self.count += 1

    def seen(self) -> Evidence:
        moves = bool(self.much.any())
        mean = np.asarray(np.round(self.still / self.count), np.uint8)
        texture = _texture(mean)
        if not moves:
            self._add(texture, 0)
        dense = _dense(mean, texture)
        _leave_out(self.coloured, self.often, self.much, dense)
        changes, count = np.float32(max(self.count - 1, 1)), np.float32(self.count)
        return Evidence(self.often / changes, self.much / changes, self.still / count, dense, moves)

    def _add(self, change: Grey, noise: int) -> None:
        cv2.accumulate((change > QUIET + noise).view(np.uint8), self.often)
        cv2.accumulate(np.clip(change, noise, noise + LOUD) - np.uint8(noise), self.much)


def _fades(grey: Grey, last: Grey, change: Grey) -> bool:
    """True where the picture as a whole became lighter or darker, which is no noise."""
    return abs(float(grey.mean()) - float(last.mean())) > float(change.mean()) / 2


def _noise(change: Grey) -> int:
    """Grey levels that noise alone changes: what it does in the calmest tenth of the screen.

    That much of a screen at least is not image; a digital capture has no noise there. Where even
    that part changes a lot, all of it is image.
    """
    calm = float(np.percentile(cv2.blur(change.astype(np.float32), (NEAR_PX, NEAR_PX)), 10))
    return round(NOISE_REACH * calm) if LEAST_NOISE <= calm <= MOST_NOISE else 0


def _texture(grey: Grey) -> Grey:
    """How far each pixel is from its neighbours' median, which no edge of a dark screen moves."""
    reach = max(1, round(min(grey.shape) / LINES_OF_A_SMALL_SCREEN))
    return _difference(grey, np.asarray(cv2.medianBlur(grey, 4 * reach + 1), np.uint8))


def _dense(grey: Grey, texture: Grey) -> Map:
    """How much of what is near each pixel is like tissue: rough, or grey all over and uneven.

    Letters are rough in a few places only; a screen's surface is even.
    """
    near = max(3, round(NEAR_TEXTURE_PX * min(texture.shape) / LINES_OF_A_SMALL_SCREEN)) | 1
    level = grey.astype(np.float32)
    mean, square, rough, filled = (
        cv2.blur(m, (near, near))
        for m in (
            level,
            level * level,
            (texture > QUIET).astype(np.float32),
            (grey >= BLACK).astype(np.float32),
        )
    )
    uneven = (square - mean * mean > UNEVEN**2) & (filled > FILLED)
    return np.asarray(np.where(uneven, np.maximum(rough, filled), rough), np.float32)


def _difference(a: Grey, b: Grey) -> Grey:
    return np.asarray(cv2.absdiff(a, b), np.uint8)


def _coloured(picture: NDArray[np.uint8]) -> Grey:
    if picture.ndim == 2:
        return np.zeros(picture.shape, np.uint8)
    r, g, b = cv2.split(picture)
    most, least = cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b)
    return np.asarray(cv2.subtract(most, least) >= COLOURED).view(np.uint8)


def _leave_out(coloured: Grey, often: Map, much: Map, texture: Map) -> None:
    around = cv2.dilate(coloured, np.ones((3, 3), np.uint8)).view(np.bool_)
    if 2 * float(much[around].sum()) < float(much.sum()):
        for level in (often, much, texture):
            level[around] = 0
