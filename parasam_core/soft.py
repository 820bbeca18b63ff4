"""SoftMaskStack: how likely each voxel is tumour, as a model or several observers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.space import Space


@dataclass(frozen=True)
class SoftMaskStack:
    """One map of probabilities a frame.

    Attributes:
        probability: (z, y, x) float32 in 0..1, that a voxel is tumour; the share of observers who
            outlined it is one, too.
        space: the grid of `probability`.
        provenance: what made them.
        annotated: (z,) bool, see `MaskStack`. All True by default.

    Raises:
        GeometryError: probabilities and space do not agree, or some are not within 0..1.
    """

    probability: NDArray[np.float32]
    space: Space
    provenance: Provenance
    annotated: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        if self.probability.shape != self.space.shape:
            raise GeometryError(
                f"expected probabilities of shape {self.space.shape} (z, y, x), "
                f"got {self.probability.shape}"
            )
        low, high = float(self.probability.min()), float(self.probability.max())
        if not (low >= 0 and high <= 1):  # NaN is neither
            raise GeometryError(f"expected probabilities within 0..1, got {low:.3g} to {high:.3g}")

    @cached_property
    def hard(self) -> MaskStack:
        """Voxels that are tumour rather than not."""
        return MaskStack(self.probability >= 0.5, self.space, self.provenance, self.annotated)
