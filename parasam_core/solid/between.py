"""Frames between outlined ones: a cubic spline of signed distances in mm.

Every outlined frame gives each pixel its distance to the outline, positive inside (Raya & Udupa,
IEEE Trans. Med. Imaging 1990); along z these are joined by a cubic spline, and a pixel is inside
where that is above zero. Bodies may part, join, begin and end on the way.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import distance_transform_edt

from parasam_core.mask import MaskStack, around
from parasam_core.space import Space

ROWS_AT_ONCE = 16
"""So that the distances of all outlined frames need not be in memory as splines at once."""


def has_gaps(mask: MaskStack) -> bool:
    """Whether nobody looked at some frame between the first outlined one and the last."""
    drawn = mask.outlined_frames
    return bool(drawn.size and not mask.annotated[drawn[0] : drawn[-1]].all())


def with_gaps_filled(mask: MaskStack, tips: Iterable[int] = ()) -> NDArray[np.bool_]:
    """The masks, and between outlined frames what lies between their outlines.

    Args:
        mask: at least one frame of it is outlined; those that nobody looked at are empty.
        tips: frames before the first or behind the last outline, at which the section next to
            them has shrunk to a point.

    Returns:
        (z, y, x) bool; frames that somebody looked at are as they were.
    """
    masks, drawn = mask.masks, mask.outlined_frames
    seen = np.flatnonzero(mask.annotated)
    seen = seen[(seen >= drawn[0]) & (seen <= drawn[-1])]
    knots = np.union1d(seen, np.fromiter(tips, np.int64))
    wanted = np.setdiff1d(np.arange(knots[0], knots[-1]), knots)
    if not wanted.size:
        return masks
    rows, columns = around(np.asarray(masks.any(axis=0)))
    distances = signed_distances_mm(masks[drawn][:, rows, columns], mask.space)
    distances = np.stack([_at_knot(int(z), drawn, distances) for z in knots])
    filled = masks.copy()
    step_mm = mask.space.spacing_mm[0]
    for top in range(0, distances.shape[1], ROWS_AT_ONCE):
        some = slice(top, top + ROWS_AT_ONCE)
        curve = CubicSpline(knots * step_mm, distances[:, some], bc_type=_ends(len(knots)))
        here = slice(rows.start + top, min(rows.start + top + ROWS_AT_ONCE, rows.stop))
        filled[wanted, here, columns] = curve(wanted * step_mm) > 0
    return filled


def signed_distances_mm(masks: NDArray[np.bool_], space: Space) -> NDArray[np.float32]:
    """(n, y, x) distance to each frame's outline, mm, positive inside; no frame may be empty.

    Distances are to the nearest pixel of the other kind, less half a pixel, so that the outline
    lies where the pixels meet.
    """
    sampling = space.spacing_mm[1:]
    half_mm = min(sampling) / 2
    return np.stack([
        distance_transform_edt(np.pad(mask, 1), sampling)[1:-1, 1:-1].astype(np.float32)
        - distance_transform_edt(~mask, sampling).astype(np.float32)
        - np.where(mask, half_mm, -half_mm).astype(np.float32)
        for mask in masks
    ])  # fmt: skip


def _at_knot(
    frame: int, drawn: NDArray[np.int64], distances: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A frame's distances; an empty one's are what its neighbours share, shrunk to a point."""
    after = int(np.searchsorted(drawn, frame))
    if after < len(drawn) and drawn[after] == frame:
        return np.asarray(distances[after], np.float32)
    shared = distances[max(after - 1, 0) : after + 1].min(axis=0)
    return np.asarray(shared - max(0.0, float(shared.max())), np.float32)


def _ends(knots: int) -> str:
    return "not-a-knot" if knots > 3 else "natural"
