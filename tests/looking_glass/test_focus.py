"""The plane that lies in the glass, where people want it."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import RenderError
from tests.looking_glass.test_stage import angles, cloud, layouts, sizes_mm
from viewers.looking_glass.focus import before_middle, focus_given
from viewers.looking_glass.picture import Picture
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.stage import (
    CEILING_PX,
    MARGIN,
    Stage,
    framed,
    greatest_shift_px,
    plane_before_middle,
    stage_of,
    turned,
)


@pytest.fixture
def stage(ellipsoid) -> Stage:
    """An ellipsoid, 8 mm deep seen straight ahead, and a slice that reaches 4 mm before it."""
    front = stage_of(ellipsoid).positions[:, 2].max() + 0.004
    corners = np.array([(x, y, front) for y in (0.0, -0.02) for x in (0.015, 0.025)])
    return stage_of(ellipsoid, Picture(np.full((4, 4), 255, np.uint8), corners))


@given(layouts, sizes_mm, angles, st.integers(0, 99), st.floats(-1, 1))
def test_wherever_it_lies_everything_is_within_margin_and_budget(
    display, size_mm, yaw, seed, part
) -> None:
    layout, cone = display
    points, turn = cloud(size_mm, seed), turned(yaw, 20)
    focus = part * float(np.ptp(points @ turn[2]) / 2)
    rig = framed(points, layout, cone, turn, focus=focus)
    seen = rig.ndc(points)
    assert plane_before_middle(rig, points) == pytest.approx(focus, abs=1e-9)
    assert np.abs(seen[..., :2]).max() <= MARGIN * (1 + 1e-6)
    assert np.abs(seen[..., 2]).max() < 1
    assert greatest_shift_px(points, rig, layout) <= CEILING_PX * (1 + 1e-6)


def test_the_plane_that_leaves_most_room_is_taken_by_itself(stage, layout) -> None:
    itself = framed(stage.points, layout, 40, turned())
    best = plane_before_middle(itself, stage.points)
    assert best > 0
    for focus in (best - 0.002, best + 0.002):
        other = framed(stage.points, layout, 40, turned(), focus=focus)
        assert other.half_height > itself.half_height
    assert framed(stage.points, layout, 40, turned(), focus=best).half_height == pytest.approx(
        itself.half_height, rel=1e-3
    )


def test_tumour_and_slice_stand_still_where_they_are_focused_on(stage, layout) -> None:
    for focus, z in (("tumour", stage.positions[:, 2].mean()), ("slice", stage.points[-1, 2])):
        before = before_middle(focus, stage, np.eye(3))
        rig = framed(stage.points, layout, 40, np.eye(3), focus=before)
        seen = rig.ndc((0.02, -0.01, z))[:, 0, :2] * (layout.tile_width, layout.tile_height) / 2
        assert np.ptp(seen, axis=0).max() < 0.01
    assert before_middle("tumour", stage, np.eye(3)) == pytest.approx(-0.002, abs=1e-5)
    assert before_middle("slice", stage, np.eye(3)) == pytest.approx(0.006, abs=1e-5)


def test_millimetres_count_from_the_middle_towards_the_viewer(stage) -> None:
    assert before_middle(2.5, stage, np.eye(3)) == 0.0025
    assert before_middle(-6.0, stage, np.eye(3)) == -0.006


@given(angles, angles, st.tuples(*[st.floats(-0.9, 0.9)] * 3))
def test_a_point_of_the_scan_stands_still(ellipsoid, yaw, pitch, part) -> None:
    layout = Layout(6, 2, 720, 400, 0.75)
    only, turn = stage_of(ellipsoid), turned(yaw, pitch)
    point_mm = np.array([20, 10, 30]) + np.array(part) * (2.5, 1.5, 2)
    rig = framed(only.points, layout, 40, turn, focus=before_middle(tuple(point_mm), only, turn))
    seen = rig.ndc(point_mm * (1e-3, -1e-3, -1e-3))[:, 0, 0] * layout.tile_width / 2
    assert np.ptp(seen) < 1e-3


@pytest.mark.parametrize("focus", [6.1, -6.1, 1e9, (20.0, 10.0, 60.0)])
def test_a_plane_beyond_what_is_shown_is_refused(stage, focus: float) -> None:
    with pytest.raises(RenderError, match=r"within 6\.0 mm of the middle.*, got "):
        before_middle(focus, stage, np.eye(3))


def test_a_slice_that_is_not_there_cannot_be_focused_on(ellipsoid) -> None:
    with pytest.raises(RenderError, match="none is shown"):
        before_middle("slice", stage_of(ellipsoid), np.eye(3))


def test_what_people_type_is_read() -> None:
    typed = ("tumour", "slice", "2.5", "-3", "1,-2,3.5")
    assert [focus_given(text) for text in typed] == ["tumour", "slice", 2.5, -3, (1, -2, 3.5)]


@pytest.mark.parametrize("typed", ["", "nan", "inf", "middle", "2,5", "1,2,nan", "1,2,3,4"])
def test_what_is_no_plane_is_refused(typed: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected tumour, slice, mm before"):
        focus_given(typed)
