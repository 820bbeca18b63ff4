"""Blocks of tiles: as much of a quilt as is drawn at once. Pure, knows nothing of GL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from viewers.looking_glass.quilt import Layout


@dataclass(frozen=True)
class Block:
    """Some of a quilt's tiles.

    Attributes:
        column, row: of its first tile, from the quilt's lower left.
        columns, rows: how many tiles across and up.
    """

    column: int
    row: int
    columns: int
    rows: int

    def corner_px(self, layout: Layout) -> tuple[int, int]:
        """(x, y) of its lower left pixel, from the quilt's."""
        return self.column * layout.tile_width, self.row * layout.tile_height

    def size_px(self, layout: Layout) -> tuple[int, int]:
        """(width, height)."""
        return self.columns * layout.tile_width, self.rows * layout.tile_height

    def tiles(self) -> Iterator[Block]:
        """Each tile as a block of its own."""
        for row in range(self.row, self.row + self.rows):
            for column in range(self.column, self.column + self.columns):
                yield Block(column, row, 1, 1)

    def put(self, drawn: NDArray[Any], quilt: NDArray[Any], layout: Layout) -> None:
        """Copy it to its place.

        Args:
            drawn: (y, x, …), bottom row first, its lower left at the first pixel.
            quilt: (y, x, …), top row first.
            layout: of the quilt.
        """
        (x, y), (width, height) = self.corner_px(layout), self.size_px(layout)
        bottom = layout.height - y
        quilt[bottom - height : bottom, x : x + width] = drawn[:height, :width][::-1]


def blocks_of(layout: Layout, most_pixels: int, most_side_px: int) -> list[Block]:
    """The blocks that make a quilt; the first is the largest.

    Args:
        layout: of the quilt.
        most_pixels: of a block; it has at least one tile, and whole rows where there is room.
        most_side_px: of a block.
    """
    a_tile = layout.tile_width * layout.tile_height
    across = min(layout.columns, most_pixels // a_tile, most_side_px // layout.tile_width)
    across = max(across, 1)
    up = 1
    if across == layout.columns:
        up = min(layout.rows, most_pixels // (across * a_tile), most_side_px // layout.tile_height)
        up = max(up, 1)
    return [
        Block(x, y, min(across, layout.columns - x), min(up, layout.rows - y))
        for y in range(0, layout.rows, up)
        for x in range(0, layout.columns, across)
    ]
