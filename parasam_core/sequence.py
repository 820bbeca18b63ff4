"""Sequence: the frames of one scan, where they lie, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError
from parasam_core.provenance import Provenance
from parasam_core.space import Space

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sequence:
    """B-mode frames in acquisition order.

    Attributes:
        frames: (z, y, x) uint8, grey levels of the B-mode area.
        space: the grid of `frames`.
        subject: the animal, "" where unknown.
        timepoint: when it was scanned ("d0"), "" where unknown.
        full_frame_shape: (y, x) in pixels of the frames as captured.
        roi_xyxy: the B-mode area within the full frame, half-open, in pixels.
        provenance: where the frames came from.

    Raises:
        GeometryError: frames, space and area do not agree.
    """

    frames: NDArray[np.uint8]
    space: Space
    subject: str
    timepoint: str
    full_frame_shape: tuple[int, int]
    roi_xyxy: Box
    provenance: Provenance

    def __post_init__(self) -> None:
        if self.frames.dtype != np.uint8 or self.frames.shape != self.space.shape:
            raise GeometryError(
                f"expected uint8 frames of shape {self.space.shape} (z, y, x), "
                f"got {self.frames.dtype} of {self.frames.shape}"
            )
        x0, y0, x1, y1 = self.roi_xyxy
        if (y1 - y0, x1 - x0) != self.frames.shape[1:]:
            raise GeometryError(
                f"expected a B-mode area as large as the frames, {self.frames.shape[1:]} (y, x), "
                f"got {self.roi_xyxy} (x0, y0, x1, y1)"
            )
