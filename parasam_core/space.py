"""Space: where voxels lie, in millimetres. The only place geometry changes.

Knows nothing about pixels' values, files or models.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parasam_core.errors import GeometryError

Triple = tuple[float, float, float]
Shape = tuple[int, int, int]

PLAUSIBLE_MM = (0.002, 3.0)
"""From a tenth of what 70 MHz resolves to the coarsest sweep of a clinical probe."""
NEAR = 0.01
"""Of a voxel: what lies so close is taken as the same."""


@dataclass(frozen=True)
class Space:
    """A regular grid of voxels.

    Attributes:
        shape: voxels along (z, y, x); z counts frames, y depth, x width. All > 0.
        spacing_mm: distance of neighbouring voxel centres along (z, y, x), in mm. Finite and > 0.
        origin_mm: the centre of voxel (0, 0, 0), along (z, y, x), in mm.

    Raises:
        GeometryError: any of these is of the wrong count, not finite or not positive.
    """

    shape: Shape
    spacing_mm: Triple
    origin_mm: Triple = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", _checked_shape(self.shape))
        object.__setattr__(self, "spacing_mm", checked_spacing_mm(self.spacing_mm))
        object.__setattr__(self, "origin_mm", _checked_origin_mm(self.origin_mm))

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel, mm³."""
        return math.prod(self.spacing_mm)

    @property
    def doubt(self) -> str:
        """Why its spacing can hardly be that of an ultrasound scan, in mm; "" where it can."""
        if PLAUSIBLE_MM[0] <= min(self.spacing_mm) and max(self.spacing_mm) <= PLAUSIBLE_MM[1]:
            return ""
        low, high = PLAUSIBLE_MM
        step, row, column = self.spacing_mm
        return (
            f"a spacing of {step:g} × {row:g} × {column:g} mm (z, y, x) is hardly of ultrasound "
            f"({low:g} to {high:g} mm); check that it is in mm"
        )

    @property
    def extent_mm(self) -> Triple:
        """Size of the whole grid along (z, y, x), outer face to outer face, in mm."""
        z, y, x = (n * s for n, s in zip(self.shape, self.spacing_mm, strict=True))
        return z, y, x

    def mm_from_index(self, index_zyx: ArrayLike) -> NDArray[np.float64]:
        """Points in mm of voxel indices.

        Args:
            index_zyx: (..., 3) indices in (z, y, x) order; fractions lie between voxel centres.

        Returns:
            (..., 3) float64 points in (x, y, z) order, mm.
        """
        index = np.asarray(index_zyx, np.float64)
        return (index * self.spacing_mm + self.origin_mm)[..., ::-1]

    def index_from_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Voxel indices of points: the inverse of `mm_from_index`.

        Args:
            points_mm: (..., 3) points in (x, y, z) order, mm.

        Returns:
            (..., 3) float64 indices in (z, y, x) order.
        """
        points = np.asarray(points_mm, np.float64)[..., ::-1]
        return (points - self.origin_mm) / self.spacing_mm

    def resized(self, shape: Shape) -> Space:
        """The same box of tissue cut into another number of voxels; the extent in mm is kept."""
        new = _checked_shape(shape)
        spacing = tuple(e / n for e, n in zip(self.extent_mm, new, strict=True))
        origin = tuple(
            o + (after - before) / 2
            for o, before, after in zip(self.origin_mm, self.spacing_mm, spacing, strict=True)
        )
        return Space(new, _triple(spacing), _triple(origin))

    def cropped(self, start_zyx: Shape, stop_zyx: Shape) -> Space:
        """The grid of voxels start <= index < stop; every voxel stays where it is in mm.

        Raises:
            GeometryError: the range is empty or leaves the grid.
        """
        for start, stop, size in zip(start_zyx, stop_zyx, self.shape, strict=True):
            if not 0 <= start < stop <= size:
                raise GeometryError(
                    f"expected a crop inside shape {self.shape} (z, y, x), "
                    f"got {tuple(start_zyx)} to {tuple(stop_zyx)}"
                )
        shape = tuple(b - a for a, b in zip(start_zyx, stop_zyx, strict=True))
        origin = self.mm_from_index(start_zyx)[::-1]
        return Space((shape[0], shape[1], shape[2]), self.spacing_mm, _triple(origin))

    def same_grid(self, other: Space) -> bool:
        """True where both have the same voxels, to a hundredth of one."""
        if self.shape != other.shape:
            return False
        corners = self._corners
        return bool(np.abs(self.index_from_mm(other.mm_from_index(corners)) - corners).max() < NEAR)

    def nearest(self, other: Space) -> tuple[NDArray[np.int64], ...]:
        """Along (z, y, x), the voxels of this grid in which those of another have their centres.

        Returns:
            For each axis as many indices as `other` has voxels along it; -1 where it lies beyond.
        """
        found = []
        for axis, size in enumerate(self.shape):
            along = other.origin_mm[axis] + np.arange(other.shape[axis]) * other.spacing_mm[axis]
            index = np.floor((along - self.origin_mm[axis]) / self.spacing_mm[axis] + 0.5)
            found.append(np.where((index >= 0) & (index < size), index, -1).astype(np.int64))
        return tuple(found)

    @property
    def _corners(self) -> NDArray[np.float64]:
        """(2, 3) indices (z, y, x) of the grid's outer corners."""
        return np.array([(0.0, 0.0, 0.0), self.shape]) - 0.5


def covering(spaces: Iterable[Space]) -> Space:
    """The finest of several grids, carried on until it covers all of them.

    Args:
        spaces: at least one; the finest is the first of the smallest voxels.

    Raises:
        GeometryError: one of them does not meet the finest.
    """
    every = list(spaces)
    finest = min(every, key=lambda space: space.voxel_mm3)
    outer = np.stack([finest.index_from_mm(s.mm_from_index(s._corners)) + 0.5 for s in every])
    for space, (low, high) in zip(every, outer, strict=True):
        if (high <= 0).any() or (low >= finest.shape).any():
            raise GeometryError(f"expected grids that meet, got {finest} and {space}")
    start = np.floor(outer[:, 0].min(axis=0) + NEAR).astype(int)
    stop = np.ceil(outer[:, 1].max(axis=0) - NEAR).astype(int)
    return Space(
        _checked_shape(stop - start), finest.spacing_mm, _triple(finest.mm_from_index(start)[::-1])
    )


def checked_spacing_mm(spacing_mm: Any) -> Triple:
    """Three spacings (z, y, x) in mm, or a GeometryError that says what came."""
    values = _numbers(spacing_mm)
    if values is None or len(values) != 3 or min(values) <= 0:
        raise GeometryError(
            f"expected spacing (z, y, x) in mm, three finite numbers > 0, got {spacing_mm}"
        )
    return _triple(values)


def _checked_origin_mm(origin_mm: Any) -> Triple:
    values = _numbers(origin_mm)
    if values is None or len(values) != 3 or not all(map(math.isfinite, values)):
        raise GeometryError(f"expected a finite origin (z, y, x) in mm, got {origin_mm}")
    return _triple(values)


def _checked_shape(shape: Any) -> Shape:
    values = _numbers(shape)
    if values is None or len(values) != 3 or any(v != int(v) or v < 1 for v in values):
        raise GeometryError(f"expected a shape (z, y, x) of whole numbers >= 1, got {shape}")
    return int(values[0]), int(values[1]), int(values[2])


def _numbers(values: Any) -> list[float] | None:
    try:
        items = list(values)
    except TypeError:
        return None
    if not all(isinstance(v, Real) and math.isfinite(v) for v in items):
        return None
    return [float(v) for v in items]


def _triple(values: Any) -> Triple:
    a, b, c = (float(v) for v in values)
    return a, b, c
