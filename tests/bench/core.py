"""Capture and encoder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from parasam_core.capture import read_capture
from parasam_core.phantom import phantom
from parasam_core.sam import runtime, store
from parasam_core.sam.boxed import Boxed
from parasam_core.screen import captures
from tests.bench.rows import Row, median_seconds

IN_A_ROW = 8


def reading() -> Iterator[Row]:
    """An AVI of captures, against decoding it."""
    made = phantom(20, seed=3, spacing_mm=(0.1, 0.05, 0.05))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.avi"
        _write_video(path, captures(made))
        read = median_seconds(lambda: read_capture(path, spacing_mm=(0.1, 0.02, 0.02)), 3)
        yield Row("import a video of captures", read, "OpenCV decodes it",
                  median_seconds(lambda: _decode(path), 3))  # fmt: skip


def encoding() -> Iterator[Row]:
    """A frame of LiteMedSAM against eager torch; a prompt against copying its embedding."""
    model = store.load("lite-medsam")
    image = model.preprocess.image(phantom(2, seed=1).sequence.frames[20])
    fast = runtime.fastest(model.image_encoder, model.preprocess.side)

    @torch.inference_mode()
    def eager() -> torch.Tensor:
        return model.image_encoder(image[None])

    difference = float((fast(image) - eager()[0]).abs().max())
    yield Row("lite-medsam, one frame", median_seconds(lambda: fast(image)), "torch, eager",
              median_seconds(eager, 3), f"greatest difference {difference:.1e}")  # fmt: skip
    in_a_row = median_seconds(lambda: list(runtime.each(fast, [image] * IN_A_ROW)), 3) / IN_A_ROW
    yield Row("lite-medsam, a frame of many", in_a_row, "torch, eager", median_seconds(eager, 3))
    embedding, box = fast(image), torch.tensor([60.0, 60, 180, 180])
    yield Row("a prompt on a kept embedding", median_seconds(lambda: model.decode(embedding, box)),
              "copying the embedding", median_seconds(embedding.clone))  # fmt: skip
    boxes = torch.stack([box - 2, box, box + 2])
    answer = runtime.fastest_answer(Boxed(model))
    with torch.inference_mode():
        yield Row("three boxes, as a tumour is followed",
                  median_seconds(lambda: answer(embedding[None], boxes)), "torch, eager",
                  median_seconds(lambda: model.answer(embedding[None], boxes)))  # fmt: skip


def _write_video(path: Path, frames: Iterator[np.ndarray]) -> None:
    writer = None
    for frame in frames:
        if writer is None:
            size = frame.shape[1::-1]
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
        writer.write(frame[..., ::-1].copy())
    writer.release()


def _decode(path: Path) -> None:
    video = cv2.VideoCapture(str(path))
    while video.read()[0]:
        pass
    video.release()
