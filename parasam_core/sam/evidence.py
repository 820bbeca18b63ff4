"""What speaks for a mask: its score, whether other boxes give the same, what its neighbours say.

Free of torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from parasam_core.agreement.overlap import iou
from parasam_core.mask import box_of

FloatBox = tuple[float, float, float, float]

Ask = Callable[[int, Sequence[FloatBox]], "Answers"]
"""A model asked about one frame with several boxes (x0, y0, x1, y1) in pixels of the frame."""

SHARP = 12.0
"""How much more a candidate counts that a neighbour or the model prefers."""


@dataclass(frozen=True)
class Answers:
    """A model's answers to several boxes on one frame.

    Attributes:
        probability: (n, y, x) float32 in 0..1, that a pixel is tumour.
        score: (n,) what the model expects of each mask's IoU.
    """

    probability: NDArray[np.float32]
    score: NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What all candidates of one frame agree on.

    Attributes:
        probability: (y, x) float32, the candidates' weighted mean.
        mask: (y, x) bool, one piece.
        score: what the model expects of its IoU.
        agreement: mean IoU of the candidates with the mask, 0..1.
        overlap: IoU with the neighbour's mask; 1 where there is none.
    """

    probability: NDArray[np.float32]
    mask: NDArray[np.bool_]
    score: float
    agreement: float
    overlap: float

    @property
    def confidence(self) -> float:
        """0..1: every part of the evidence has to be good."""
        parts = np.clip([self.score, self.agreement, self.overlap], 0, 1)
        return float(np.cbrt(parts.prod()))


def agreed(answers: Answers, neighbour: NDArray[np.bool_] | None) -> Found:
    """Candidates put together: a soft vote in which good and steady ones count more.

    Args:
        answers: of the candidates.
        neighbour: (y, x) bool, the mask of the frame beside it, if there is one.
    """
    masks = answers.probability > 0.5
    near = (
        np.ones(len(masks)) if neighbour is None else np.array([iou(m, neighbour) for m in masks])
    )
    worth = np.clip(answers.score, 0, 1) + near
    weights = np.exp(SHARP * (worth - worth.max()))
    weights /= weights.sum()
    probability = np.tensordot(weights, answers.probability, 1).astype(np.float32)
    mask = piece(probability > 0.5, neighbour)
    return Found(
        probability,
        mask,
        score=float(weights @ answers.score),
        agreement=float(np.mean([iou(m, mask) for m in masks])),
        overlap=1.0 if neighbour is None else iou(mask, neighbour),
    )


def alone(answers: Answers, neighbour: NDArray[np.bool_] | None) -> Found:
    """The first answer as it is, pieces and all."""
    mask = answers.probability[0] > 0.5
    overlap = 1.0 if neighbour is None else iou(mask, neighbour)
    return Found(answers.probability[0], mask, float(answers.score[0]), 1.0, overlap)


def voted(one: Found, other: Found) -> Found:
    """Two outlines of one frame, each found its own way, put together; the surer counts more."""
    lead = SHARP * ((one.score + one.agreement) - (other.score + other.agreement))
    share = 1 / (1 + np.exp(-lead))
    probability = (share * one.probability + (1 - share) * other.probability).astype(np.float32)
    better = one if share >= 0.5 else other
    mask = piece(probability > 0.5, better.mask)
    return Found(
        probability,
        mask,
        score=float(share * one.score + (1 - share) * other.score),
        agreement=iou(one.mask, other.mask),
        overlap=better.overlap,
    )


def piece(mask: NDArray[np.bool_], neighbour: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """The one connected piece that overlaps the neighbour most, or the largest."""
    pieces, count = ndimage.label(mask)
    if count <= 1:
        return mask
    counted = pieces if neighbour is None or not (mask & neighbour).any() else pieces[neighbour]
    sizes = np.bincount(counted.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray(pieces == sizes.argmax())


def grown(box: FloatBox, share: float) -> FloatBox:
    """A box that is larger on every side by a share of its own width or height."""
    x0, y0, x1, y1 = box
    dx, dy = share * (x1 - x0), share * (y1 - y0)
    return x0 - dx, y0 - dy, x1 + dx, y1 + dy


def float_box_of(mask: NDArray[np.bool_]) -> FloatBox | None:
    """`box_of` in floating point."""
    box = box_of(mask)
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
