"""Plan: which rows a step sees with which prompts. Everything follows from seed, epoch and step,
so that a training that goes on after a stop sees what it would have seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from parasam_core.sam.train.table import Table

EMPTY_SHARE = 0.15
"""Of all that an epoch sees, at least so many show no tumour, where there are such."""

OUTWARD_PIXELS = (-1.0, 5.0)
OUTWARD_SHARE = (-0.02, 0.08)
"""A box is drawn by a hand: each side lies this far outside the tumour, of 256 pixels or of the
tumour's own width and height."""


@dataclass(frozen=True)
class Rows:
    """What there is to learn from, as rows of one table.

    Attributes:
        versions: (n, k), the same example in k versions, of which an epoch sees one.
        empty: rows without tumour that are added to reach `EMPTY_SHARE`.
        wanted_empty: how many of those an epoch sees.
    """

    versions: NDArray[np.int64]
    empty: NDArray[np.int64]
    wanted_empty: int

    def steps(self, batch: int) -> int:
        """Steps of an epoch."""
        return -(-(len(self.versions) + self.wanted_empty) // batch)

    def of_epoch(self, seed: int, epoch: int) -> NDArray[np.int64]:
        """All rows of an epoch, in the order in which they are seen."""
        rng = np.random.default_rng([seed, epoch])
        which = rng.integers(self.versions.shape[1], size=len(self.versions))
        chosen = self.versions[np.arange(len(self.versions)), which]
        added = rng.permutation(self.empty)[: self.wanted_empty]
        return rng.permutation(np.concatenate([chosen, added]))


def wanted_empty(examples: int, without_tumour: int, available: int) -> int:
    """How many empty rows to add so that `EMPTY_SHARE` of all are empty."""
    missing = (EMPTY_SHARE * examples - without_tumour) / (1 - EMPTY_SHARE)
    return min(available, max(0, round(missing)))


def prompts(
    table: Table, rows: NDArray[np.int64], full_share: float, side: int, rng: np.random.Generator
) -> torch.Tensor:
    """A box for each row: the whole image, or one drawn around its tumour.

    Whoever draws a box has seen a tumour: where there is none, the whole image is asked about.

    Args:
        table: of the rows.
        rows: (n,).
        full_share: how many see the whole image, in 0..1.
        side: of the model's square, pixels.
        rng: decides.

    Returns:
        (n, 4) float32 XYXY in the model's pixels.
    """
    contents, boxes = table.contents[rows], table.boxes[rows]
    full = torch.from_numpy(rng.random(len(rows)) < full_share) | torch.isnan(boxes[:, 0])
    return torch.where(full[:, None], contents, drawn_around(boxes, contents, side, rng))


def drawn_around(
    boxes: torch.Tensor, contents: torch.Tensor, side: int, rng: np.random.Generator
) -> torch.Tensor:
    """(n, 4) boxes as a hand would draw them, within the images."""
    pixels = rng.uniform(*OUTWARD_PIXELS, boxes.shape) * side / 256
    shares = rng.uniform(*OUTWARD_SHARE, boxes.shape)
    sizes = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
    outward = torch.from_numpy(pixels).float() + torch.from_numpy(shares).float() * sizes
    moved = boxes + outward * torch.tensor([-1.0, -1.0, 1.0, 1.0])
    return torch.minimum(moved.clamp_min(0), contents[:, 2:].repeat(1, 2))
