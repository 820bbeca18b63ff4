"""A handful of phantom images, and a training on them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from parasam_core.sam import store
from parasam_core.sam.examples import examples_from
from parasam_core.sam.train import Settings, train

BRIEF = Settings(epochs=2, copies=1, batch=3, seed=1, validation_share=0.3)


@pytest.fixture(scope="session")
def cases(tmp_path_factory):
    """Six images of a dark ellipse in speckle."""
    folder = tmp_path_factory.mktemp("cases")
    rng = np.random.default_rng(11)
    rows, columns = np.mgrid[:80, :100]
    for n in range(6):
        inside = ((rows - 30 - n) / 14) ** 2 + ((columns - 30 - 4 * n) / 18) ** 2 < 1
        grey = np.where(inside, 50, 150) * rng.uniform(0.6, 1.4, inside.shape)
        for kind, levels in (("images", grey), ("labels", inside * 255)):
            (folder / kind).mkdir(exist_ok=True)
            Image.fromarray(levels.astype(np.uint8)).save(folder / kind / f"case_{n}.png")
    return folder


@pytest.fixture(scope="session")
def base():
    return store.load("lite-medsam")


@pytest.fixture(scope="session")
def trained(cases, base, tmp_path_factory):
    """A training that nothing interrupted."""
    out = tmp_path_factory.mktemp("trained") / "brief.safetensors"
    return train(examples_from([cases]), base, BRIEF, out)
