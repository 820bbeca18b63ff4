"""Embeddings of images: computed once, kept, read one by one.

One zarr array a set of images and encoder, (n, 256, 64, 64) float16, a chunk an image. Its folder
is named by a signature of everything that decides an embedding, so a stale one is never read; an
image whose whole chunk is there is done (zarr writes a chunk beside and renames it), so that
stopped work goes on.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zarr

from parasam_core.errors import ModelError
from parasam_core.home import embeddings_folder
from parasam_core.sam import runtime
from parasam_core.sam.encoder import Encoder
from parasam_core.sam.images import Frames, Images
from parasam_core.segmenter import Progress
from parasam_core.sequence import Sequence

FULL = (errno.ENOSPC, errno.EDQUOT)


class Embeddings:
    """The kept embeddings of one set of images under one encoder.

    Args:
        images: a sequence, or whatever has images by number.
        encoder: what they are embedded by.
    """

    def __init__(self, images: Images | Sequence, encoder: Encoder) -> None:
        self._images = Frames(images) if isinstance(images, Sequence) else images
        self._encoder = encoder
        self._folder = embeddings_folder() / f"{_signature(self._images, encoder)}.zarr"
        self._array = _opened(self._folder, len(self._images), encoder.shape)

    def compute(self, frames: Iterable[int], progress: Progress) -> None:
        """Embed the images that are not kept yet.

        Raises:
            ModelError: the disk is full; what was embedded before is kept.
        """
        wanted = list(frames)
        missing = [z for z in wanted if not self._is_kept(z)]
        kept = len(wanted) - len(missing)
        progress("looking at frames", kept, len(wanted))
        if not missing:
            return
        self._check_room(len(missing))
        ways = self._encoder.preprocess
        encode = runtime.fastest(self._encoder.module, ways.side)
        images = (ways.image(self._images.image(z)) for z in missing)
        embedded = zip(missing, runtime.each(encode, images), strict=True)
        for done, (z, embedding) in enumerate(embedded, start=1):
            self._keep(z, embedding.numpy().astype(np.float16), len(missing) - done + 1)
            progress("looking at frames", kept + done, len(wanted))

    def of(self, frame: int) -> torch.Tensor:
        """(channels, 64, 64) float32 embedding of an image that has been computed."""
        return torch.from_numpy(np.asarray(self._array[frame], np.float32))

    def _is_kept(self, frame: int) -> bool:
        chunk = self._folder / "c" / str(frame) / "0" / "0" / "0"
        return chunk.exists() and chunk.stat().st_size == self._encoder.embedding_bytes

    def _check_room(self, missing: int) -> None:
        if shutil.disk_usage(self._folder).free < missing * self._encoder.embedding_bytes:
            raise self._no_room(missing)

    def _keep(
        self, frame: int, embedding: np.ndarray[Any, np.dtype[np.float16]], missing: int
    ) -> None:
        try:
            self._array[frame] = embedding
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise self._no_room(missing) from error

    def _no_room(self, missing: int) -> ModelError:
        needed_gb = missing * self._encoder.embedding_bytes / 1e9
        return ModelError(
            f"expected room for {missing} embeddings, {needed_gb:.1f} GB, got a full disk at "
            f"{self._folder.parent}; free some or set PARASAM_HOME to another disk, and what is "
            "done already is kept"
        )


def _opened(folder: Path, images: int, shape: tuple[int, int, int]) -> Any:
    if (folder / "zarr.json").exists():
        return zarr.open_array(folder, mode="r+")
    return zarr.create_array(
        folder,
        shape=(images, *shape),
        chunks=(1, *shape),
        dtype=np.float16,
        compressors=None,
        config={"write_empty_chunks": True},
    )


def _signature(images: Images, encoder: Encoder) -> str:
    parts = f"{images.digest} {len(images)} {encoder.signature}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
