"""The image encoder on the fastest runtime there is; torch is the reference.

On a CPU that is OpenVINO: the same arithmetic in float32, several times faster. Its model is made
from torch's traced graph in memory, without the converter's command-line tool.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import nn

Encoder = Callable[[torch.Tensor], torch.Tensor]
"""One image, (3, side, side), → its embedding, (256, 64, 64), float32."""


def fastest(encoder: nn.Module, side: int) -> Encoder:
    """The encoder through OpenVINO, or as it is where OpenVINO cannot take it.

    Args:
        encoder: an image encoder in evaluation mode, on the CPU.
        side: of its square input, pixels.
    """
    try:
        return _through_openvino(encoder, side)
    except Exception as error:  # OpenVINO has no common base for its errors
        warnings.warn(f"OpenVINO cannot take the encoder, torch is used: {error}", stacklevel=2)
        return _through_torch(encoder)


def _through_torch(encoder: nn.Module) -> Encoder:
    @torch.inference_mode()
    def run(image: torch.Tensor) -> torch.Tensor:
        embedding: torch.Tensor = encoder(image[None])[0]
        return embedding

    return run


def _through_openvino(encoder: nn.Module, side: int) -> Encoder:
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings():  # tracing warns of every Python branch on a shape
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(encoder, torch.zeros(1, 3, side, side), check_trace=False)
    front = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced)
    loaded = front.load(decoder)
    model = front.convert(loaded)
    model.reshape([1, 3, side, side])
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(model, "CPU", options)

    def run(image: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(compiled(image[None].numpy())[0][0].copy())

    return run
