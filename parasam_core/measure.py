"""The numbers of a mask, in mm. The volume comes from voxels; the mesh gives lengths and area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.ndimage import generate_binary_structure, label

from parasam_core.extent import Diameter, box_mm, corners_of, diameters
from parasam_core.interval import interval
from parasam_core.mask import MaskStack
from parasam_core.mesh import Mesh
from parasam_core.sections import Section, cavalieri_mm3, sections
from parasam_core.volume import Volume


@dataclass(frozen=True)
class Measurement:
    """What `measure` found.

    Attributes:
        volume_mm3: voxels × the volume of a voxel: the number to report.
        voxels: voxels inside the tumour.
        surface_mm2: area of the smoothed surface.
        extent_mm: length (the longest diameter), width (the longest across it), height (the
            extent across both), mm.
        box_mm: length, width and height of the smallest box around it, turned as it may be, mm.
        caliper_mm3: width² × length / 2, as callipers give it (Tomayko & Reynolds 1989).
        ellipsoid_mm3: π/6 × length × width × height, of the same diameters.
        cavalieri_mm3: area × distance of the outlined sections alone, nothing filled between.
        longest_section_mm: the longest diameter within one frame (RECIST), mm.
        longest_section_frame: which frame that is.
        bodies: how many there are, voxels joined by faces, edges or corners.
        frames: first and last frame with tumour.
        spacing_mm: of the grid, (z, y, x).
        mesh_volume_mm3: enclosed by the smoothed surface; here to compare.
        interval_mm3: lower and upper end of the volume's 95 % interval, see `interval`.
        interval_parts_mm3: its half widths by cause.
        extrapolated_mm3: of the volume, what caps added beyond the outermost outlines.
        outlined_frames: that somebody or something looked at and that show tumour.
        filled_frames: between or beyond those, drawn from them.
        warnings: why the volume should not be relied on.
        sections: area and diameters of every frame with tumour; not in `as_json`.
        diameters: where length, width and height of `extent_mm` are; not in `as_json`.
    """

    volume_mm3: float
    voxels: int
    surface_mm2: float
    extent_mm: tuple[float, float, float]
    box_mm: tuple[float, float, float]
    caliper_mm3: float
    ellipsoid_mm3: float
    cavalieri_mm3: float
    longest_section_mm: float
    longest_section_frame: int
    bodies: int
    frames: tuple[int, int]
    spacing_mm: tuple[float, float, float]
    mesh_volume_mm3: float
    interval_mm3: tuple[float, float]
    interval_parts_mm3: Mapping[str, float]
    extrapolated_mm3: float
    outlined_frames: int
    filled_frames: int
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    diameters: tuple[Diameter, Diameter, Diameter]

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        beyond = ("sections", "diameters")
        return {name: value for name, value in asdict(self).items() if name not in beyond}


def measure(mask: MaskStack, volume: Volume, mesh: Mesh) -> Measurement:
    """Measure a tumour.

    Args:
        mask: what was outlined.
        volume: its voxels.
        mesh: its surface.
    """
    corners_mm = corners_of(mesh.vertices_mm)
    along = diameters(corners_mm)
    length, width, height = (diameter.length_mm for diameter in along)
    shown = np.asarray(volume.occupancy.any(axis=(1, 2)))
    frames = np.flatnonzero(shown)
    cut = sections(mask, volume)
    longest = max(cut, key=lambda section: section.longest_mm)
    sure = interval(mask, volume, mesh.surface_mm2)
    return Measurement(
        volume_mm3=volume.volume_mm3,
        voxels=volume.voxels,
        surface_mm2=mesh.surface_mm2,
        extent_mm=(length, width, height),
        box_mm=box_mm(corners_mm),
        caliper_mm3=width**2 * length / 2,
        ellipsoid_mm3=np.pi / 6 * length * width * height,
        cavalieri_mm3=cavalieri_mm3(cut, volume.space.spacing_mm[0]),
        longest_section_mm=longest.longest_mm,
        longest_section_frame=longest.frame,
        bodies=_bodies(volume),
        frames=(int(frames[0]), int(frames[-1])),
        spacing_mm=volume.space.spacing_mm,
        mesh_volume_mm3=mesh.volume_mm3,
        interval_mm3=(sure.low_mm3, sure.high_mm3),
        interval_parts_mm3=sure.parts_mm3,
        extrapolated_mm3=sure.extrapolated_mm3,
        outlined_frames=len(mask.outlined_frames),
        filled_frames=int((shown & ~mask.annotated).sum()),
        warnings=sure.warnings,
        sections=tuple(cut),
        diameters=along,
    )


def _bodies(volume: Volume) -> int:
    _, count = label(volume.solid, generate_binary_structure(3, 3))
    return int(count)
