"""Pictures hung in the scene: a frame where it was taken, or a plane through the volume."""

from __future__ import annotations

from collections.abc import Sequence as Numbers
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from parasam_core.sequence import Box
from viewers.looking_glass.grey_volume import GreyVolume, smooth

SLICE_BORDER = 0.16
"""Kept on each side of the tumour's box, as part of the box's side."""

SLICE_FADE = 0.12


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the scene, as a transducer held there would see it.

    Attributes:
        centre: (3,) a point of it, metres.
        turn: (3, 3) its columns: to the picture's right, up to the transducer, out of the picture.
    """

    centre: NDArray[np.float64]
    turn: NDArray[np.float64]

    @property
    def normal(self) -> NDArray[np.float64]:
        """(3,) out of the picture, of length 1."""
        return self.turn[:, 2]

    @classmethod
    def of_pose(cls, pose: Numbers[float]) -> Plane:
        """Of the 7 numbers a lab shares: place in metres, then a quaternion (x, y, z, w)."""
        return cls(np.array(pose[:3], float), Rotation.from_quat(pose[3:7]).as_matrix())


class Hung:
    """A rectangle in the scene.

    Attributes:
        corners: (4, 3) metres: top left, top right, bottom left, bottom right.
        fade: 0 shows the whole rectangle; else the ellipse within it, and over this part of its
            radius it fades out.
    """

    corners: NDArray[np.float64]
    fade: float

    @property
    def outline(self) -> NDArray[np.float64]:
        """(n, 3) points of its edge, metres: the corners, or the ellipse."""
        if not self.fade:
            return self.corners
        a = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
        top_left, top_right, bottom_left, _ = self.corners
        centre = self.corners.mean(axis=0)
        right, up = (top_right - top_left) / 2, (top_left - bottom_left) / 2
        return np.asarray(centre + np.cos(a) * right + np.sin(a) * up)

    @property
    def plane(self) -> Plane:
        """The plane it lies in."""
        top_left, top_right, bottom_left, _ = self.corners
        right, up = top_right - top_left, top_left - bottom_left
        right, up = right / np.linalg.norm(right), up / np.linalg.norm(up)
        turn = np.stack([right, up, np.cross(right, up)], axis=1)
        return Plane(self.corners.mean(axis=0), turn)


@dataclass(frozen=True, eq=False)
class Picture(Hung):
    """A grey image; it glows by itself.

    Attributes:
        levels: (y, x) uint8, grey as shown on a screen.
        corners, fade: see `Hung`.
        mask: (y, x) uint8, the tumour as `grey_volume.smooth` has it; its outline is drawn.
    """

    levels: NDArray[np.uint8]
    corners: NDArray[np.float64]
    fade: float = 0.0
    mask: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class Section(Hung):
    """A plane through a volume, sampled where it is drawn; nothing is drawn beyond the volume.

    Attributes:
        volume: the ultrasound.
        corners, fade: see `Hung`.
    """

    volume: GreyVolume
    corners: NDArray[np.float64]
    fade: float = 0.0


def slice_picture(
    levels: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    box: Box,
    index_z: float,
    scene_from_voxels: NDArray[np.float64],
) -> Picture:
    """A frame where it was taken, cut to an ellipse.

    Args:
        levels: (y, x) uint8, the whole frame.
        mask: (y, x) of the tumour in it.
        box: of it that is shown, half-open (x0, y0, x1, y1), pixels; see `slice_box`.
        index_z: which frame it is.
        scene_from_voxels: (4, 4) as `gltf.scene_from_index` has it.
    """
    x0, y0, x1, y1 = box
    edges = [(x, y, index_z, 1) for y in (y0 - 0.5, y1 - 0.5) for x in (x0 - 0.5, x1 - 0.5)]
    corners = (np.asarray(edges) @ scene_from_voxels.T)[:, :3]
    return Picture(levels[y0:y1, x0:x1], corners, SLICE_FADE, smooth(mask[y0:y1, x0:x1]))


def slice_box(tumour: Box, shape_yx: tuple[int, int]) -> Box:
    """What is shown of frames: around the tumour's box, and within the frame."""
    height, width = shape_yx
    wider, taller = (round(SLICE_BORDER * (tumour[i + 2] - tumour[i])) for i in (0, 1))
    x0, y0 = max(tumour[0] - wider, 0), max(tumour[1] - taller, 0)
    return x0, y0, min(tumour[2] + wider, width), min(tumour[3] + taller, height)


def section_picture(volume: GreyVolume, plane: Plane) -> Section | None:
    """What a plane shows of a volume; None where it passes it by."""
    met = _met(volume.corners, plane)
    if len(met) < 3:
        return None
    across = met @ plane.turn[:, :2]
    left, bottom = across.min(axis=0)
    right, top = across.max(axis=0)
    edges = np.array([(left, top), (right, top), (left, bottom), (right, bottom)])
    return Section(volume, plane.centre + edges @ plane.turn[:, :2].T, SLICE_FADE)


def _met(corners: NDArray[np.float64], plane: Plane) -> NDArray[np.float64]:
    """(n, 3) where a plane meets a box's edges, metres from the plane's centre."""
    seen = corners - plane.centre
    height = seen @ plane.normal
    pairs = [(n, n | bit) for n in range(8) for bit in (1, 2, 4) if not n & bit]
    a, b = np.transpose(pairs)
    crossed = height[a] * height[b] < 0
    a, b = a[crossed], b[crossed]
    part = (height[a] / (height[a] - height[b]))[:, None]
    return np.asarray(seen[a] + part * (seen[b] - seen[a]))
