"""A model as two ONNX files, for programs without torch: what sees, and what answers a box.

    NAME.encoder.onnx   image (1, 3, side, side) float32 → embedding (1, 256, 64, 64)
    NAME.decoder.onnx   embedding and box (1, 4), in the model's pixels → logits (1, 256, 256) and
                        score (1,), the IoU that it expects

The decoder's file holds prompt encoder, adapter and mask decoder. Their metadata says how an image
becomes the input, and how logits become a mask: `sam.preprocess` is that in Python.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from parasam_core.agreement.overlap import dice
from parasam_core.atomic import write_bytes
from parasam_core.errors import ModelError
from parasam_core.provenance import signed
from parasam_core.sam.boxed import Boxed
from parasam_core.sam.models import SamModel
from parasam_core.segmenter import Progress, no_progress

OPSET = 18
LEAST_DICE = 0.999
"""Of torch's mask and the files', below which nothing is written."""

Run = Callable[..., list[NDArray[np.float32]]]


@dataclass(frozen=True)
class OnnxFiles:
    """What was written.

    Attributes:
        encoder: of images.
        decoder: of embeddings and boxes.
        dice: of the files' mask and torch's, on an image made for it.
    """

    encoder: Path
    decoder: Path
    dice: float


def write_onnx(model: SamModel, folder: Path, progress: Progress = no_progress) -> OnnxFiles:
    """Write a model's two files, after comparing what they answer with what torch answers.

    Args:
        model: any.
        folder: made where it is not there; files of the same model are replaced.
        progress: called after each of three steps.

    Raises:
        ModelError: the files' mask is not torch's.
    """
    side = model.preprocess.side
    image, box = torch.zeros(1, 3, side, side), torch.tensor([[0.0, 0.0, side, side]])
    encoder = _exported(model.image_encoder, {"image": image}, ["embedding"])
    progress("exporting", 1, 3)
    asked = {"embedding": torch.zeros(1, 256, 64, 64), "box": box}
    decoder = _exported(Boxed(model), asked, ["logits", "score"])
    progress("exporting", 2, 3)
    encoder, decoder = _described(encoder, model), _described(decoder, model)
    agreement = _agreement(model, _runner(encoder), _runner(decoder))
    if agreement < LEAST_DICE:
        raise ModelError(
            f"expected {model.name} to draw the same mask in ONNX as in torch, got Dice "
            f"{agreement:.4f}; nothing was written"
        )
    folder.mkdir(parents=True, exist_ok=True)
    files = OnnxFiles(
        folder / f"{model.name}.encoder.onnx", folder / f"{model.name}.decoder.onnx", agreement
    )
    write_bytes(files.encoder, encoder)
    write_bytes(files.decoder, decoder)
    progress("exporting", 3, 3)
    return files


def _exported(module: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str]) -> bytes:
    written: Any = io.BytesIO()  # the tracing exporter takes one, its annotation does not
    with warnings.catch_warnings():  # tracing warns of every Python branch on a shape
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            written,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=outputs,
        )
    content: bytes = written.getvalue()
    return content


def _described(content: bytes, model: SamModel) -> bytes:
    """The file with what its user has to know."""
    ways, card = model.preprocess, model.card
    stored = onnx.load_from_string(content)
    stored.producer_name = signed("models export")
    known = {
        "model": model.name,
        "digest": model.digest,
        "base": card.base if card else model.name,
        "side": ways.side,
        "scaling": ways.scaling.value,
        "fit": "stretch" if ways.stretch else "longest side, padded right and below",
        "mask": "logits > 0, over the model's square",
        "presence_score": card.presence_score if card else None,
    }
    onnx.helper.set_model_props(stored, {n: json.dumps(v) for n, v in known.items()})
    return bytes(stored.SerializeToString())


def _runner(content: bytes) -> Run:
    """The file in OpenVINO, in float32."""
    import openvino

    core = openvino.Core()
    model = core.read_model(content)
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda *inputs: [np.asarray(v) for v in compiled(inputs).to_tuple()]


def _agreement(model: SamModel, encoder: Run, decoder: Run) -> float:
    """Dice of the files' mask and torch's on `_probe`, with a box around its body."""
    frame, box_xyxy = _probe(model.preprocess.side)
    image = model.preprocess.image(frame)[None]
    box = model.preprocess.box(box_xyxy, frame.shape)[None]
    with torch.inference_mode():
        expected = model.answer(model.image_encoder(image), box)[0].numpy() > 0
    [embedding] = encoder(image.numpy())
    got = decoder(embedding, box.numpy())[0] > 0
    return dice(got, expected)


def _probe(side: int) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """A dark body in speckle, and a box around it."""
    y, x = np.mgrid[:side, :side] / side
    inside = ((x - 0.55) / 0.2) ** 2 + ((y - 0.45) / 0.15) ** 2 < 1
    speckle = np.random.default_rng(0).rayleigh(1.0, (side, side))
    frame = np.clip(speckle * np.where(inside, 25, 70), 0, 255).astype(np.uint8)
    return frame, (0.33 * side, 0.28 * side, 0.77 * side, 0.62 * side)
