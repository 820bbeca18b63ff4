"""A still of a surface, lit from the upper left, as one would draw it on paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.mesh import Mesh

TURN_DEG, TILT_DEG = 35.0, 25.0
LIGHT = np.array([-0.45, 0.55, 0.70])
COLOUR_RGB = np.array([219, 77, 61])
SHADE, RIM = 0.38, 0.45
FINER = 2
FILLED = 0.86
"""Of the picture's side, by the body's longest extent."""

THIRDS = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4], [2, 2, 2]], np.float32) / 6


def shaded(mesh: Mesh, side_px: int = 320) -> tuple[NDArray[np.uint8], float]:
    """Look at a surface from the front, turned to the right and tilted to show its top.

    Orthographic, by splatting points of every triangle into a depth buffer: no window, no GPU.

    Args:
        mesh: the surface; y points down, as in a scan.
        side_px: of the square picture.

    Returns:
        (side, side, 4) uint8 RGBA, transparent where nothing is, and the size of a pixel, mm.
    """
    view = _view()
    points = (mesh.vertices_mm - mesh.vertices_mm.mean(axis=0)) @ view.T
    reach_mm = float(np.ptp(points[:, :2], axis=0).max())
    side = side_px * FINER
    pixel_mm = reach_mm / (FILLED * side)
    middle = (points[:, :2].max(axis=0) + points[:, :2].min(axis=0)) / 2
    spots, depths, normals = _splats(mesh, points, view, pixel_mm)
    at = np.rint((spots - middle) / pixel_mm * (1, -1) + side / 2).astype(np.int64)
    order = np.argsort(depths)  # the nearest is written last
    nearest = np.full(side * side, -1)
    nearest[(at[:, 1] * side + at[:, 0])[order]] = order
    picture = np.zeros((side * side, 4), np.float32)
    picture[nearest >= 0] = _lit(normals[nearest[nearest >= 0]])
    return _smaller(picture, side_px), pixel_mm * FINER


def _view() -> NDArray[np.float64]:
    """(3, 3) view_from_mm: x right, y up, z towards the eye."""
    turn, tilt = np.radians([TURN_DEG, TILT_DEG])
    about_y = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    return np.asarray(about_x @ about_y @ np.diag([1.0, -1.0, -1.0]))


def _splats(
    mesh: Mesh, points: NDArray[np.float64], view: NDArray[np.float64], pixel_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Points on triangles that face the eye, so close that no pixel between them stays empty."""
    normals = (mesh.normals @ view.T).astype(np.float32)
    seen = mesh.faces[(normals[:, 2] > 0)[mesh.faces].any(axis=1)]
    corners, turned = points[seen].astype(np.float32), normals[seen]
    while _longest(corners) > pixel_mm:
        corners, turned = _quartered(corners), _quartered(turned)
    spots = np.matmul(THIRDS, corners).reshape(-1, 3)
    across = np.matmul(THIRDS, turned).reshape(-1, 3)
    return spots[:, :2], spots[:, 2], across / np.linalg.norm(across, axis=1, keepdims=True)


def _longest(corners: NDArray[np.float32]) -> float:
    edges = corners[:, :, :2] - np.roll(corners[:, :, :2], 1, axis=1)
    return float(np.quantile(np.linalg.norm(edges, axis=2).max(axis=1), 0.999)) / 2


def _quartered(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """(4 f, 3, 3): every triangle as the four that its edges' middles make."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    four = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    return np.concatenate([np.stack([p, q, r], axis=1) for p, q, r in four])


def _lit(normals: NDArray[np.float32]) -> NDArray[np.float32]:
    bright = np.clip(normals @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
    rim = (1 - np.clip(normals[:, 2], 0, 1)) ** 3
    strength = SHADE + (1 - SHADE) * bright
    colour = COLOUR_RGB / 255 * strength[:, None]
    colour = np.clip(colour + 0.22 * bright[:, None] ** 8 - RIM * rim[:, None] * 0.3, 0, 1)
    return np.concatenate([colour, np.ones((len(colour), 1))], axis=1).astype(np.float32)


def _smaller(picture: NDArray[np.float32], side_px: int) -> NDArray[np.uint8]:
    """Mean of each block, colours weighed by how much of it is covered."""
    blocks = picture.reshape(side_px, FINER, side_px, FINER, 4)
    covered = blocks[..., 3:].sum(axis=(1, 3))
    colour = (blocks[..., :3] * blocks[..., 3:]).sum(axis=(1, 3)) / np.maximum(covered, 1)
    shown = np.concatenate([colour, covered / FINER**2], axis=2)
    return np.asarray(np.rint(shown * 255), np.uint8)
