"""MaskStack → Volume → Mesh. The home of trimesh and the decimation library."""

from parasam_core.solid.blocks import blocks
from parasam_core.solid.fill import fill
from parasam_core.solid.meshfile import check_mesh_target, write_mesh
from parasam_core.solid.simplify import is_watertight, levels_of_detail, simplified
from parasam_core.solid.sketch import sketch
from parasam_core.solid.styles import check_style, styled
from parasam_core.solid.surface import surface

__all__ = [
    "blocks",
    "check_mesh_target",
    "check_style",
    "fill",
    "is_watertight",
    "levels_of_detail",
    "simplified",
    "sketch",
    "styled",
    "surface",
    "write_mesh",
]
