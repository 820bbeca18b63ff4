"""Where an original's pixels lie in the capture that shows it: scale and offset along x and y."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parasam_core.sequence import Box


@dataclass(frozen=True)
class Placement:
    """Where the original's pixels lie in the capture: capture = scale · original + offset.

    Attributes:
        scale_xy: capture pixels an original pixel.
        offset_xy: where the original's first pixel centre lies.
        agreement: correlation of what both show, −1 to 1; of details where it was checked.
    """

    scale_xy: tuple[float, float]
    offset_xy: tuple[float, float]
    agreement: float = 0.0

    def box(self, shape_yx: tuple[int, int]) -> tuple[float, float, float, float]:
        """The original's edges in the capture (x0, y0, x1, y1), capture pixel centres whole."""
        (sx, sy), (ox, oy) = self.scale_xy, self.offset_xy
        height, width = shape_yx
        return ox - sx / 2, oy - sy / 2, ox + sx * (width - 0.5), oy + sy * (height - 0.5)

    def pixels(self, shape_yx: tuple[int, int], capture_yx: tuple[int, ...]) -> Box:
        """The capture's pixels that show the original, half-open."""
        x0, y0, x1, y1 = self.box(shape_yx)
        return (
            max(0, int(np.floor(x0 + 0.5))),
            max(0, int(np.floor(y0 + 0.5))),
            min(capture_yx[1], int(np.ceil(x1 + 0.5))),
            min(capture_yx[0], int(np.ceil(y1 + 0.5))),
        )


def evidence(agreement: float, pixels: float) -> float:
    """Log-likelihood that so many pixels gain by a correlation: a small place agrees by chance."""
    return -pixels * float(np.log1p(-(min(max(agreement, 0.0), 0.9999) ** 2)))
