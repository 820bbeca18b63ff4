"""Boxes in maps that are turned.

Knows nothing about images.
"""

from __future__ import annotations

from parasam_core.sequence import Box


def turned(box: Box, shape_yx: tuple[int, int], quarters: int) -> Box:
    """The box in a map that was turned anticlockwise, as `numpy.rot90` does.

    Args:
        box: (x0, y0, x1, y1) in the map before.
        shape_yx: of the map before.
        quarters: how many quarter turns.
    """
    height, width = shape_yx
    for _ in range(quarters % 4):
        x0, y0, x1, y1 = box
        box = y0, width - x1, y1, width - x0
        height, width = width, height
    return box
