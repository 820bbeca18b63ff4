"""Adapter: a small residual network between a kept embedding and the mask decoder.

It lets a model look at images in a new way without touching the encoder, so that embeddings stay
as they are. The prompt says how much of each thing that was learned is added: what finds a tumour
in a whole image is of little use within a tight box. It begins as the identity.
"""

from __future__ import annotations

import torch
from torch import nn

CHANNELS = 256
WIDTH = 64
DILATIONS = (2, 4)


class Adapter(nn.Module):
    """(n, 256, 64, 64) and a box's corners → the same, a neighbourhood of 13 cells seen."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(CHANNELS, WIDTH, 1)
        self.look = nn.ModuleList(
            nn.Conv2d(WIDTH, WIDTH, 3, padding=d, dilation=d) for d in DILATIONS
        )
        self.gate = nn.Linear(2 * CHANNELS, WIDTH)
        self.widen = nn.Conv2d(WIDTH, CHANNELS, 1)
        for unmoved in (self.gate, self.widen):
            nn.init.zeros_(unmoved.weight)
            nn.init.zeros_(torch.as_tensor(unmoved.bias))

    def forward(self, embeddings: torch.Tensor, corners: torch.Tensor) -> torch.Tensor:
        """Add what was learned to what is there.

        Args:
            embeddings: (n, 256, 64, 64), or (1, 256, 64, 64) for all prompts.
            corners: (n, 2, 256), the prompt encoder's embeddings of a box's two corners.
        """
        seen = nn.functional.gelu(self.narrow(embeddings))
        for look in self.look:
            seen = seen + nn.functional.gelu(look(seen))
        amount = 1 + self.gate(corners.flatten(1))
        return torch.as_tensor(embeddings + self.widen(seen * amount[:, :, None, None]))


def corners_of(sparse: torch.Tensor, *, boxed: bool) -> torch.Tensor:
    """(n, 2, 256) corners among a prompt's (n, tokens, 256); zeros where it has no box.

    segment_anything's prompt encoder puts a box's corners after all points.
    """
    return sparse[:, -2:] if boxed else sparse.new_zeros(sparse.shape[0], 2, CHANNELS)
