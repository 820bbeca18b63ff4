"""Closed marks that stand still from capture to capture: logos, dots, boxes that nobody drew.

Knows nothing about outlines or files.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.enclosed import Bits, dilated
from parasam_core.capture.footage import grey_of
from parasam_core.capture.pieces import Piece, pieces_of
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import COLOURED, spread

SOLID = 0.55
SOLID_PX = 5
AROUND_PX = 2
NEAR_PX = 3
THE_SAME = 0.9


def still_marks(panels: Sequence[Colours]) -> Bits | None:
    """(y, x) 1 on closed or solid marks that all panels show; None where there are none.

    Args:
        panels: of one size; of a single one nothing can be said.
    """
    if len(panels) < 2:
        return None
    coloured = np.stack([spread(p) >= COLOURED for p in panels])
    labels, pieces = pieces_of(np.asarray(coloured.all(axis=0)).view(np.uint8))
    ever = np.asarray(coloured.any(axis=0))
    closed = [p for p in pieces if p.hole_px > 0 or _is_solid(p)]
    marks = [p.number for p in closed if _stands_alone(p, labels, ever)]
    return dilated(np.isin(labels, marks).view(np.uint8), AROUND_PX) if marks else None


def without_marks(panel: Colours, marks: Bits | None) -> Colours:
    """The panel, grey where the marks stand; as it is where its size is another."""
    if marks is None or marks.shape != panel.shape[:2]:
        return panel
    at = np.flatnonzero(marks.view(np.bool_))
    plain = panel.copy().reshape(-1, 3)
    plain[at] = grey_of(plain[at][None])[0][:, None]
    return plain.reshape(panel.shape)


def _stands_alone(piece: Piece, labels: NDArray[np.int32], ever: NDArray[np.bool_]) -> bool:
    """True where nothing coloured moves beside it: lines drawn anew each time only overlap."""
    x0, y0, x1, y1 = piece.box
    part = slice(max(0, y0 - NEAR_PX), y1 + NEAR_PX), slice(max(0, x0 - NEAR_PX), x1 + NEAR_PX)
    near = dilated((labels[part] == piece.number).view(np.uint8), NEAR_PX)
    return bool(piece.pixels >= THE_SAME * np.count_nonzero(ever[part] & near.view(np.bool_)))


def _is_solid(piece: Piece) -> bool:
    x0, y0, x1, y1 = piece.box
    wide, high = x1 - x0, y1 - y0
    return min(wide, high) >= SOLID_PX and piece.pixels > SOLID * wide * high
