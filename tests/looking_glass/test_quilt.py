from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import RenderError
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.quilt import (
    Layout,
    Rig,
    depth_budget,
    focal_distance,
    layout_of_name,
    perspective,
    px_a_view,
)
from viewers.looking_glass.stage import turned

devices = st.sampled_from(sorted(PRESETS.values(), key=lambda d: d.name))
fractions = st.floats(-0.9, 0.9)


def rig_of(device, half_height: float = 0.01, yaw: float = 0.0, pitch: float = 0.0) -> Rig:
    layout = device.layout
    return Rig(
        np.array([0.02, -0.01, 0.03]), turned(yaw, pitch), half_height,
        layout.aspect, layout.views, device.view_cone_deg,
    )  # fmt: skip


def in_scene(rig: Rig, stage_point) -> np.ndarray:
    return rig.target + rig.turn.T @ np.asarray(stage_point, np.float64)


# --- layout


def test_view_0_is_bottom_left_and_views_go_right_then_up() -> None:
    layout = Layout(3, 2, 10, 9, 0.75)
    assert [layout.corner(v) for v in range(6)] == [(0, 0), (3, 0), (6, 0), (0, 4), (3, 4), (6, 4)]
    picture = np.zeros((9, 10), int)
    for view in range(layout.views):
        layout.tile(picture, view)[:] = view + 1
    assert picture[-1].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3, 0]  # bottom row, padding right
    assert picture[1].tolist() == [4, 4, 4, 5, 5, 5, 6, 6, 6, 0]
    assert not picture[0].any()  # padding on top
    assert layout.view_portion == (0.9, 8 / 9)


@pytest.mark.parametrize(
    "wrong",
    [(0, 6, 100, 100, 1.0), (8, -1, 100, 100, 1.0), (8, 6, 7, 100, 1.0), (8, 6, 100, 5, 1.0)],
)
def test_a_tile_without_a_pixel_is_refused(wrong) -> None:
    with pytest.raises(RenderError, match="at least one"):
        Layout(*wrong)


@pytest.mark.parametrize("aspect", [0.0, -1.0, math.nan, math.inf])
def test_an_aspect_that_is_none_is_refused(aspect: float) -> None:
    with pytest.raises(RenderError, match="aspect"):
        Layout(8, 6, 3360, 3360, aspect)


# --- names


def test_names_are_written_as_the_vendor_does() -> None:
    assert PRESETS["portrait"].layout.suffix == "_qs8x6a0.75"
    assert PRESETS["go"].layout.suffix == "_qs11x6a0.5625"
    assert PRESETS["16-gen2"].layout.suffix == "_qs5x9a1.77778"


@given(devices)
def test_a_name_that_was_written_is_read(device) -> None:
    layout = device.layout
    read = layout_of_name(f"M1 d0{layout.suffix}.png", layout.width, layout.height)
    assert (read.columns, read.rows) == (layout.columns, layout.rows)
    assert read.aspect == pytest.approx(layout.aspect, rel=1e-5)


def test_old_names_and_bare_ones_are_read() -> None:
    old = layout_of_name("tumour_qs5x9.jpg", 4096, 4096)
    assert (old.columns, old.rows, old.aspect) == (5, 9, pytest.approx(9 / 5))
    assert layout_of_name("t_qs8x6a0.75", 3360, 3360).aspect == 0.75


NO_LAYOUTS = ["t.png", "qs8x6.png", "t_qs8.png", "t_qs0x6a1.png", "t_qs8x6a0.png",
              "t_qs8x6a0.75_small.png", "t_qs-8x6.png"]  # fmt: skip


@pytest.mark.parametrize("name", NO_LAYOUTS)
def test_names_that_tell_no_layout_are_refused(name: str) -> None:
    with pytest.raises(RenderError):
        layout_of_name(name, 3360, 3360)


# --- cameras


@given(devices, fractions, fractions, st.floats(-180, 180), st.floats(-90, 90))
def test_a_point_on_the_focal_plane_stays_put(device, u, v, yaw, pitch) -> None:
    rig = rig_of(device, yaw=yaw, pitch=pitch)
    point = in_scene(rig, (u * rig.half_height * rig.aspect, v * rig.half_height, 0))
    assert rig.ndc(point)[:, 0, :2] == pytest.approx(np.tile([u, v], (rig.views, 1)), abs=1e-9)


@given(devices, fractions, st.floats(0.05, 0.9))
def test_in_front_goes_right_in_view_0_and_behind_goes_left(device, u, part) -> None:
    rig = rig_of(device)
    x = u * rig.half_height * rig.aspect
    for z, sign in ((part * rig.half_height, 1), (-part * rig.half_height, -1)):
        seen = rig.ndc(in_scene(rig, (x, 0, z)))[:, 0, 0]
        assert np.all(sign * np.diff(seen) < 0)
        assert np.abs(rig.ndc(in_scene(rig, (0, 0, z)))[rig.views // 2, 0, 0]) < 0.05


@given(devices, st.floats(0.85, 1.15))
def test_the_shift_from_view_to_view_is_the_one_stated(device, depth) -> None:
    rig = rig_of(device)
    seen = rig.ndc(in_scene(rig, (0, 0, (1 - depth) * rig.distance)))[:, 0, 0]
    moved_px = (seen[-1] - seen[0]) / 2 * device.layout.tile_width
    stated_px = px_a_view(device.layout, device.view_cone_deg) * (1 - 1 / depth)
    assert moved_px / (rig.views - 1) == pytest.approx(stated_px, abs=1e-9)


def test_the_cameras_stand_in_a_row_at_even_angles() -> None:
    rig = rig_of(PRESETS["portrait"])
    angles = np.degrees(np.arctan2(rig.offsets, rig.distance))
    assert angles == pytest.approx(np.linspace(-20, 20, 48))
    assert rig.eyes[0] == pytest.approx([rig.offsets[0], 0, rig.distance])


def test_one_camera_looks_straight_ahead() -> None:
    rig = Rig(np.zeros(3), np.eye(3), 0.01, 1.0, 1, 40)
    assert rig.offsets.tolist() == [0.0]
    assert px_a_view(Layout(1, 1, 64, 64, 1.0), 40) == 0


def test_the_projection_is_that_of_opengl() -> None:
    matrix = perspective(90, 2.0, 1.0, 3.0)
    corner = matrix @ np.array([2.0, 1.0, -1.0, 1.0])
    assert corner / corner[3] == pytest.approx([1, 1, -1, 1])
    far = matrix @ np.array([0, 0, -3.0, 1.0])
    assert far[2] / far[3] == pytest.approx(1)


# --- depth


def test_the_portrait_has_the_budget_worked_out_by_hand() -> None:
    # tan 20° / tan 7° · 560 / 47 = 2.9643 · 11.915
    far_away = px_a_view(PRESETS["portrait"].layout, 40)
    assert far_away == pytest.approx(35.319, abs=0.01)
    near, far = depth_budget(5 / far_away)
    assert (near, far) == (pytest.approx(0.8760, abs=1e-4), pytest.approx(1.1649, abs=1e-4))


@given(st.floats(0.01, 0.99))
def test_both_ends_of_the_budget_shift_alike(limit: float) -> None:
    near, far = depth_budget(limit)
    assert 1 / near - 1 == pytest.approx(limit)
    assert 1 - 1 / far == pytest.approx(limit)
    assert focal_distance(near, far) == pytest.approx(1)


def test_a_budget_without_bound_reaches_infinity() -> None:
    assert depth_budget(2.0) == (pytest.approx(1 / 3), math.inf)
