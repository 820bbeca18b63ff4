"""One pass through SAM's mask decoder for a batch of images with one prompt each.

The decoder's own `forward` takes one image with many prompts, and makes four masks where one is
wanted. This is the same arithmetic (Kirillov et al., Segment Anything, 2023, appendix A).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from parasam_core.sam.two_way import transformed

Prompts = tuple[torch.Tensor, torch.Tensor]
"""Sparse (n, tokens, 256) and dense (n, 256, 64, 64) embeddings of prompts."""


def decoded(
    decoder: Any, embeddings: torch.Tensor, position: torch.Tensor, prompts: Prompts
) -> tuple[torch.Tensor, torch.Tensor]:
    """The one mask for each prompt, and its score.

    Args:
        decoder: segment_anything's `MaskDecoder`, whoever trained it.
        embeddings: (n, 256, 64, 64), or (1, 256, 64, 64) for all prompts.
        position: (1, 256, 64, 64), the prompt encoder's dense positions.
        prompts: of the prompt encoder.

    Returns:
        (n, 256, 256) logits and (n,) scores.
    """
    sparse, dense = prompts
    count = sparse.shape[0]  # which a traced graph leaves open, unlike its `len`
    own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
    tokens = torch.cat([own.expand(count, -1, -1), sparse], dim=1)
    source = embeddings + dense
    side = source.shape[-1]
    places = source.flatten(2).transpose(1, 2)
    seen, places = transformed(
        decoder.transformer, places, position.flatten(2).transpose(1, 2), tokens
    )
    weights = decoder.output_hypernetworks_mlps[0](seen[:, 1])
    logits = _drawn(decoder.output_upscaling, places, weights, side)
    return logits, decoder.iou_prediction_head(seen[:, 0])[:, 0]


def _drawn(upscaling: Any, places: torch.Tensor, weights: torch.Tensor, side: int) -> torch.Tensor:
    """(n, side², 256) places and (n, 32) weights of channels → (n, 4 side, 4 side) logits.

    A transposed convolution whose stride is its size gives each place four of its own; all that
    follows looks at one place alone, so that they are put in order at the end, where they are few.
    """
    first, norm, _, second, _ = upscaling
    fine = _four_of_each(first, places)
    fine = F.gelu(F.layer_norm(fine, fine.shape[-1:], norm.weight, norm.bias, norm.eps))
    fine = F.gelu(_four_of_each(second, fine))
    logits = torch.matmul(fine, weights[:, None, None, :, None])
    parts = logits.reshape(places.shape[0], side, side, 2, 2, 2, 2)
    return parts.permute(0, 1, 3, 5, 2, 4, 6).reshape(places.shape[0], 4 * side, 4 * side)


def _four_of_each(convolution: Any, places: torch.Tensor) -> torch.Tensor:
    """(n, …, channels) → (n, …, 4, channels'), the four in order of rows and columns."""
    weight = convolution.weight.flatten(2).permute(2, 1, 0).flatten(0, 1)
    fine = F.linear(places, weight, convolution.bias.repeat(4))
    four: torch.Tensor = fine.unflatten(-1, (4, -1))
    return four
