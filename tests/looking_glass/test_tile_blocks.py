from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viewers.looking_glass.blocks import blocks_of
from viewers.looking_glass.quilt import Layout

counts = st.integers(1, 12)
sides = st.integers(1, 40)


@given(counts, counts, sides, sides, st.integers(1, 40_000), st.integers(40, 500))
def test_blocks_are_the_quilt_and_no_larger_than_asked(columns, rows, w, h, most, side) -> None:
    layout = Layout(columns, rows, columns * w, rows * h, 1.0)
    quilt = np.full((layout.height, layout.width), -1)
    blocks = blocks_of(layout, most, side)
    for n, block in enumerate(blocks):
        width, height = block.size_px(layout)
        assert max(width, height) <= side
        assert width * height <= max(most, w * h)
        block.put(np.full((height, width), n), quilt, layout)
        assert np.count_nonzero(quilt == n) == width * height
    assert (quilt >= 0).all()
    assert sum(block.columns * block.rows for block in blocks) == layout.views
    assert blocks[0].size_px(layout) == tuple(np.max([b.size_px(layout) for b in blocks], axis=0))
    tiles = [tile for block in blocks for tile in block.tiles()]
    assert len(set(tiles)) == layout.views
