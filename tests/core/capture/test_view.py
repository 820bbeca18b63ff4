"""A small view of a capture: what is thinned out is what it says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.capture.view import thinned

ODD = st.sampled_from((1, 3, 5, 7))


@given(st.integers(8, 40), st.integers(8, 40), ODD, ODD)
def test_every_so_many_th_pixel_is_the_middle_of_those_it_stands_for(height, width, across, down):
    part = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    expected = part[down // 2 :: down, across // 2 :: across]
    found = thinned(part, (across, down))
    assert found.shape == (height // down, width // across, 3)
    assert (found == expected[: height // down, : width // across]).all()
