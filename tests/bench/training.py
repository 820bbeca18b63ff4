"""A step of training, and the most memory it takes, over a store of 32,550 embeddings."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.bench.rows import MIB, Row, median_seconds

IMAGES = 32_550
DIFFERENT = 16
FRAMES_OF_ONE = 150
EMPTY_OF_TEN = 5
STEPS = 30


class Ellipses:
    """Images of which only masks and embeddings are asked for."""

    digest = "ellipses"

    def __len__(self) -> int:
        return IMAGES

    def image(self, index: int) -> np.ndarray:
        raise AssertionError(f"embedding {index} is there already")

    def mask(self, index: int) -> np.ndarray:
        y, x = np.ogrid[:192, :256]
        inside = ((y - 90) / (20 + index % 50)) ** 2 + ((x - 120) / (30 + index % 70)) ** 2 < 1
        return inside & (index % 10 >= EMPTY_OF_TEN)

    def digest_of(self, index: int) -> str:
        return f"ellipse {index}"


class EnoughError(Exception):
    """Enough steps."""


def training() -> Iterator[Row]:
    """In a process of its own, whose most memory is its own, too."""
    alone = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as home, alone.Pool(1) as pool:
        step_s, read_s, mib = pool.apply(_trained, (home,))
    yield Row(f"a step of training, 8 of {IMAGES} embeddings", step_s,
              "reading 8 embeddings", read_s, f"at most {mib:.0f} MiB resident")  # fmt: skip


def _trained(home: str) -> tuple[float, float, float]:
    os.environ["PARASAM_HOME"] = home
    from parasam_core.sam import store
    from parasam_core.sam.embeddings import Embeddings
    from parasam_core.sam.examples import Example
    from parasam_core.sam.train import Settings, train

    model, source = store.load("lite-medsam"), Ellipses()
    kept = Embeddings(source, model.encoder)
    _filled(next(Path(home).rglob("*.zarr")), model.encoder.embedding_bytes)
    examples = [
        Example(f"{n}", f"mouse {n // FRAMES_OF_ONE}", None, source, n) for n in range(IMAGES)
    ]
    times_s: list[float] = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "training":
            times_s.append(time.perf_counter())
            if done == STEPS:
                raise EnoughError

    out = Path(home) / "m.safetensors"
    with contextlib.suppress(EnoughError):
        train(examples, model, Settings(epochs=1), out, progress=progress)
    rows = np.random.default_rng(0).integers(IMAGES, size=8)
    read_s = median_seconds(lambda: [kept.of(int(row)) for row in rows])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return float(np.median(np.diff(times_s))), read_s, most / MIB


def _filled(array: Path, embedding_bytes: int) -> None:
    """A chunk for every image; all but a few are links to those."""
    rng = np.random.default_rng(0)
    for index in range(IMAGES):
        chunk = array / "c" / str(index) / "0" / "0" / "0"
        chunk.parent.mkdir(parents=True)
        if index < DIFFERENT:
            chunk.write_bytes(
                rng.standard_normal(embedding_bytes // 2).astype(np.float16).tobytes()
            )
        else:
            os.link(array / "c" / str(index % DIFFERENT) / "0" / "0" / "0", chunk)
