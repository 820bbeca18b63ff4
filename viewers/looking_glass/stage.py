"""What is shown, in metres, and how it is framed. Pure numpy, knows nothing of GL."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.gltf import SCENE_FROM_MM
from parasam_core.mesh import Mesh
from viewers.looking_glass.caption import Caption
from viewers.looking_glass.grey_volume import GreyVolume
from viewers.looking_glass.picture import Picture, Plane, Section
from viewers.looking_glass.quilt import (
    FAR_LIMIT,
    FOV_DEG,
    Layout,
    Rig,
    depth_budget,
    px_a_view,
)
from viewers.looking_glass.views import WHOLE

MARGIN = 0.92
"""Part of the focal plane that the scene may fill."""

CEILING_PX = 5.0
"""Shift a view beyond which a panel blurs; above 8 it ghosts."""

YAW_DEG, PITCH_DEG = -24.0, 20.0
"""A three-quarter view from the left and above: near and far end of the sweep both show."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What is shown. Arrays that are the same objects as before are not taken to the GPU again.

    Attributes:
        positions: (n, 3) float32 corners of the body, metres, Y up.
        normals: (n, 3) float32 unit vectors pointing out.
        faces: (m, 3) uint32, counter-clockwise seen from outside.
        picture: a slice through it.
        view: one of `views.VIEWS`.
        cut: where what the view cuts is open, on the viewer's side of it.
        volume: the ultrasound, for the view that marches through it.
        caption: words in the focal plane.
    """

    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    faces: NDArray[np.uint32]
    picture: Picture | Section | None = None
    view: str = WHOLE
    cut: Plane | None = None
    volume: GreyVolume | None = None
    caption: Caption | None = None

    @property
    def points(self) -> NDArray[np.float64]:
        """(k, 3) everything that has to be in view, metres."""
        hung = self.picture.outline if self.picture else np.zeros((0, 3))
        return np.concatenate([self.positions.astype(np.float64), hung])


def stage_of(mesh: Mesh, picture: Picture | None = None) -> Stage:
    """A tumour's surface as the page shows it: metres, Y up."""
    turn = SCENE_FROM_MM[:3, :3]
    return Stage(
        positions=(mesh.vertices_mm @ turn.T).astype(np.float32),
        normals=(mesh.normals @ np.sign(turn).T).astype(np.float32),
        faces=mesh.faces.astype(np.uint32),
        picture=picture,
    )


def turned(yaw_deg: float = YAW_DEG, pitch_deg: float = PITCH_DEG) -> NDArray[np.float64]:
    """(3, 3) rotation of the scene: about its upright axis, then tipped towards the viewer."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    about_y = np.array(
        [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]]
    )
    return np.asarray(about_x @ about_y)


def framed(
    points: NDArray[np.float64],
    layout: Layout,
    view_cone_deg: float,
    turn: NDArray[np.float64],
    ceiling_px: float = CEILING_PX,
    focus: float | None = None,
) -> Rig:
    """Cameras that show all points in every view, as large as margin and depth budget allow.

    Args:
        points: (n, 3) metres.
        layout: of the quilt.
        view_cone_deg: of the display.
        turn: (3, 3) rotation of the scene.
        ceiling_px: greatest shift from view to view, tile pixels.
        focus: how far the focal plane lies before the points' middle, metres; None: where nearest
            and farthest point shift alike, which leaves the most room.
    """
    reach_deg = view_cone_deg if layout.views > 1 else 0.0
    seen = points @ turn.T
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    seen = seen - middle
    half_depth = float(np.ptp(seen[:, 2]) / 2)
    budget = depths_allowed(layout, view_cone_deg, ceiling_px)
    smallest = _half_height_in_budget(half_depth, budget, focus)
    half_height = max(smallest, float(np.abs(seen).max()))
    for _ in range(20):  # the focal plane's place and the size that fits hang together
        behind = middle_behind_focus(half_depth, half_height) if focus is None else focus
        shifted = seen - (0, 0, behind)
        half_height = max(smallest, _half_height_that_fits(shifted, layout.aspect, reach_deg))
    target = turn.T @ (middle + np.array([0, 0, behind]))
    return Rig(target, turn, half_height, layout.aspect, layout.views, view_cone_deg)


def plane_before_middle(rig: Rig, points: NDArray[np.float64]) -> float:
    """How far the focal plane lies before the middle of (n, 3) points, metres."""
    z = (points - rig.target) @ rig.turn[2]
    return -float((z.max() + z.min()) / 2)


def greatest_shift_px(points: NDArray[np.float64], rig: Rig, layout: Layout) -> float:
    """How far the nearest or farthest of (n, 3) points moves a view, in tile pixels."""
    z = (points - rig.target) @ rig.turn[2]
    depths = rig.distance - z
    relative = np.abs(1 - rig.distance / depths).max()
    return float(relative) * px_a_view(layout, rig.view_cone_deg, rig.fov_deg)


def depths_allowed(
    layout: Layout, view_cone_deg: float, ceiling_px: float = CEILING_PX
) -> tuple[float, float]:
    """Nearest and farthest depth within the ceiling and the clip planes, in focal distances."""
    far_away = px_a_view(layout, view_cone_deg)
    limit = 0.95 * (1 - 1 / FAR_LIMIT)  # where no ceiling binds, stay clear of the clip planes
    return depth_budget(min(ceiling_px / far_away, limit) if far_away else limit)


def middle_behind_focus(half_depth: float, half_height: float) -> float:
    """How far the body's middle lies behind the focal plane.

    With the middle at depth u, the harmonic mean of u − h and u + h is the focal distance d:
    u² − h² = d·u.
    """
    distance = half_height / _tan_half_fov()
    return (math.hypot(distance, 2 * half_depth) - distance) / 2


def _half_height_in_budget(
    half_depth: float, budget: tuple[float, float], focus: float | None
) -> float:
    """The least half-height whose depth budget holds a body of this half-depth."""
    near, far = budget
    if focus is None:
        return _tan_half_fov() * 2 * half_depth / (far - near)
    before, behind = half_depth - focus, half_depth + focus
    return _tan_half_fov() * max(before / (1 - near), behind / (far - 1))


def _half_height_that_fits(
    stage_points: NDArray[np.float64], aspect: float, view_cone_deg: float
) -> float:
    """The least half-height s at which every camera has all points within the margin.

    A camera at angle θ sees (x, y, z) at ((x − z·tan θ) / a, y) / (s − z·tan(fov/2)).
    """
    x, y, z = stage_points.T
    reach = math.tan(math.radians(view_cone_deg / 2))
    across = (np.abs(x) + np.abs(z) * reach) / aspect
    tallest = np.maximum(across, np.abs(y)) / MARGIN
    return float((tallest + z * _tan_half_fov()).max())


def _tan_half_fov() -> float:
    return math.tan(math.radians(FOV_DEG / 2))
