from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.gltf import SCENE_FROM_MM
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.picture import Picture
from viewers.looking_glass.quilt import NEAR_LIMIT, Layout, focal_distance, px_a_view
from viewers.looking_glass.stage import (
    CEILING_PX,
    MARGIN,
    framed,
    greatest_shift_px,
    stage_of,
    turned,
)

layouts = st.sampled_from([(d.layout, d.view_cone_deg) for d in PRESETS.values()]) | st.just(
    (Layout(1, 1, 64, 64, 1.0), 40.0)
)
sizes_mm = st.tuples(*[st.floats(0.5, 20)] * 3)
angles = st.floats(-180, 180)


def cloud(size_mm, seed: int) -> np.ndarray:
    """(200, 3) metres, away from the origin."""
    return np.random.default_rng(seed).uniform(-1, 1, (200, 3)) * size_mm / 1e3 + (0.1, -0.2, 0.3)


@given(layouts, sizes_mm, angles, st.integers(0, 99))
def test_every_view_holds_everything_within_margin_and_budget(display, size_mm, yaw, seed) -> None:
    layout, cone = display
    points = cloud(size_mm, seed)
    rig = framed(points, layout, cone, turned(yaw, 20))
    seen = rig.ndc(points)
    reached = np.abs(seen[..., :2]).max()
    shift = greatest_shift_px(points, rig, layout)
    assert reached <= MARGIN * (1 + 1e-6)
    assert np.abs(seen[..., 2]).max() < 1
    assert shift <= CEILING_PX * (1 + 1e-6)
    depths = rig.distance - ((points - rig.target) @ rig.turn.T)[:, 2]
    full = reached > MARGIN * (1 - 1e-6)
    assert (
        full or shift > CEILING_PX * (1 - 1e-6) or depths.min() < 1.09 * NEAR_LIMIT * rig.distance
    )


@given(layouts, sizes_mm, angles, st.integers(0, 99))
def test_focus_lies_where_near_and_far_shift_alike(display, size_mm, yaw, seed) -> None:
    layout, cone = display
    points = cloud(size_mm, seed)
    rig = framed(points, layout, cone, turned(yaw, 20))
    depths = rig.distance - ((points - rig.target) @ rig.turn.T)[:, 2]
    assert focal_distance(depths.min(), depths.max()) == pytest.approx(rig.distance, rel=1e-6)


def test_the_stated_shift_is_what_the_farthest_point_does() -> None:
    layout = PRESETS["portrait"].layout
    points = np.array([[0, 0, -0.002], [0, 0, 0.0]])
    rig = framed(np.array([[0.01, 0.01, 0.0], [-0.01, -0.01, 0]]), layout, 40, np.eye(3))
    expected = px_a_view(layout, 40) * (1 - rig.distance / (rig.distance + 0.002))
    assert greatest_shift_px(points, rig, layout) == pytest.approx(expected)


def test_the_turn_is_a_rotation_that_shows_the_top_and_keeps_up_up() -> None:
    turn = turned()
    assert turn @ turn.T == pytest.approx(np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1)
    assert (turn @ (0, 1, 0))[1] > 0.8
    assert (turn @ (0, 1, 0))[2] > 0  # the top leans to the viewer


def test_the_body_is_turned_as_the_page_turns_it(ellipsoid) -> None:
    stage = stage_of(ellipsoid)
    homogeneous = np.column_stack([ellipsoid.vertices_mm, np.ones(len(ellipsoid.vertices_mm))])
    assert stage.positions == pytest.approx((homogeneous @ SCENE_FROM_MM.T)[:, :3], abs=1e-6)
    outward = stage.positions - stage.positions.mean(axis=0)
    assert np.all(np.einsum("ij,ij->i", outward, stage.normals) > 0)
    assert np.linalg.norm(stage.normals, axis=1) == pytest.approx(np.ones(len(stage.normals)))


def test_the_outline_is_the_rectangle_or_its_ellipse() -> None:
    corners = np.array([(-2, 1, 0), (2, 1, 0), (-2, -1, 0), (2, -1, 0)], float)
    levels = np.zeros((2, 4), np.uint8)
    assert np.array_equal(Picture(levels, corners).outline, corners)
    x, y, _ = Picture(levels, corners, fade=0.1).outline.T
    assert (x / 2) ** 2 + y**2 == pytest.approx(np.ones(len(x)))
