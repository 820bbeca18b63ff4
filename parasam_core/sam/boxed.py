"""A model's answer to boxes as one module, which exporters and other runtimes can take."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from parasam_core.sam.decoding import decoded
from parasam_core.sam.models import SamModel


class Boxed(nn.Module):
    """Prompt encoder, adapter and mask decoder: what `SamModel.answer` gives for boxes.

    The prompt encoder's own `forward` joins a box to an empty list of points, which OpenCV
    refuses.
    """

    def __init__(self, model: SamModel) -> None:
        super().__init__()
        self.prompts, self.decoder = model.prompt_encoder, model.mask_decoder
        self.adapter = model.adapter

    def forward(self, embedding: torch.Tensor, boxes: torch.Tensor) -> Any:
        """(1, 256, 64, 64) and (n, 4) boxes → (n, 256, 256) logits and (n,) scores."""
        sparse = self.prompts._embed_boxes(boxes)
        dense = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = dense.expand(boxes.shape[0], -1, 1, 1)
        seen = embedding if self.adapter is None else self.adapter(embedding, sparse)
        return decoded(self.decoder, seen, self.prompts.get_dense_pe(), (sparse, dense))
