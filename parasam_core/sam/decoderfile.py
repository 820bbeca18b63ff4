"""A ParaSAM model on disk: what was trained, in safetensors, and its card in the metadata.

    mask_decoder.*   the whole decoder, float16 or float32
    adapter.*        what embeddings go through before it, where it was trained with that
    last_stage.*     of the image encoder, where that was trained, too

All else is the base's, which is known by its digest: a file is nothing without the right base.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from parasam_core.atomic import write_bytes
from parasam_core.errors import ModelError
from parasam_core.provenance import digest_of_files
from parasam_core.sam.adapter import Adapter
from parasam_core.sam.card import KEY, Card
from parasam_core.sam.last_stage import joined
from parasam_core.sam.models import SamModel

DECODER = "mask_decoder."
ADAPTER = "adapter."
LAST_STAGE = "last_stage."


def write_decoder(path: Path, tensors: Mapping[str, torch.Tensor], card: Card) -> None:
    """Write a model beside, then put it in its place.

    Args:
        path: ending in `.safetensors`.
        tensors: named as above.
        card: its account.

    Raises:
        ModelError: a tensor is not finite.
    """
    bad = [name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()]
    if bad:
        raise ModelError(f"expected finite weights, got others in {bad[0]}; train again")
    contiguous = {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()}
    write_bytes(path, save(contiguous, {KEY: card.as_text()}))


def read_card(path: Path) -> Card:
    """The card of a model file, without its weights.

    Raises:
        ModelError: it is not there, or no ParaSAM model.
    """
    return _read(path, weights=False)[0]


def with_decoder(base: SamModel, path: Path) -> SamModel:
    """The base with the trained weights of a file.

    Args:
        base: as its makers ship it.
        path: of a ParaSAM model.

    Raises:
        ModelError: the file is no ParaSAM model, of another base, or of another architecture.
    """
    card, tensors = _read(path, weights=True)
    if (card.base, card.base_digest) != (base.name, base.digest):
        raise ModelError(
            f"expected the base that {path.name} was trained on ({card.base}, digest "
            f"{card.base_digest[:12]}), got {base.name} of digest {base.digest[:12]}"
        )
    own, added = _named(tensors, DECODER), _named(tensors, ADAPTER)
    last = _named(tensors, LAST_STAGE)
    decoder = copy.deepcopy(base.mask_decoder)
    adapter = Adapter() if added else None
    try:
        decoder.load_state_dict(own)
        if adapter is not None:
            adapter.load_state_dict(added)
        encoder = joined(base.image_encoder, last) if last else base.image_encoder
    except RuntimeError:
        raise ModelError(
            f"expected a model trained on a {card.base}, got {path}, whose tensors are of another "
            "architecture"
        ) from None
    for part in (decoder, adapter):
        if part is not None:
            part.eval().requires_grad_(False)
    digest = digest_of_files([path])
    return replace(
        base, name=path.stem, digest=digest, image_encoder=encoder, mask_decoder=decoder, card=card,
        adapter=adapter, own_encoder=bool(last),
    )  # fmt: skip


def _named(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {n.removeprefix(prefix): t.float() for n, t in tensors.items() if n.startswith(prefix)}


def _read(path: Path, *, weights: bool) -> tuple[Card, dict[str, torch.Tensor]]:
    if not path.is_file():
        raise ModelError(f"expected a ParaSAM model file, got {path}, which is not there")
    try:
        with safe_open(path, "pt") as stored:
            text = (stored.metadata() or {}).get(KEY)
            names = stored.keys() if weights else ()
            tensors = {name: stored.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise ModelError(f"expected a ParaSAM model in safetensors, got {path} ({error})") from None
    if text is None:
        raise ModelError(f"expected a ParaSAM model, got {path}, which has no card of one")
    return Card.from_text(text, str(path)), tensors
