"""An image encoder cut in two: a trunk, which stays as it is, and its last stage, which may learn.

What the trunk makes of an image is computed once and kept; only the last stage, two transformer
blocks and the neck behind them, is run again at every step of a training.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from parasam_core.sam.encoder import SIDE, Encoder

BLOCKS = 2
"""Of a ViT, its last; TinyViT's last stage has as many."""


def cut(encoder: Encoder) -> tuple[Encoder, nn.Module]:
    """The trunk, and a copy of the last stage, (n, channels, 64, 64) → (n, 256, 64, 64).

    Args:
        encoder: LiteMedSAM's TinyViT, or a ViT of `segment_anything`.
    """
    whole: Any = encoder.module
    trunk: nn.Module
    if _is_tiny(whole):
        trunk, channels = _TinyTrunk(whole), int(whole.layers[-1].dim)
    else:
        trunk, channels = _VitTrunk(whole), int(whole.pos_embed.shape[-1])
    kept = Encoder(f"trunk of {encoder.name}", trunk.eval(), encoder.preprocess, channels)
    return kept, copy.deepcopy(_last_of(whole))


def joined(whole: nn.Module, tensors: dict[str, torch.Tensor]) -> nn.Module:
    """A copy of an image encoder with another last stage.

    Args:
        whole: LiteMedSAM's TinyViT, or a ViT of `segment_anything`.
        tensors: the state of what `cut` gave.

    Raises:
        RuntimeError: they are of another architecture.
    """
    own = copy.deepcopy(whole)
    _last_of(own).load_state_dict(tensors)
    return own.eval().requires_grad_(False)


def _last_of(whole: nn.Module) -> nn.Module:
    """The last stage, whose weights are the encoder's own."""
    return _TinyLast(whole) if _is_tiny(whole) else _VitLast(whole)


def _is_tiny(whole: nn.Module) -> bool:
    return hasattr(whole, "layers")


class _TinyTrunk(nn.Module):
    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.patch_embed = whole.patch_embed
        self.layers = whole.layers[:-1]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        tokens = self.patch_embed(images)
        for layer in self.layers:
            tokens = layer(tokens)
        return torch.as_tensor(tokens.transpose(1, 2).unflatten(2, (SIDE, SIDE)))


class _Last(nn.Module):
    """Batch statistics stay the base's: they were made of more images than a step sees."""

    def train(self, mode: bool = True) -> _Last:
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
        return self


class _TinyLast(_Last):
    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.blocks = whole.layers[-1]
        self.neck = whole.neck

    def forward(self, kept: torch.Tensor) -> torch.Tensor:
        tokens = self.blocks(kept.flatten(2).transpose(1, 2))
        return torch.as_tensor(self.neck(tokens.transpose(1, 2).unflatten(2, (SIDE, SIDE))))


class _VitTrunk(nn.Module):
    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.patch_embed = whole.patch_embed
        self.pos_embed = whole.pos_embed
        self.blocks = whole.blocks[:-BLOCKS]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        places = self.patch_embed(images) + self.pos_embed
        for block in self.blocks:
            places = block(places)
        return torch.as_tensor(places.permute(0, 3, 1, 2))


class _VitLast(_Last):
    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.blocks = whole.blocks[-BLOCKS:]
        self.neck = whole.neck

    def forward(self, kept: torch.Tensor) -> torch.Tensor:
        places = kept.permute(0, 2, 3, 1)
        for block in self.blocks:
            places = block(places)
        return torch.as_tensor(self.neck(places.permute(0, 3, 1, 2)))
