"""The details of all originals of a sweep, to tell which of them a capture shows.

Neighbours have tissue's layers alike, and on real sweeps half of the details of frames that lie
0.5 mm apart: only the comparison with all of them tells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.parallel import in_order
from parasam_core.capture.placement import Placement
from parasam_core.capture.stills import Colours
from parasam_core.capture.view import FEWEST_VALID, Map, details_of, smaller, view_of

COMPARED_PX = 12_000


class Album:
    """All originals as captures show them in one place.

    Args:
        originals: (z, y, x).
        capture: (y, x, 3) the screen that shows one of them.
        place: where.
    """

    def __init__(self, originals: NDArray[np.uint8], capture: Colours, place: Placement) -> None:
        view = view_of(originals[0], capture, place, COMPARED_PX)
        self._originals, self._place = originals, place
        shape = (16, 16) if view is None else view.small.shape
        shown = in_order(lambda o: details_of(smaller(o, shape)).reshape(-1), originals)
        self._details: Map = np.stack(list(shown))
        self._squares: Map = self._details**2

    def likeness(self, capture: Colours) -> NDArray[np.float64]:
        """(z,) correlation of what a capture shows with every original; −1 where nothing shows."""
        view = view_of(self._originals[0], capture, self._place, COMPARED_PX)
        if view is None:
            return np.full(len(self._originals), -1.0)
        seen, valid = (m.reshape(-1) for m in view.seen_details())
        if valid.mean() < FEWEST_VALID:
            return np.full(len(self._originals), -1.0)
        seen = np.where(valid, seen, np.float32(0))
        power = (self._squares @ valid.astype(np.float32)) * float(seen @ seen)
        return np.asarray(self._details @ seen / np.sqrt(np.maximum(power, 1e-9)), np.float64)
