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


@dataclass(frozen=True)
class Evidence:
    """Maps of the full frame, all (y, x).

    Attributes:
        often: 0..1, how often a pixel changed by more than compression does.
        much: 0..LOUD, the mean change in grey levels.
        still: the mean grey level.
    """

    often: Map
    much: Map
    still: Map

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
        often, much, still = (np.rot90(m, quarters) for m in (self.often, self.much, self.still))
        return Evidence(often, much, still)


def evidence_of(pictures: Iterable[NDArray[np.uint8]]) -> Evidence:
    """Watch frames from all over the sweep.

    Where nothing changes (one frame, a frozen clip) the texture of the last frame stands in for
    change. Coloured pixels do not count, unless most of what changes is coloured: a tinted image.

    Args:
        pictures: at least one, (y, x) or (y, x, 3) RGB, all of one size.
    """
    before: Grey | None = None
    count = 0
    for picture in pictures:
        count += 1
        grey = grey_of(picture)
        if before is None:
            often, much, still = (np.zeros(grey.shape, np.float32) for _ in range(3))
            coloured = np.zeros(grey.shape, np.uint8)
        else:
            _add_change(_difference(grey, before), often, much)
        cv2.accumulate(grey, still)
        coloured |= _coloured(picture)
        before = grey
    if before is None:
        raise ValueError("expected at least one picture, got none")
    if not much.any():
        _add_change(_texture(before), often, much)
    _leave_out(coloured, often, much)
    changes = np.float32(max(count - 1, 1))
    return Evidence(often / changes, much / changes, still / np.float32(count))


def _add_change(change: Grey, often: Map, much: Map) -> None:
    cv2.accumulate((change > QUIET).view(np.uint8), often)
    cv2.accumulate(np.minimum(change, LOUD), much)


def _texture(grey: Grey) -> Grey:
    """How far each pixel is from its neighbours' median, which no edge of a dark screen moves."""
    reach = max(1, round(min(grey.shape) / LINES_OF_A_SMALL_SCREEN))
    return _difference(grey, np.asarray(cv2.medianBlur(grey, 2 * reach + 1), np.uint8))


def _difference(a: Grey, b: Grey) -> Grey:
    return np.asarray(cv2.absdiff(a, b), np.uint8)


def _coloured(picture: NDArray[np.uint8]) -> Grey:
    if picture.ndim == 2:
        return np.zeros(picture.shape, np.uint8)
    r, g, b = cv2.split(picture)
    most, least = cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b)
    return np.asarray(cv2.subtract(most, least) >= COLOURED).view(np.uint8)


def _leave_out(coloured: Grey, often: Map, much: Map) -> None:
    around = cv2.dilate(coloured, np.ones((3, 3), np.uint8)).view(np.bool_)
    if 2 * float(much[around].sum()) < float(much.sum()):
        often[around] = 0
        much[around] = 0
