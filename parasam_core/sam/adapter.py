"""Adapter: a small residual network between a kept embedding and the mask decoder.

It lets a model look at images in a new way without touching the encoder, so that embeddings stay
as they are. It begins as the identity.
"""

from __future__ import annotations

import torch
from torch import nn

WIDTH = 64
DILATIONS = (2, 4)


class Adapter(nn.Module):
    """(n, 256, 64, 64) → the same, a neighbourhood of 13 cells seen."""

    def __init__(self, channels: int = 256, width: int = WIDTH) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(channels, width, 1)
        self.look = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=d, dilation=d) for d in DILATIONS
        )
        self.widen = nn.Conv2d(width, channels, 1)
        nn.init.zeros_(self.widen.weight)
        nn.init.zeros_(torch.as_tensor(self.widen.bias))

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Add what was learned to what is there."""
        seen = nn.functional.gelu(self.narrow(embeddings))
        for look in self.look:
            seen = seen + nn.functional.gelu(look(seen))
        return torch.as_tensor(embeddings + self.widen(seen))
