"""Trainee: the part of a model that learns, as one module for Lightning Fabric."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from parasam_core.sam.adapter import Adapter, corners_of
from parasam_core.sam.decoding import decoded
from parasam_core.sam.models import SamModel

ADAPTER_RATE = 2.5
"""How much faster an adapter learns than the decoder."""

LAST_STAGE_RATE = 0.5
"""The same of the encoder's last stage, which knows most of what it needs."""


class Trainee(nn.Module):
    """Decoder, adapter, and the encoder's last stage where it learns; all else stays as it is.

    Args:
        base: a model, whose own decoder is left alone.
        adapter: whether there is one.
        seed: of the adapter's weights.
        last_stage: `last_stage.cut`'s, if it learns.
    """

    def __init__(
        self, base: SamModel, *, adapter: bool, seed: int, last_stage: nn.Module | None = None
    ) -> None:
        super().__init__()
        if last_stage is not None:
            self.last_stage = last_stage.requires_grad_(True)
        self.mask_decoder = copy.deepcopy(base.mask_decoder).requires_grad_(True)
        for unused in self.mask_decoder.output_hypernetworks_mlps[1:]:
            unused.requires_grad_(False)
        if adapter:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                self.adapter = copy.deepcopy(base.adapter) or Adapter()
            self.adapter.requires_grad_(True)
        self._prompt_encoder = [base.prompt_encoder]  # in a list, so that it is no part of this

    def learning(self, rate: float) -> list[dict[str, Any]]:
        """Groups for an optimizer: weights that begin where they are go slower than new ones."""
        known = [p for p in self.mask_decoder.parameters() if p.requires_grad]
        groups = [{"params": known, "lr": rate}]
        if hasattr(self, "adapter"):
            new = list(self.adapter.parameters())
            groups.append({"params": new, "lr": ADAPTER_RATE * rate})
        if hasattr(self, "last_stage"):
            last = list(self.last_stage.parameters())
            groups.append({"params": last, "lr": LAST_STAGE_RATE * rate})
        return groups

    def embedded(self, kept: torch.Tensor) -> torch.Tensor:
        """What is kept of (n,) images → their embeddings, (n, 256, 64, 64)."""
        return self.last_stage(kept) if hasattr(self, "last_stage") else kept

    def forward(self, kept: torch.Tensor, boxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What is kept of (n,) images, (n, 4) boxes → (n, 256, 256) logits and (n,) scores."""
        return self.answer(self.embedded(kept), boxes)

    def answer(
        self, embeddings: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, 256, 64, 64) and (n, 4) boxes → (n, 256, 256) logits and (n,) scores."""
        encoder = self._prompt_encoder[0].to(boxes.device)
        prompts = encoder(points=None, boxes=boxes, masks=None)
        if hasattr(self, "adapter"):
            embeddings = self.adapter(embeddings, corners_of(prompts[0], boxed=True))
        return decoded(self.mask_decoder, embeddings, encoder.get_dense_pe(), prompts)
