"""Embeddings of any images: once, whole, and never half-written."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple

import numpy as np
import pytest
import torch

from parasam_core.errors import ModelError
from parasam_core.sam.embeddings import Embeddings
from parasam_core.segmenter import no_progress


class Noise:
    digest = "noise"

    def __len__(self):
        return 4

    def image(self, index):
        return np.random.default_rng(index).integers(0, 255, (40, 50), np.uint8)


@pytest.fixture
def quick(base, tmp_path, monkeypatch):
    """A home of its own, and an encoder that counts."""
    seen = []

    def encode(image):
        seen.append(image)
        return torch.full((256, 64, 64), float(len(seen)))

    monkeypatch.setenv("PARASAM_HOME", str(tmp_path))
    monkeypatch.setattr("parasam_core.sam.runtime.fastest", lambda *_: encode)
    return seen


def chunk(home, index):
    return next((home / "embeddings").glob("*.zarr")) / "c" / str(index) / "0" / "0" / "0"


def test_what_is_kept_is_not_computed_again(base, quick, tmp_path):
    Embeddings(Noise(), base.encoder).compute([0, 2], no_progress)
    Embeddings(Noise(), base.encoder).compute(range(4), no_progress)
    assert len(quick) == 4
    assert Embeddings(Noise(), base.encoder).of(2).unique().tolist() == [2]
    assert chunk(tmp_path, 0).stat().st_size == 2 * 256 * 64 * 64


def test_a_chunk_that_is_not_whole_is_computed_again(base, quick, tmp_path):
    Embeddings(Noise(), base.encoder).compute([0, 1], no_progress)
    chunk(tmp_path, 1).write_bytes(chunk(tmp_path, 1).read_bytes()[:1000])
    again = Embeddings(Noise(), base.encoder)
    again.compute([0, 1], no_progress)
    assert len(quick) == 3
    assert again.of(1).unique().tolist() == [3]


def test_a_disk_without_room_is_told_before_any_work(base, quick, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 3 << 20))
    with pytest.raises(ModelError, match=r"expected room for 2 embeddings.*PARASAM_HOME"):
        Embeddings(Noise(), base.encoder).compute([0, 1], no_progress)
    assert not quick


def test_a_disk_that_fills_up_keeps_what_is_whole(base, quick, monkeypatch):
    from zarr.storage import LocalStore

    kept = Embeddings(Noise(), base.encoder)
    put = LocalStore.set

    async def full(store, key, value):
        if key.startswith("c/2"):
            raise OSError(errno.ENOSPC, "No space left on device")
        await put(store, key, value)

    monkeypatch.setattr(LocalStore, "set", full)
    with pytest.raises(ModelError, match=r"expected room for 2 embeddings"):
        kept.compute(range(4), no_progress)
    monkeypatch.setattr(LocalStore, "set", put)
    Embeddings(Noise(), base.encoder).compute(range(4), no_progress)
    assert len(quick) == 5
