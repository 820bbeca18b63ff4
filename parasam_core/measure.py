"""The numbers of a mask, in mm. The volume comes from voxels; the mesh gives lengths and area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

from parasam_core.interval import interval
from parasam_core.mask import MaskStack
from parasam_core.mesh import Mesh
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
        caliper_mm3: width² × length / 2, as callipers give it (Tomayko & Reynolds 1989).
        frames: first and last frame with tumour.
        spacing_mm: of the grid, (z, y, x).
        mesh_volume_mm3: enclosed by the smoothed surface; here to compare.
        interval_mm3: lower and upper end of the volume's 95 % interval, see `interval`.
        interval_parts_mm3: its half widths by cause.
        outlined_frames: that somebody or something looked at and that show tumour.
        filled_frames: between or beyond those, drawn from them.
        warnings: why the volume should not be relied on.
    """

    volume_mm3: float
    voxels: int
    surface_mm2: float
    extent_mm: tuple[float, float, float]
    caliper_mm3: float
    frames: tuple[int, int]
    spacing_mm: tuple[float, float, float]
    mesh_volume_mm3: float
    interval_mm3: tuple[float, float]
    interval_parts_mm3: Mapping[str, float]
    outlined_frames: int
    filled_frames: int
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        return asdict(self)


def measure(mask: MaskStack, volume: Volume, mesh: Mesh) -> Measurement:
    """Measure a tumour.

    Args:
        mask: what was outlined.
        volume: its voxels.
        mesh: its surface.
    """
    length, width, height = extent_mm(mesh.vertices_mm)
    shown = np.asarray(volume.occupancy.any(axis=(1, 2)))
    frames = np.flatnonzero(shown)
    sure = interval(mask, volume, mesh.surface_mm2)
    return Measurement(
        volume_mm3=volume.volume_mm3,
        voxels=volume.voxels,
        surface_mm2=mesh.surface_mm2,
        extent_mm=(length, width, height),
        caliper_mm3=width**2 * length / 2,
        frames=(int(frames[0]), int(frames[-1])),
        spacing_mm=volume.space.spacing_mm,
        mesh_volume_mm3=mesh.volume_mm3,
        interval_mm3=(sure.low_mm3, sure.high_mm3),
        interval_parts_mm3=sure.parts_mm3,
        outlined_frames=int((shown & mask.annotated).sum()),
        filled_frames=int((shown & ~mask.annotated).sum()),
        warnings=sure.warnings,
    )


def extent_mm(points_mm: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    """Length, width and height of a body.

    Length is the greatest distance of two points (maximum Feret diameter); width the greatest
    distance seen along the length; height the extent across length and width.

    Args:
        points_mm: (n, 3) points, mm, n >= 4 and not all in a plane.
    """
    points = np.asarray(points_mm, np.float64)
    length, along = _longest(points[ConvexHull(points).vertices])
    flat = points @ _across(along)
    width, across = _longest(flat[ConvexHull(flat).vertices])
    height = np.ptp(flat @ np.array([-across[1], across[0]]))
    return length, width, float(height)


def _longest(corners: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The greatest distance of two corners, and the unit vector along it."""
    far = _far_out(corners)
    distances = squareform(pdist(far))
    a, b = np.unravel_index(np.argmax(distances), distances.shape)
    length = float(distances[a, b])
    return length, (far[b] - far[a]) / length


def _far_out(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners that can end the longest diameter.

    With r the distance from the centre, two corners are no further apart than the sum of their r;
    so one whose r is short of some known distance less the greatest r ends no longer one.
    """
    reach = np.linalg.norm(corners - corners.mean(axis=0), axis=1)
    known = np.linalg.norm(corners - corners[np.argmax(reach)], axis=1).max()
    return np.asarray(corners[reach >= known - reach.max() - 1e-9])


def _across(along: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 2) two unit vectors at right angles to `along` and to each other."""
    _, _, rows = np.linalg.svd(along[None, :])
    return rows[1:].T
