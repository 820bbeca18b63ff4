"""How far apart the edges of two masks lie, in mm.

The edge of a mask are its pixels or voxels with a neighbour across a face that is outside; beyond
the image all is outside. Distances go from centre to centre, each to the nearest of the other edge.
MONAI defines edges, HD95, ASSD and NSD alike, and its figures are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from parasam_core.errors import EmptyMaskError, GeometryError

TOLERANCE_MM = 0.1
"""Of the NSD, where nobody wants another."""
LEAF = 32
"""Points in a leaf of the tree that is asked once: fewer are slower to build than to search."""


@dataclass(frozen=True)
class EdgeDistances:
    """Distances of two edges.

    Attributes:
        there_mm: (n,) float64, from each voxel of the first edge to the second, mm.
        back_mm: (m,) float64, from each of the second to the first, mm.
    """

    there_mm: NDArray[np.float64]
    back_mm: NDArray[np.float64]

    @property
    def hd95_mm(self) -> float:
        """The distance within which 95 % of either edge lies: the greater of both ways, mm.

        Source: Huttenlocher et al., IEEE PAMI 1993, partial Hausdorff distance.
        """
        return max(float(np.percentile(way, 95)) for way in (self.there_mm, self.back_mm))

    @property
    def assd_mm(self) -> float:
        """Average symmetric surface distance: the mean of all, both ways together, mm.

        Source: Heimann et al., IEEE TMI 2009.
        """
        total = self.there_mm.sum() + self.back_mm.sum()
        return float(total / (self.there_mm.size + self.back_mm.size))

    def nsd(self, tolerance_mm: float) -> float:
        """Normalised surface Dice: the share of both edges within a tolerance of the other.

        Distances are float32, so that rounding does not decide about one of just the tolerance.
        Source: Nikolov et al., J. Med. Internet Res. 2021; edges are counted in voxels.
        """
        limit = np.float32(tolerance_mm)
        ways = (self.there_mm, self.back_mm)
        near = sum(np.count_nonzero(way.astype(np.float32) <= limit) for way in ways)
        return float(near / (self.there_mm.size + self.back_mm.size))


def edge_distances(
    a: NDArray[np.bool_], b: NDArray[np.bool_], spacing_mm: Sequence[float]
) -> EdgeDistances:
    """Distances between the edges of two masks, both ways.

    Args:
        a: (y, x) or (z, y, x) bool.
        b: bool of the same shape.
        spacing_mm: along each axis, mm.

    Raises:
        EmptyMaskError: one of them has no edge to measure to.
        GeometryError: shapes and spacing do not go together.
    """
    if a.shape != b.shape or len(spacing_mm) != a.ndim:
        raise GeometryError(
            "expected masks of one shape and a spacing for each axis, "
            f"got {a.shape}, {b.shape} and {tuple(spacing_mm)}"
        )
    if not a.any() or not b.any():
        raise EmptyMaskError("expected masks that are not empty to measure between their edges")
    part = _box_of_both(a, b)
    edge_a, edge_b = edge(a[part]), edge(b[part])
    spacing = np.asarray(spacing_mm, np.float64)
    return EdgeDistances(_way(edge_a, edge_b, spacing), _way(edge_b, edge_a, spacing))


def edge(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which True of a mask, of any shape, have a neighbour across a face that is not."""
    inner = mask.copy()
    for axis in range(mask.ndim):
        within, around = np.moveaxis(inner, axis, 0), np.moveaxis(mask, axis, 0)
        within[1:] &= around[:-1]
        within[:-1] &= around[1:]
        within[[0, -1]] = False
    return mask & ~inner


def _box_of_both(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> tuple[slice, ...]:
    """The smallest box around both: what lies beyond it is outside as beyond the image."""
    found = []
    for axis in range(a.ndim):
        others = tuple(n for n in range(a.ndim) if n != axis)
        used = np.flatnonzero(a.any(axis=others) | b.any(axis=others))
        found.append(slice(int(used[0]), int(used[-1]) + 1))
    return tuple(found)


def _way(
    start: NDArray[np.bool_], end: NDArray[np.bool_], spacing_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From each voxel of one edge to the nearest of another; those of both are at no distance."""
    apart = start & ~end
    found = np.zeros(np.count_nonzero(start))
    if apart.any():
        tree = KDTree(np.argwhere(end) * spacing_mm, leafsize=LEAF)
        found[apart[start]] = tree.query(np.argwhere(apart) * spacing_mm, workers=-1)[0]
    return found
