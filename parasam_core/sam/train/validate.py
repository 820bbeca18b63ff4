"""Validation: Dice on images that were not trained on, and whether scores tell tumour from none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from parasam_core.agreement.overlap import dice
from parasam_core.mask import box_around
from parasam_core.sam.preprocess import Preprocess
from parasam_core.sam.train.table import Table

Embedded = Callable[[torch.Tensor], torch.Tensor]
"""What is kept of n images → their embeddings, (n, 256, 64, 64)."""

Answer = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""(n, 256, 64, 64) embeddings and (n, 4) boxes → (n, 256, 256) logits and (n,) scores."""

PROMPTS = ("full", "box")
BOX_MARGIN_PIXELS = 5
"""A tight box is drawn so far outside the tumour, in pixels of the image."""

KEPT_SHARE = 0.95
"""Of true tumours, those that the presence gate lets through."""


@dataclass(frozen=True)
class Validation:
    """What one look at the validation part gave.

    Attributes:
        dice: by prompt, (n,) of the images with tumour, on their own pixels.
        scores: with the whole image as box, (n,) of all.
        has_tumour: (n,) bool.
    """

    dice: dict[str, NDArray[np.float64]]
    scores: NDArray[np.float64]
    has_tumour: NDArray[np.bool_]

    def metrics(self) -> dict[str, float]:
        """Means and medians by prompt, and what the presence gate does."""
        found = {
            f"dice_{prompt}_{name}": round(float(of(values)), 4)
            for prompt, values in self.dice.items()
            for name, of in (("mean", np.mean), ("median", np.median))
        }
        threshold = self.presence_score()
        with_tumour, without = self.scores[self.has_tumour], self.scores[~self.has_tumour]
        found["presence_sensitivity"] = round(float(np.mean(with_tumour >= threshold)), 4)
        if without.size:
            found["presence_specificity"] = round(float(np.mean(without < threshold)), 4)
        return found | {"images": int(self.has_tumour.sum()), "empty_images": int(without.size)}

    def presence_score(self) -> float:
        """The greatest threshold that keeps `KEPT_SHARE` of true tumours."""
        ordered = np.sort(self.scores[self.has_tumour])
        return float(ordered[int(len(ordered) * (1 - KEPT_SHARE) + 1e-9)])

    def merit(self, full_share: float) -> float:
        """What decides which epoch is kept: mean Dice, prompts weighed as in training."""
        full, box = (float(self.dice[prompt].mean()) for prompt in PROMPTS)
        return full_share * full + (1 - full_share) * box


@torch.inference_mode()
def validated(
    embedded: Embedded, answer: Answer, table: Table, ways: Preprocess, batch: int
) -> Validation:
    """Look at every row, with the whole image and with a tight box.

    Args:
        embedded: the part of the model's encoder that learns, if there is one.
        answer: the model.
        table: of the validation part; rows without tumour are asked for their score alone.
        ways: the model's.
        batch: rows at a time.
    """
    rows = np.arange(len(table))
    dice: dict[str, list[float]] = {prompt: [] for prompt in PROMPTS}
    scores: list[float] = []
    for some in np.array_split(rows, -(-len(rows) // batch)):
        embeddings = embedded(table.embeddings(some))
        logits, said = answer(embeddings, table.contents[some])
        scores += said.float().tolist()
        inside = np.flatnonzero(table.has_tumour[some])
        dice["full"] += _dices(table, ways, some[inside], logits[inside])
        if inside.size:
            boxes = torch.stack([_tight(table, ways, int(row)) for row in some[inside]])
            dice["box"] += _dices(table, ways, some[inside], answer(embeddings[inside], boxes)[0])
    arrays = {prompt: np.asarray(values) for prompt, values in dice.items()}
    return Validation(arrays, np.asarray(scores), table.has_tumour)


def _dices(
    table: Table, ways: Preprocess, rows: NDArray[np.int64], logits: torch.Tensor
) -> list[float]:
    masks = [table.examples[row].mask() for row in rows]
    return [dice(ways.mask(one, m.shape), m) for one, m in zip(logits.cpu(), masks, strict=True)]


def _tight(table: Table, ways: Preprocess, row: int) -> torch.Tensor:
    mask = table.examples[row].mask()
    return ways.box(box_around(mask, BOX_MARGIN_PIXELS) or (0, 0, 0, 0), mask.shape)
