"""Encoder: what makes an embedding of an image, with all that decides it besides the image."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from parasam_core.sam.preprocess import Preprocess

CHANNELS, SIDE = 256, 64
"""Of the embedding that a mask decoder takes."""


@dataclass(frozen=True)
class Encoder:
    """An image encoder, or the first part of one.

    Attributes:
        name: of its weights, with their digest.
        module: (n, 3, side, side) → (n, channels, 64, 64), in evaluation mode.
        preprocess: from an image to its input.
        channels: of what comes out.
    """

    name: str
    module: nn.Module
    preprocess: Preprocess
    channels: int = CHANNELS

    @property
    def signature(self) -> str:
        """The same wherever the same image gets the same embedding."""
        return f"{self.name} {self.preprocess.signature}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, y, x) of one embedding."""
        return self.channels, SIDE, SIDE

    @property
    def embedding_bytes(self) -> int:
        """Of one embedding in float16."""
        return 2 * self.channels * SIDE * SIDE
