"""Shared by all tests: the real data where it is, a home of its own, small scans."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.sequence import Sequence
from parasam_core.space import Space

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    return (ROOT / os.environ.get("PARASAM_DATA", "../shared/data")).resolve()


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory):
    """No test reads or writes the user's ~/.parasam."""
    os.environ["PARASAM_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def mouse_folder() -> Path:
    folder = data_folder() / "mouse-tumour"
    if not folder.is_dir():
        pytest.skip(f"the real mouse sweep is not at {folder} (set PARASAM_DATA)")
    return folder


@pytest.fixture
def small_sequence() -> Sequence:
    space = Space((12, 32, 40), (0.076, 0.04, 0.05))
    frames = np.random.default_rng(7).integers(0, 255, space.shape, dtype=np.uint8)
    made = Provenance("noise", made_by=signed("import"), details={"spacing_source": "user"})
    return Sequence(frames, space, "M1", "d0", (60, 80), (10, 20, 50, 52), made)


@pytest.fixture
def small_mask(small_sequence) -> MaskStack:
    masks = np.zeros(small_sequence.space.shape, np.bool_)
    masks[3:9, 8:20, 10:30] = True
    return MaskStack(masks, small_sequence.space, Provenance("hand", made_by=signed("segment")))
