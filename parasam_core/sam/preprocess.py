"""How each model wants its image and box, and how its answer becomes a mask.

    sam           longest side 1024, mean and deviation of ImageNet, padded right and below
    medsam        stretched to 1024 × 1024, least and greatest grey level to 0..1
    lite-medsam   longest side 256, least and greatest grey level to 0..1, padded right and below

Sources: segment_anything's `ResizeLongestSide` and `Sam.preprocess`; MedSAM's and LiteMedSAM's
inference code (Ma et al., Nature Communications 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

FloatBox = tuple[float, float, float, float]


Points = list[tuple[float, float]]


class Scaling(Enum):
    """How grey levels are scaled."""

    IMAGENET = "imagenet"
    MIN_MAX = "min-max"


@dataclass(frozen=True)
class Preprocess:
    """One model's way.

    Attributes:
        side: of the model's square input, pixels.
        scaling: of grey levels.
        stretch: True stretches to the square; False keeps the aspect and pads.
    """

    side: int
    scaling: Scaling
    stretch: bool

    @property
    def signature(self) -> str:
        """What decides an embedding besides frame and weights."""
        return f"{self.side}/{self.scaling.value}/{'stretch' if self.stretch else 'pad'}"

    def image(self, frame: NDArray[np.uint8]) -> torch.Tensor:
        """A (y, x) uint8 frame as (3, side, side) float32."""
        grey = torch.from_numpy(frame.astype(np.float32))[None, None]
        size = self._size(frame.shape)
        resized = F.interpolate(grey, size, mode="bilinear", antialias=True)[0]
        scaled = _scaled(resized.expand(3, -1, -1), self.scaling)
        return F.pad(scaled, (0, self.side - size[1], 0, self.side - size[0]))

    def box(self, box: FloatBox, shape_yx: tuple[int, ...]) -> torch.Tensor:
        """A box (x0, y0, x1, y1) in pixels of the frame as (4,) float32 in the model's pixels."""
        height, width = self._size(shape_yx)
        scale = (width / shape_yx[1], height / shape_yx[0])
        return torch.tensor([v * scale[i % 2] for i, v in enumerate(box)], dtype=torch.float32)

    def points(self, points_xy: Points, shape_yx: tuple[int, ...]) -> torch.Tensor:
        """Points (x, y) in pixels of the frame as (n, 2) float32 in the model's pixels."""
        height, width = self._size(shape_yx)
        scale = torch.tensor([width / shape_yx[1], height / shape_yx[0]])
        return torch.tensor(points_xy, dtype=torch.float32).reshape(-1, 2) * scale

    def mask(self, logits: torch.Tensor, shape_yx: tuple[int, ...]) -> NDArray[np.bool_]:
        """The decoder's (h, w) logits over the model's square as a (y, x) bool mask."""
        return np.asarray(self._fitted(logits[None], shape_yx)[0].numpy() > 0)

    def probability(self, logits: torch.Tensor, shape_yx: tuple[int, ...]) -> NDArray[np.float32]:
        """The decoder's (n, h, w) logits as (n, y, x) float32 probabilities of tumour."""
        return np.asarray(torch.sigmoid(self._fitted(logits, shape_yx)).numpy())

    def _fitted(self, logits: torch.Tensor, shape_yx: tuple[int, ...]) -> torch.Tensor:
        whole = logits.float()[:, None]
        if not self.stretch:
            whole = F.interpolate(whole, (self.side, self.side), mode="bilinear")
            height, width = self._size(shape_yx)
            whole = whole[..., :height, :width]
        return F.interpolate(whole, tuple(shape_yx), mode="bilinear")[:, 0]

    def _size(self, shape_yx: tuple[int, ...]) -> tuple[int, int]:
        if self.stretch:
            return self.side, self.side
        scale = self.side / max(shape_yx)
        return round(shape_yx[0] * scale), round(shape_yx[1] * scale)


SAM = Preprocess(1024, Scaling.IMAGENET, stretch=False)
MEDSAM = Preprocess(1024, Scaling.MIN_MAX, stretch=True)
LITE_MEDSAM = Preprocess(256, Scaling.MIN_MAX, stretch=False)


def _scaled(image: torch.Tensor, scaling: Scaling) -> torch.Tensor:
    if scaling is Scaling.IMAGENET:
        mean = torch.tensor([123.675, 116.28, 103.53])[:, None, None]
        deviation = torch.tensor([58.395, 57.12, 57.375])[:, None, None]
        return (image - mean) / deviation
    least, greatest = image.min(), image.max()
    return (image - least) / (greatest - least).clamp_min(1e-8)
