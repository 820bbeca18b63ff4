"""One pass through SAM's mask decoder for a batch of images with one prompt each.

The decoder's own `forward` takes one image with many prompts, and makes four masks where one is
wanted. This is the same arithmetic (Kirillov et al., Segment Anything, 2023, appendix A).
"""

from __future__ import annotations

from typing import Any

import torch

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
    count = len(sparse)
    own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
    tokens = torch.cat([own.expand(count, -1, -1), sparse], dim=1)
    source = embeddings + dense
    seen, source = decoder.transformer(source, position.expand_as(source), tokens)
    picture = decoder.output_upscaling(source.transpose(1, 2).reshape(dense.shape))
    weights = decoder.output_hypernetworks_mlps[0](seen[:, 1])
    logits = torch.einsum("nc,nchw->nhw", weights, picture)
    return logits, decoder.iou_prediction_head(seen[:, 0])[:, 0]
