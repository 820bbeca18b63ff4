"""Loss: Dice and cross-entropy of the mask, and how far the score is from the mask's real IoU."""

from __future__ import annotations

from collections.abc import Callable

import torch

SMOOTH_CELLS = 100.0
"""Added to both sides of Dice's fraction: a false shape of so many cells halves an empty mask's
Dice, where without it a single one would, and there would be no slope to learn from."""

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def loss(empty: float) -> Loss:
    """The loss of (n, 256, 256) logits and (n,) scores against (n, 256, 256) masks, 0 or 1.

    An empty mask's IoU is 0 whatever is drawn, so that the score tells whether a tumour is there at
    all. A decoder that learns to draw nothing where nothing is does so on some tumours, too; one
    that does not, leaks more easily. Source of the mask's part: MONAI's `DiceCELoss`, as MedSAM
    has it.

    Args:
        empty: how much an empty mask counts beside others, >= 0.
    """
    from monai.losses.dice import DiceCELoss  # takes seconds to import

    of_masks = DiceCELoss(sigmoid=True, smooth_nr=SMOOTH_CELLS, smooth_dr=SMOOTH_CELLS)

    def total(logits: torch.Tensor, scores: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
        real = iou(logits.detach() > 0, masks > 0)
        cost = torch.nn.functional.mse_loss(scores.float(), real)
        shown = masks.flatten(1).any(1)
        for some, weight in ((shown, 1.0), (~shown, empty)):
            if weight and some.any():
                outlined = of_masks(logits[some, None].float(), masks[some, None])
                cost = cost + weight * some.float().mean() * outlined
        return torch.as_tensor(cost)

    return total


def iou(found: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """(n,) float32 IoU of (n, h, w) bool masks; 0 where both are empty."""
    shared = (found & true).flatten(1).sum(1)
    either = (found | true).flatten(1).sum(1)
    return shared / either.clamp_min(1)
