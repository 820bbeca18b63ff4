"""A model asked about the frames of one sequence, whose embeddings are kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch

from parasam_core.sam import runtime
from parasam_core.sam.boxed import Boxed
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.evidence import Answers, FloatBox
from parasam_core.sam.models import SamModel
from parasam_core.sam.preprocess import Points


class Asker:
    """See `evidence.Ask`."""

    def __init__(self, model: SamModel, embeddings: Embeddings, shape_yx: tuple[int, int]) -> None:
        self._model = model
        self._embeddings = embeddings
        self._shape_yx = shape_yx

    def __call__(self, frame: int, boxes: Sequence[FloatBox]) -> Answers:
        """One answer a box."""
        ways = self._model.preprocess
        prompts = torch.stack([ways.box(box, self._shape_yx) for box in boxes])
        return self._answers(*self._fastest(self._embeddings.of(frame)[None], prompts))

    @torch.inference_mode()
    def pointed(
        self, frame: int, box: FloatBox | None, points: Points, inside: Sequence[bool]
    ) -> Answers:
        """One answer to a box and points together, without waiting for a faster runtime.

        Args:
            frame: which.
            box: in pixels of the frame, if there is one.
            points: (x, y) in pixels of the frame.
            inside: one a point.
        """
        ways = self._model.preprocess
        boxes = None if box is None else ways.box(box, self._shape_yx)[None]
        where = ways.points(points, self._shape_yx)[None]
        kinds = torch.tensor([inside], dtype=torch.int32)
        embedding = self._embeddings.of(frame)[None]
        return self._answers(
            *self._model.answer(embedding, boxes, (where, kinds) if points else None)
        )

    @cached_property
    def _fastest(self) -> runtime.Answer:
        return runtime.fastest_answer(Boxed(self._model))

    def _answers(self, logits: torch.Tensor, scores: torch.Tensor) -> Answers:
        return Answers(self._model.preprocess.probability(logits, self._shape_yx), scores.numpy())
