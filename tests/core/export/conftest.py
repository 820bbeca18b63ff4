"""A scan that no flip and no transpose leaves as it is, and pictures of any space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACE = Space((6, 7, 9), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
IMPORTED = Provenance("sweep.avi", "ab" * 32, signed("import"), {"note": 'a "\\" and\na line, µm'})
OUTLINED = Provenance("lite-medsam", "cd" * 32, signed("segment"), {"boxes_xyxy": {"3": [1, 2]}})

spaces = st.builds(
    Space,
    st.tuples(*[st.integers(1, 6)] * 3),
    st.tuples(*[st.floats(0.005, 5)] * 3),
    st.tuples(*[st.floats(-100, 100)] * 3),
)


def lopsided(shape, seed=3):
    """(z, y, x) bool: an L in three dimensions, one corner marked, and a little noise."""
    mask = np.random.default_rng(seed).random(shape) < 0.2
    mask[0, 0, 0] = True
    mask[:, 0, 0] = mask[0, : shape[1] // 2 + 1, 0] = True
    mask[-1, -1, -1] = False
    return mask


def frames_of(shape):
    """(z, y, x) uint8, every voxel of a small scan another grey."""
    return (np.arange(np.prod(shape)) % 251).astype(np.uint8).reshape(shape)


def sequence_of(space, subject="M1", timepoint="d0"):
    _, height, width = space.shape
    box = (3, 2, 3 + width, 2 + height)
    frames = frames_of(space.shape)
    return Sequence(frames, space, subject, timepoint, (40, 50), box, IMPORTED)


@pytest.fixture
def scan(tmp_path):
    annotated = np.array([True, True, False, True, False, True])
    mask = MaskStack(lopsided(SPACE.shape), SPACE, OUTLINED, annotated)
    return write_scan(tmp_path / "M1_d0.zarr", sequence_of(SPACE)).write_mask("tumour", mask)
