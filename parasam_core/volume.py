"""Volume: how much of every voxel is tumour. The reported number is made here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError
from parasam_core.space import Space


@dataclass(frozen=True)
class Volume:
    """Occupancy on a grid.

    Attributes:
        occupancy: (z, y, x) bool, or float32 in 0..1 for the part of each voxel that is tumour.
        space: the grid of `occupancy`.

    Raises:
        GeometryError: occupancy and space do not agree.
    """

    occupancy: NDArray[np.bool_] | NDArray[np.float32]
    space: Space

    def __post_init__(self) -> None:
        if self.occupancy.shape != self.space.shape:
            raise GeometryError(
                f"expected occupancy of shape {self.space.shape} (z, y, x), "
                f"got {self.occupancy.shape}"
            )

    @property
    def solid(self) -> NDArray[np.bool_]:
        """(z, y, x) bool, voxels at least half of which is tumour; not to be written to."""
        if self.occupancy.dtype == np.bool_:
            return np.asarray(self.occupancy, np.bool_)
        return np.asarray(self.occupancy >= 0.5)

    @property
    def voxels(self) -> int:
        """Number of voxels at least half of which is tumour."""
        return int(np.count_nonzero(self.solid))

    @property
    def volume_mm3(self) -> float:
        """Sum of occupancy times the volume of a voxel, mm³."""
        if self.occupancy.dtype == np.bool_:  # counted, a tenth of the time of a sum
            return self.voxels * self.space.voxel_mm3
        return float(self.occupancy.sum(dtype=np.float64)) * self.space.voxel_mm3
