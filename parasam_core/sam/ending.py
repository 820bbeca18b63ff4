"""Where a tumour that is followed ends: its last sections fade, shrink or have no edge.

Free of torch.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from parasam_core.mask import box_of

REMEMBERED = 12
"""Sections that the next one is compared with."""

FADED, IN_A_ROW = 0.85, 3
"""A section that is darker and smaller than this share of what is remembered has faded; the
tumour has ended when so many do in a row."""

SMALLEST = 0.08
"""Share of the largest section below which a section is no longer told from what is around."""

LEAST_EDGE = 0.6
"""An edge weaker than this is none; the tumour has ended when the mean in a row is weaker."""

BAND_PX, SECTORS = 5, 12


@dataclass(frozen=True)
class Section:
    """The picture under a mask.

    Attributes:
        grey: mean level.
        area: pixels.
        edge: how the levels on both sides of the outline differ, in their standard deviations;
            the mean over sectors, so that an edge may be dark here and bright there.
    """

    grey: float
    area: float
    edge: float


def section_of(frame: NDArray[np.uint8], mask: NDArray[np.bool_]) -> Section:
    """Measure a (y, x) uint8 frame under a bool mask of the same shape."""
    box = box_of(mask)
    if box is None:
        return Section(0.0, 0.0, 0.0)
    x0, y0, x1, y1 = box
    around = BAND_PX + 2
    window = np.s_[max(y0 - around, 0) : y1 + around, max(x0 - around, 0) : x1 + around]
    grey, inside = frame[window].astype(np.float64), mask[window]
    return Section(float(grey[inside].mean()), float(inside.sum()), _edge(grey, inside))


class Ending:
    """Remembers the last sections, and says whether the tumour has ended."""

    def __init__(self, first: Section) -> None:
        self._kept = deque([first], maxlen=REMEMBERED)
        self._largest = first.area
        self._faded = 0
        self.unclear = 0
        """Sections since the last one that surely shows the tumour."""

    def is_past(self, section: Section) -> bool:
        """Whether the tumour has ended, maybe `unclear` sections before; else remember this one.

        A tumour's rim may be brighter or darker than its core, and it grows and shrinks; what
        gets darker and smaller together is its last trace in gel or shadow.
        """
        has_faded = self._has_faded(section)
        self._faded = self._faded + 1 if has_faded else 0
        self._kept.append(section)
        self._largest = max(self._largest, section.area)
        if section.area < SMALLEST * self._largest or self._faded == IN_A_ROW:
            return True
        if len(self._kept) > IN_A_ROW and self._mean_edge() < LEAST_EDGE:
            return True
        is_clear = not has_faded and section.edge >= LEAST_EDGE
        self.unclear = 0 if is_clear else self.unclear + 1
        return False

    def _mean_edge(self) -> float:
        return float(np.mean([kept.edge for kept in list(self._kept)[-IN_A_ROW:]]))

    def _has_faded(self, section: Section) -> bool:
        grey = float(np.median([kept.grey for kept in self._kept]))
        area = float(np.median([kept.area for kept in self._kept]))
        return section.grey < FADED * grey and section.area < FADED * area


def _edge(grey: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    near = inside & ~ndimage.binary_erosion(inside, iterations=BAND_PX)
    beyond = ndimage.binary_dilation(inside, iterations=BAND_PX + 1)
    beyond &= ~ndimage.binary_dilation(inside)
    sector = _sectors(inside)
    steps = [
        _step(grey[near & (sector == s)], grey[beyond & (sector == s)]) for s in range(SECTORS)
    ]
    return float(np.mean(steps))


def _sectors(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The sector that each pixel lies in, seen from the middle of the mask."""
    y, x = ndimage.center_of_mass(inside)
    rows, columns = np.indices(inside.shape)
    turn = np.arctan2(rows - y, columns - x) / (2 * np.pi) + 0.5
    return np.asarray((turn * SECTORS).astype(np.int64) % SECTORS)


def _step(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if one.size < 2 or other.size < 2:
        return 0.0
    spread = np.sqrt((one.var() + other.var()) / 2) + 1
    return float(abs(one.mean() - other.mean()) / spread)
