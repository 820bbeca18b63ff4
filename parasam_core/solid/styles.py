"""How a volume is drawn: smooth, or as the blocks that were counted."""

from __future__ import annotations

from parasam_core.errors import UsageError
from parasam_core.mesh import Mesh
from parasam_core.solid.blocks import blocks
from parasam_core.solid.simplify import simplified
from parasam_core.solid.surface import surface
from parasam_core.volume import Volume

STYLES = ("smooth", "blocks")


def check_style(style: str, triangles: int | None) -> None:
    """Refuse a style before any work is done for it.

    Raises:
        UsageError: no such style, or fewer triangles of blocks, which are as many as they are.
    """
    if style not in STYLES:
        raise UsageError(f"expected a style of {' or '.join(STYLES)}, got {style}")
    if style == "blocks" and triangles is not None:
        raise UsageError(
            f"expected all triangles of blocks, got at most {triangles}; draw it smooth, or leave "
            "--triangles out"
        )


def styled(volume: Volume, style: str = "smooth", triangles: int | None = None) -> Mesh:
    """A volume's surface.

    Args:
        volume: what to enclose.
        style: "smooth" or "blocks".
        triangles: at most about so many; all where None.

    Raises:
        UsageError: see `check_style`.
        EmptyMaskError: nothing reaches half occupancy.
    """
    check_style(style, triangles)
    if style == "blocks":
        return blocks(volume)
    mesh = surface(volume)
    return mesh if triangles is None else simplified(mesh, triangles)
