"""Space: where voxels lie, in millimetres. The only place geometry changes.

Knows nothing about pixels' values, files or models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parasam_core.errors import GeometryError

Triple = tuple[float, float, float]
Shape = tuple[int, int, int]


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
