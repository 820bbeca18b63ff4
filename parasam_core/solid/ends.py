"""Where a tumour begins and ends, when not every frame was outlined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import MaskStack
from parasam_core.solid.between import signed_distances_mm

FEWEST_FRAMES = 2.0
"""An end that lies less far beyond the outlines is taken for one of them."""

LEAST_SHARE = 0.003
"""Of all outlined tissue; an end that holds less does not matter."""


@dataclass(frozen=True)
class End:
    """One end of a tumour that goes on beyond its outlines.

    Attributes:
        outlined: the outermost outlined frame.
        beyond: frames between that one and where the tumour seems to end; 0 where outlines do not
            get smaller, so that nothing says where.
        direction: -1 before the first outline, +1 behind the last.
    """

    outlined: int
    beyond: int
    direction: int

    @property
    def tip(self) -> int:
        """The frame where the tumour seems to end."""
        return self.outlined + self.direction * self.beyond


def missing_ends(mask: MaskStack) -> list[End]:
    """Ends that nobody outlined, though the outlines say that there is more.

    Near the end of a rounded body, a ball or a ring, half the thickness of its section grows as
    the root of the distance from the end, so that two sections tell where that is. It cannot be
    further than the next frame that somebody looked at and found empty, or the end of the scan.
    """
    knots = mask.outlined_frames
    found = (_end(mask, knots[::-way], way) for way in (-1, 1))
    return [end for end in found if end is not None]


def _end(mask: MaskStack, inward: NDArray[np.int64], direction: int) -> End | None:
    last = int(inward[0])
    room = _not_looked_at(mask.annotated, last, direction)
    if room < FEWEST_FRAMES:
        return None
    if len(inward) == 1:
        return End(last, 0, direction)
    ends = mask.masks[inward[:2]]
    outer, inner = signed_distances_mm(ends, mask.space).max(axis=(1, 2)) ** 2
    if inner <= outer:
        return End(last, 0, direction)
    beyond = min(outer / (inner - outer) * abs(int(inward[1]) - last), room)
    areas = mask.masks[inward].sum(axis=(1, 2)).astype(np.float64)
    tissue = np.trapezoid(areas, np.abs(inward - last))
    if beyond < FEWEST_FRAMES or areas[0] * beyond / 2 < LEAST_SHARE * tissue:
        return None
    return End(last, round(beyond), direction)


def _not_looked_at(annotated: NDArray[np.bool_], frame: int, direction: int) -> int:
    """How many frames beyond one nobody looked at, up to the next that somebody did."""
    beyond = annotated[frame + 1 :] if direction > 0 else annotated[:frame][::-1]
    seen = np.flatnonzero(beyond)
    return int(seen[0]) if seen.size else len(beyond)
