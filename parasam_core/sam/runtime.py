"""Encoder and decoder on the fastest runtime there is; torch is the reference.

On a GPU the encoder takes many images at once, in half precision. On a CPU that is OpenVINO: the
same arithmetic in float32, and for the encoder bfloat16 where the CPU has instructions for it. Its
model is made from torch's traced graph in memory, without the converter's command-line tool.
"""

from __future__ import annotations

import copy
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import Any

import torch
from torch import nn

from parasam_core.errors import ModelError

BATCH = 8
"""Images at once on a GPU, to begin with."""

Encoder = Callable[[torch.Tensor], torch.Tensor]
"""One image, (3, side, side), → its embedding, (256, 64, 64), float32."""

Answer = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""(1, 256, 64, 64) and (n, 4) boxes → (n, 256, 256) logits and (n,) scores, float32."""


def fastest(encoder: nn.Module, side: int) -> Encoder:
    """The encoder on a GPU, or through OpenVINO, or as it is where OpenVINO cannot take it.

    Args:
        encoder: an image encoder in evaluation mode, on the CPU.
        side: of its square input, pixels.
    """
    if torch.cuda.is_available():
        return InBatches(encoder, torch.device("cuda"), torch.float16)
    with _told_if_not_taken("encoder"):
        return _OpenVino(encoder, side)
    return _through_torch(encoder)


def fastest_answer(boxed: nn.Module) -> Answer:
    """A model's answer to boxes through OpenVINO, or as it is where OpenVINO cannot take it.

    In float32 on every CPU: the edges of masks are drawn here.

    Args:
        boxed: `sam.boxed.Boxed`.
    """
    with _told_if_not_taken("decoder"):
        return _answering(boxed)
    answer: Answer = torch.inference_mode()(boxed)
    return answer


def each(encode: Encoder, images: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """The embedding of every image, in order; several at once where the runtime can.

    Args:
        encode: what `fastest` returned.
        images: (3, side, side) each; taken as they are needed.
    """
    if isinstance(encode, _OpenVino | InBatches):
        return encode.each(images)
    return map(encode, images)


def in_bfloat16() -> bool:
    """Whether the CPU has instructions for bfloat16, which are used then."""
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@contextmanager
def _told_if_not_taken(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # OpenVINO has no common base for its errors
        warnings.warn(f"OpenVINO cannot take the {what}, torch is used: {error}", stacklevel=4)


def _through_torch(encoder: nn.Module) -> Encoder:
    @torch.inference_mode()
    def run(image: torch.Tensor) -> torch.Tensor:
        embedding: torch.Tensor = encoder(image[None])[0]
        return embedding

    return run


class InBatches:
    """Many images at once; a batch that does not fit into the device's memory is halved.

    Args:
        encoder: an image encoder in evaluation mode, which stays where it is.
        device: where a copy of it works.
        precision: of most of its arithmetic, as `torch.autocast` has it.
    """

    def __init__(self, encoder: nn.Module, device: torch.device, precision: torch.dtype) -> None:
        self._encoder = copy.deepcopy(encoder).to(device)
        self._device, self._precision = device, precision
        self._most = BATCH

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        """One image's embedding."""
        return next(self.each([image]))

    def each(self, images: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """The embedding of every image, in order.

        Raises:
            ModelError: not even one image fits.
        """
        left = iter(images)
        while some := list(islice(left, self._most)):
            yield from self._embedded(some)

    def _embedded(self, images: list[torch.Tensor]) -> list[torch.Tensor]:
        try:
            return list(self._at_once(torch.stack(images)))
        except torch.OutOfMemoryError as error:
            if len(images) == 1:
                raise ModelError(
                    f"expected room for one image on the GPU, got {error}; close what else uses "
                    "it, or set CUDA_VISIBLE_DEVICES to nothing to use the CPU"
                ) from error
        half = self._most = len(images) // 2
        return [*self._embedded(images[:half]), *self._embedded(images[half:])]

    @torch.inference_mode()
    def _at_once(self, images: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self._device.type, self._precision):
            found: torch.Tensor = self._encoder(images.to(self._device))
        return found.float().cpu()


class _OpenVino:
    """One image as soon as it can be, or many with all cores busy: each is compiled when asked."""

    def __init__(self, encoder: nn.Module, side: int) -> None:
        import openvino

        self._core = openvino.Core()
        shape = (1, 3, side, side)
        self._model = _converted(encoder, torch.zeros(shape))
        self._model.reshape([*shape])

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self._quick(image[None].numpy())[0][0].copy())

    def each(self, images: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        many = int(self._steady.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        idle = [self._steady.create_infer_request() for _ in range(many)]
        busy: deque[Any] = deque()
        for image in images:
            if not idle:
                yield _awaited(busy[0])
                idle.append(busy.popleft())
            busy.append(idle.pop())
            busy[-1].start_async([image[None].numpy()])
        yield from map(_awaited, busy)

    @cached_property
    def _quick(self) -> Any:
        return self._compiled("LATENCY")

    @cached_property
    def _steady(self) -> Any:
        return self._compiled("THROUGHPUT")

    def _compiled(self, hint: str) -> Any:
        precision = "bf16" if in_bfloat16() else "f32"
        options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": hint}
        return self._core.compile_model(self._model, "CPU", options)


def _awaited(request: Any) -> torch.Tensor:
    request.wait()
    return torch.from_numpy(request.get_output_tensor(0).data[0].copy())


def _answering(boxed: nn.Module) -> Answer:
    import openvino

    embedding = torch.zeros(1, 256, 64, 64)
    model = _converted(boxed, embedding, torch.zeros(2, 4))
    # OpenVINO 2026.4 adds several to one in place, and fails, where it knows that it is one
    model.reshape({0: [-1, *embedding.shape[1:]], 1: [-1, 4]})
    options = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(model, "CPU", options)

    def answer(embedding: torch.Tensor, boxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, scores = compiled([embedding.numpy(), boxes.numpy()]).to_tuple()
        return torch.from_numpy(logits.copy()), torch.from_numpy(scores.copy())

    return answer


def _converted(module: nn.Module, *inputs: torch.Tensor) -> Any:
    """OpenVINO's model of a module, its inputs' shapes not yet fixed."""
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings():  # tracing warns of every Python branch on a shape
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, inputs, check_trace=False)
    front = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced)
    loaded = front.load(decoder)  # neither keeps what it was made from alive
    return front.convert(loaded)
