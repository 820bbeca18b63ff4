"""Embeddings of frames: computed once, kept, read frame by frame.

One zarr array a scan and model, (z, 256, 64, 64) float16, a chunk a frame. Its folder is named by
a signature of everything that decides an embedding, so a stale one is never read; a frame whose
chunk is there is done (zarr writes a chunk beside and renames it), so that stopped work goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zarr

from parasam_core.home import embeddings_folder
from parasam_core.sam import runtime
from parasam_core.sam.models import SamModel
from parasam_core.segmenter import Progress
from parasam_core.sequence import Sequence

CHANNELS, SIDE = 256, 64


class Embeddings:
    """The kept embeddings of one sequence under one model."""

    def __init__(self, sequence: Sequence, model: SamModel) -> None:
        self._sequence = sequence
        self._model = model
        self._folder = embeddings_folder() / f"{_signature(sequence, model)}.zarr"
        self._array = _opened(self._folder, sequence.space.shape[0])

    def compute(self, frames: Iterable[int], progress: Progress) -> None:
        """Embed the frames that are not kept yet."""
        wanted = list(frames)
        missing = [z for z in wanted if not self._is_kept(z)]
        kept = len(wanted) - len(missing)
        progress("looking at frames", kept, len(wanted))
        if not missing:
            return
        encode = runtime.fastest(self._model.image_encoder, self._model.preprocess.side)
        images = (self._model.preprocess.image(self._sequence.frames[z]) for z in missing)
        embedded = zip(missing, runtime.each(encode, images), strict=True)
        for done, (z, embedding) in enumerate(embedded, start=kept + 1):
            self._array[z] = embedding.numpy().astype(np.float16)
            progress("looking at frames", done, len(wanted))

    def of(self, frame: int) -> torch.Tensor:
        """(256, 64, 64) float32 embedding of a frame that has been computed."""
        return torch.from_numpy(np.asarray(self._array[frame], np.float32))

    def _is_kept(self, frame: int) -> bool:
        return (self._folder / "c" / str(frame) / "0" / "0" / "0").exists()


def _opened(folder: Path, frames: int) -> Any:
    if (folder / "zarr.json").exists():
        return zarr.open_array(folder, mode="r+")
    return zarr.create_array(
        folder,
        shape=(frames, CHANNELS, SIDE, SIDE),
        chunks=(1, CHANNELS, SIDE, SIDE),
        dtype=np.float16,
        compressors=None,
        config={"write_empty_chunks": True},
    )


def _signature(sequence: Sequence, model: SamModel) -> str:
    parts = hashlib.sha256(np.ascontiguousarray(sequence.frames).data)
    parts.update(f"{sequence.frames.shape}{model.encoder}{model.preprocess.signature}".encode())
    return parts.hexdigest()[:32]
