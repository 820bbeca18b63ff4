"""The quilt: its tiles, its name, and the cameras that fill it. Pure numpy, knows nothing of GL.

View 0 is the bottom-left tile and the leftmost camera; views go left to right, then bottom to top.
Matrices are `target_from_source` for column vectors. The *stage* is the frame of the middle camera
moved into the focal plane: x right, y up, z towards the viewer, origin at the target.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parasam_core.errors import RenderError

FOV_DEG = 14.0
NEAR_LIMIT, FAR_LIMIT = 0.8, 1.2
"""Clip planes in focal distances, as Kitware's module sets them."""

QUILT_NAME = re.compile(r"_qs(\d+)x(\d+)(?:a(\d+(?:\.\d+)?))?(?:\.[A-Za-z]\w*)?$")


@dataclass(frozen=True)
class Layout:
    """How a quilt is cut into tiles.

    Attributes:
        columns, rows: tiles across and up.
        width, height: of the whole quilt, pixels.
        aspect: width / height of the *display*; tiles may be squeezed against it.

    Raises:
        RenderError: a tile would have no pixel, or the aspect is not a number > 0.
    """

    columns: int
    rows: int
    width: int
    height: int
    aspect: float

    def __post_init__(self) -> None:
        if min(self.columns, self.rows) < 1 or min(self.tile_width, self.tile_height) < 1:
            raise RenderError(
                "expected a quilt with at least one tile of at least one pixel, "
                f"got {self.columns}×{self.rows} tiles on {self.width}×{self.height} pixels"
            )
        if not (math.isfinite(self.aspect) and self.aspect > 0):
            raise RenderError(f"expected an aspect > 0 (width / height), got {self.aspect}")

    @property
    def views(self) -> int:
        """Number of tiles."""
        return self.columns * self.rows

    @property
    def tile_width(self) -> int:
        """Pixels; what the division leaves over is padding at the right edge."""
        return self.width // self.columns

    @property
    def tile_height(self) -> int:
        """Pixels; what the division leaves over is padding at the top edge."""
        return self.height // self.rows

    @property
    def view_portion(self) -> tuple[float, float]:
        """Part of the quilt's (width, height) that tiles cover."""
        return (
            self.columns * self.tile_width / self.width,
            self.rows * self.tile_height / self.height,
        )

    @property
    def suffix(self) -> str:
        """What a quilt's file name ends in, before the extension: `_qs8x6a0.75`."""
        return f"_qs{self.columns}x{self.rows}a{self.aspect:.6g}"

    def corner(self, view: int) -> tuple[int, int]:
        """(x, y) of a tile's lower left pixel, counted from the quilt's lower left."""
        row, column = divmod(view, self.columns)
        return column * self.tile_width, row * self.tile_height

    def tile(self, quilt: NDArray[Any], view: int) -> NDArray[Any]:
        """The part of a quilt (y, x, …), top row first, that shows a view; not a copy."""
        x, y = self.corner(view)
        bottom = self.height - y
        return quilt[bottom - self.tile_height : bottom, x : x + self.tile_width]


@dataclass(frozen=True, eq=False)
class Rig:
    """The cameras: side by side, all looking straight ahead, sharing one focal plane.

    Attributes:
        target: (3,) centre of the focal plane in the scene, metres.
        turn: (3, 3) rotation, `stage_from_scene` without its shift.
        half_height: of the focal plane, metres.
        aspect: width / height of the focal plane, the display's.
        views: number of cameras.
        view_cone_deg: from the first camera to the last, seen from the target.
        fov_deg: vertical, of every camera.
    """

    target: NDArray[np.float64]
    turn: NDArray[np.float64]
    half_height: float
    aspect: float
    views: int
    view_cone_deg: float
    fov_deg: float = FOV_DEG

    @property
    def distance(self) -> float:
        """From the cameras' line to the focal plane, metres."""
        return self.half_height / _tan_deg(self.fov_deg / 2)

    @property
    def offsets(self) -> NDArray[np.float64]:
        """(views,) x of every camera on the stage, metres, left to right, at even angles."""
        if self.views == 1:
            return np.zeros(1)
        angles = (np.linspace(0, 1, self.views) - 0.5) * self.view_cone_deg
        return np.asarray(self.distance * np.tan(np.radians(angles)))

    @property
    def stage_from_scene(self) -> NDArray[np.float64]:
        """(4, 4) turns the scene about the target and puts the target at the origin."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.turn
        matrix[:3, 3] = -self.turn @ self.target
        return matrix

    @property
    def clip_from_stage(self) -> NDArray[np.float64]:
        """(views, 4, 4) off-axis projections: the focal plane fills every one alike."""
        return np.stack([self._clip_from_stage(x) for x in self.offsets])

    @property
    def eyes(self) -> NDArray[np.float64]:
        """(views, 3) the cameras on the stage, metres."""
        x = self.offsets
        return np.stack([x, np.zeros_like(x), np.full_like(x, self.distance)], axis=1)

    def ndc(self, points: ArrayLike) -> NDArray[np.float64]:
        """(views, n, 3) where every view shows (n, 3) points of the scene, metres."""
        corners = np.atleast_2d(np.asarray(points, np.float64))
        homogeneous = np.column_stack([corners, np.ones(len(corners))])
        clip = homogeneous @ np.swapaxes(self.clip_from_stage @ self.stage_from_scene, 1, 2)
        return np.asarray(clip[..., :3] / clip[..., 3:])

    def alone(self, view: int) -> Rig:
        """The same scene as one of the cameras sees it, for a picture of one tile."""
        return _OneOfMany(
            self.target, self.turn, self.half_height, self.aspect, 1, self.view_cone_deg,
            self.fov_deg, float(self.offsets[view]),
        )  # fmt: skip

    def heights_of(self, depths: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far before the focal plane, metres, window depths 0..1 of OpenGL lie."""
        near, far = NEAR_LIMIT * self.distance, FAR_LIMIT * self.distance
        from_eye = near * far / (far - depths * (far - near))
        return np.asarray(self.distance - from_eye, np.float32)

    def _clip_from_stage(self, x: float) -> NDArray[np.float64]:
        step_back = np.eye(4)
        step_back[:3, 3] = (-x, 0, -self.distance)
        near, far = NEAR_LIMIT * self.distance, FAR_LIMIT * self.distance
        projection = perspective(self.fov_deg, self.aspect, near, far)
        projection[0, 2] -= x / (self.half_height * self.aspect)
        return np.asarray(projection @ step_back)


@dataclass(frozen=True, eq=False)
class _OneOfMany(Rig):
    """One camera, which may stand beside the middle.

    Attributes:
        offset: its x on the stage, metres.
    """

    offset: float = 0.0

    @property
    def offsets(self) -> NDArray[np.float64]:
        """(1,) x on the stage, metres."""
        return np.array([self.offset])


def perspective(fov_deg: float, aspect: float, near: float, far: float) -> NDArray[np.float64]:
    """(4, 4) OpenGL's projection: `clip_from_eye`, the eye looking along −z, depth −1..1."""
    tangent = _tan_deg(fov_deg / 2)
    matrix = np.zeros((4, 4))
    matrix[0, 0] = 1 / (aspect * tangent)
    matrix[1, 1] = 1 / tangent
    matrix[2, 2] = (far + near) / (near - far)
    matrix[2, 3] = 2 * far * near / (near - far)
    matrix[3, 2] = -1
    return matrix


def px_a_view(layout: Layout, view_cone_deg: float, fov_deg: float = FOV_DEG) -> float:
    """Mean shift from one view to the next of something infinitely far away, in tile pixels.

    Something at `depth` shifts by this times 1 − focal distance / depth: to the right behind the
    focal plane, to the left in front of it. A squeezed tile has squeezed pixels.
    """
    if layout.views == 1:
        return 0.0
    whole = _tan_deg(view_cone_deg / 2) / _tan_deg(fov_deg / 2)
    return whole * layout.tile_width / layout.aspect / (layout.views - 1)


def depth_budget(relative_shift: float) -> tuple[float, float]:
    """Nearest and farthest depth, in focal distances, whose |1 − 1/depth| stays within a limit."""
    return 1 / (1 + relative_shift), (1 / (1 - relative_shift) if relative_shift < 1 else math.inf)


def focal_distance(near: float, far: float) -> float:
    """Where to focus so that the nearest and the farthest thing shift alike: the harmonic mean."""
    return 2 / (1 / near + 1 / far)


def layout_of_name(name: str, width: int, height: int) -> Layout:
    """The layout that a quilt's file name tells.

    Args:
        name: `tumour_qs8x6a0.75.png`, or an old one without aspect, which is then the tile's.
        width: of the picture, pixels.
        height: of the picture, pixels.

    Raises:
        RenderError: the name tells none, or one that cannot be.
    """
    found = QUILT_NAME.search(name)
    if found is None:
        raise RenderError(f"expected a name like scan_qs8x6a0.75.png, got {name}")
    columns, rows = int(found[1]), int(found[2])
    if min(columns, rows) < 1:
        raise RenderError(f"expected at least one column and row in the name, got {name}")
    aspect = float(found[3]) if found[3] else (width / columns) / (height / rows)
    return Layout(columns, rows, width, height, aspect)


def _tan_deg(angle: float) -> float:
    return math.tan(math.radians(angle))
