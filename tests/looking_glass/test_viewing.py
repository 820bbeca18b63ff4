"""Laws of what is seen in the window: bounds, ways back, and what stays sharp."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.framing import (
    GHOSTS_PX,
    ball_of,
    half_height_of,
    lighter,
    rig_of,
    shift_px,
    warning_of,
)
from viewers.looking_glass.keys import HELP, KEYS, SHIFTED, pressed
from viewers.looking_glass.picture import Picture
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.stage import CEILING_PX, Stage, greatest_shift_px
from viewers.looking_glass.viewing import (
    GREATEST_ZOOM,
    LEAST_ZOOM,
    ONE_VIEW,
    PANEL,
    QUILT,
    STEEPEST_DEG,
    Scope,
    Viewing,
    at_home,
    dragged,
    looked_from,
    opened,
    pushed,
    scrubbed,
    swayed,
    turned_by,
    within,
    zoomed,
)
from viewers.looking_glass.views import VIEWS, WHOLE

NO_FACES = np.zeros((0, 3), np.uint32)

parts = st.floats(-3, 3)
amounts = st.floats(-1e6, 1e6)
names = st.sampled_from([*KEYS, *SHIFTED, "SPACE", "A", "MOTION_UP", ""])


@st.composite
def scopes(draw) -> Scope:
    frames = draw(st.integers(1, 300))
    return Scope(
        frames=frames,
        home_frame=draw(st.integers(0, frames - 1)),
        scans=draw(st.integers(1, 9)),
        cameras=draw(st.sampled_from([1, 45, 48, 66])),
        reach_mm=draw(st.floats(0, 40)),
        focus_mm=draw(st.floats(-40, 40)),
    )


@st.composite
def deeds(draw):
    """Anything that hands can do, as a function of what is seen and what there is."""
    kind = draw(st.sampled_from(["key", "drag", "wheel", "scrub", "focus", "look", "sway"]))
    if kind == "key":
        name, shift = draw(names), draw(st.booleans())
        return lambda seen, scope: pressed(seen, name, scope, shift=shift)
    if kind == "drag":
        right, up = draw(amounts), draw(amounts)
        return lambda seen, scope: dragged(seen, right, up)
    amount = draw(amounts)
    return {
        "wheel": lambda seen, scope: zoomed(seen, amount),
        "scrub": lambda seen, scope: scrubbed(seen, int(amount), scope),
        "focus": lambda seen, scope: pushed(seen, amount, scope),
        "look": lambda seen, scope: looked_from(seen, amount, scope),
        "sway": lambda seen, scope: swayed(seen, amount, scope),
    }[kind]


@st.composite
def stages(draw) -> Stage:
    """A handful of corners somewhere, of any proportions."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sides = [draw(st.floats(1e-4, 0.02)) for _ in range(3)]
    points = rng.uniform(-1, 1, (draw(st.integers(4, 40)), 3)) * sides + rng.uniform(-1, 1, 3)
    return Stage(points.astype(np.float32), points.astype(np.float32), NO_FACES)


@st.composite
def turns(draw) -> Viewing:
    pitch = draw(st.floats(-STEEPEST_DEG, STEEPEST_DEG))
    return Viewing(yaw_deg=draw(st.floats(-180, 180)), pitch_deg=pitch)


@given(st.lists(deeds(), max_size=30), scopes())
def test_whatever_is_done_stays_within_what_there_is(done, scope) -> None:
    seen = within(Viewing(), scope)
    for deed in done:
        seen = deed(seen, scope)
        assert all(not isinstance(v, float) or math.isfinite(v) for v in astuple(seen))
        assert -180 <= seen.yaw_deg <= 180
        assert abs(seen.pitch_deg) <= STEEPEST_DEG
        assert LEAST_ZOOM <= seen.zoom <= GREATEST_ZOOM
        assert 0 <= seen.frame < scope.frames
        assert 0 <= seen.scan < scope.scans
        assert 0 <= seen.camera < scope.cameras
        assert seen.view in VIEWS
        assert seen.fills in (ONE_VIEW, QUILT, PANEL)
        assert seen.focus is None or abs(seen.focus) <= scope.reach_mm


@given(st.floats(-170, 170), st.floats(-80, 80), parts, parts)
def test_there_and_back_is_nothing(yaw, pitch, right, up) -> None:
    seen = Viewing(yaw_deg=yaw, pitch_deg=pitch)
    there = dragged(seen, right, up)
    back = dragged(there, -right, -up)
    apart = (back.yaw_deg - yaw + 180) % 360 - 180
    assert apart == pytest.approx(0, abs=1e-9)
    if abs(there.pitch_deg) < STEEPEST_DEG:
        assert back.pitch_deg == pytest.approx(pitch, abs=1e-9)


@given(st.floats(-4, 4))
def test_a_wheel_turned_back_is_nothing(notches) -> None:
    assert zoomed(zoomed(Viewing(), notches), -notches).zoom == pytest.approx(1)


@given(scopes(), st.integers(-20, 20))
def test_scans_go_round(scope, by) -> None:
    seen = Viewing(scan=scope.scans - 1)
    assert opened(opened(seen, by, scope), -by, scope) == seen
    assert opened(seen, 1, scope).scan == 0


@given(st.lists(deeds(), max_size=10), scopes())
def test_home_forgets_all_but_scan_view_and_picture(done, scope) -> None:
    seen = within(Viewing(), scope)
    for deed in done:
        seen = deed(seen, scope)
    home = at_home(seen, scope)
    assert (home.scan, home.view, home.fills) == (seen.scan, seen.view, seen.fills)
    assert home.frame == scope.home_frame
    assert replace(home, scan=0, view=WHOLE, fills=ONE_VIEW, frame=0, camera=0) == Viewing()
    assert at_home(home, scope) == home


def test_what_lies_in_front_goes_with_the_hand() -> None:
    ahead = np.array([0.0, 0.0, 0.01])
    still = Viewing(yaw_deg=0, pitch_deg=0)
    stage = Stage(np.eye(3, dtype=np.float32) * 0.02, np.eye(3, dtype=np.float32), NO_FACES)
    ball = replace(ball_of(stage.points), centre=np.zeros(3))
    layout = PRESETS["portrait"].layout

    def place(seen: Viewing) -> np.ndarray:
        rig = rig_of(seen, stage, ball, layout, 40)
        return rig.ndc(ahead)[layout.views // 2, 0, :2]

    right = place(dragged(still, 0.1, 0)) - place(still)
    up = place(dragged(still, 0, 0.1)) - place(still)
    assert right[0] > 0.05
    assert up[1] > 0.05


@given(stages(), turns(), st.sampled_from(sorted(PRESETS)), st.floats(LEAST_ZOOM, 1))
def test_without_zoom_in_no_turn_leaves_the_depth_budget(stage, seen, name, zoom) -> None:
    device = PRESETS[name]
    rig = rig_of(
        replace(seen, zoom=zoom), stage, ball_of(stage.points), device.layout, device.view_cone_deg
    )
    assert greatest_shift_px(stage.points, rig, device.layout) <= CEILING_PX * (1 + 1e-6)
    assert warning_of(stage, rig, device.layout) == ""


@given(stages(), turns(), st.sampled_from(sorted(PRESETS)))
def test_without_zoom_in_all_of_it_is_in_every_view(stage, seen, name) -> None:
    device = PRESETS[name]
    rig = rig_of(seen, stage, ball_of(stage.points), device.layout, device.view_cone_deg)
    assert np.abs(rig.ndc(stage.points)).max() <= 1


@given(stages(), turns(), turns(), st.floats(LEAST_ZOOM, GREATEST_ZOOM))
def test_a_turn_changes_no_size(stage, one, other, zoom) -> None:
    device, ball = PRESETS["16-gen3-portrait"], ball_of(stage.points)
    heights = [
        rig_of(replace(seen, zoom=zoom), stage, ball, device.layout, 50).half_height
        for seen in (one, other)
    ]
    assert heights[0] == heights[1]
    assert heights[0] * zoom == pytest.approx(half_height_of(ball.radius, device.layout, 50))


@given(stages(), turns(), st.floats(-100, 100), st.floats(LEAST_ZOOM, GREATEST_ZOOM))
def test_the_focal_plane_stays_within_what_is_shown(stage, seen, focus_mm, zoom) -> None:
    layout = PRESETS["portrait"].layout
    seen = replace(seen, focus=focus_mm, zoom=zoom)
    rig = rig_of(seen, stage, ball_of(stage.points), layout, 40)
    z = stage.points @ rig.turn[2]
    plane = float(rig.target @ rig.turn[2])
    assert z.min() - 1e-9 <= plane <= z.max() + 1e-9
    middle = (z.min() + z.max()) / 2
    if abs(focus_mm) < 500 * np.ptp(z):
        assert plane - middle == pytest.approx(1e-3 * focus_mm, abs=1e-9)


@given(stages(), turns(), st.floats(-1, 1))
def test_what_is_in_focus_stands_still(stage, seen, part) -> None:
    layout = PRESETS["portrait"].layout
    z = stage.points @ rig_of(seen, stage, ball_of(stage.points), layout, 40).turn[2]
    point = stage.points[round((part + 1) / 2 * (len(stage.points) - 1))]
    middle = (z.min() + z.max()) / 2
    there_mm = 1e3 * (point @ rig_of(seen, stage, ball_of(stage.points), layout, 40).turn[2])
    seen = replace(seen, focus=float(there_mm - 1e3 * middle))
    rig = rig_of(seen, stage, ball_of(stage.points), layout, 40)
    assert np.ptp(rig.ndc(point)[:, 0, :2], axis=0).max() < 1e-6


def spot(z: float, x: float = 0.0) -> np.ndarray:
    return np.array([(x, 0.0, z), (x, 1e-4, z)], np.float32)


def flat(*spots: np.ndarray) -> Stage:
    points = np.concatenate(spots)
    return Stage(points, points, NO_FACES)


def test_who_zooms_in_reads_what_blurs_and_what_to_do() -> None:
    device = PRESETS["32-gen3-landscape"]
    stage = flat(spot(0.006), spot(-0.006))
    ball, ahead = ball_of(stage.points), Viewing(yaw_deg=0, pitch_deg=0)

    def said(**changes) -> str:
        rig = rig_of(replace(ahead, **changes), stage, ball, device.layout, device.view_cone_deg)
        return warning_of(stage, rig, device.layout)

    assert said() == ""
    assert said(zoom=1.2) == "6.1 px a view: near parts blur; zoom out"
    assert said(zoom=2.0).endswith("near parts ghost; zoom out")
    assert said(focus=-5.0).endswith("near parts ghost; push the focus (F) or zoom out")
    assert said(focus=3.0).endswith("far parts blur; push the focus (B) or zoom out")


def test_what_is_beside_the_picture_does_not_blur() -> None:
    layout = PRESETS["portrait"].layout
    stage = flat(spot(0.0), spot(0.006, x=0.006), spot(-0.006, x=-0.006))
    seen = Viewing(yaw_deg=0, pitch_deg=0, zoom=6)
    rig = rig_of(seen, stage, ball_of(stage.points), layout, 40)
    assert greatest_shift_px(stage.points, rig, layout) > GHOSTS_PX
    assert max(shift_px(stage, rig, layout)) < CEILING_PX
    assert warning_of(stage, rig, layout) == ""


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_moving_quilt_has_a_quarter_of_the_views_of_the_same_tiles(name) -> None:
    layout = PRESETS[name].layout
    light = lighter(layout)
    assert 0.25 <= light.views / layout.views <= 0.4
    assert (light.tile_width, light.tile_height) == (layout.tile_width, layout.tile_height)
    assert light.view_portion == (1, 1)
    assert light.aspect == layout.aspect


def test_one_view_cannot_be_lighter() -> None:
    layout = Layout(1, 1, 300, 400, 0.75)
    assert lighter(layout) == layout


def test_each_camera_alone_is_that_of_the_many(layout) -> None:
    stage = flat(spot(0.004), spot(-0.002, x=0.003))
    rig = rig_of(Viewing(), stage, ball_of(stage.points), layout, 40)
    for view in range(layout.views):
        alone = rig.alone(view)
        assert alone.views == 1
        assert np.array_equal(alone.ndc(stage.points)[0], rig.ndc(stage.points)[view])


@given(turns(), scopes(), st.text(max_size=12))
def test_keys_without_meaning_change_nothing(seen, scope, name) -> None:
    if name not in KEYS:
        assert pressed(seen, name, scope) is seen


def test_picture_keys_go_there_and_back() -> None:
    scope = Scope(cameras=48)
    quilt = pressed(Viewing(), "T", scope)
    assert quilt.fills == QUILT
    assert pressed(quilt, "T", scope).fills == ONE_VIEW
    assert pressed(quilt, "L", scope).fills == PANEL
    assert pressed(Viewing(), "_4", scope).view == "voxels"
    assert pressed(Viewing(), "_6", scope).view == WHOLE


def test_a_hand_on_the_brackets_ends_the_sway() -> None:
    scope = Scope(cameras=48)
    swaying = pressed(Viewing(), "S", scope)
    assert swaying.sways
    assert not pressed(swaying, "BRACKETRIGHT", scope).sways


def test_a_sway_goes_from_end_to_end() -> None:
    scope = Scope(cameras=48)
    seen = [swayed(Viewing(), 0.02 * i, scope).camera for i in range(250)]
    assert set(seen) == set(range(48))
    assert max(abs(a - b) for a, b in pairwise(seen)) <= 2


def test_a_focus_on_a_word_is_pushed_from_where_it_is() -> None:
    scope = Scope(reach_mm=5, focus_mm=1.5)
    assert pushed(Viewing(focus="tumour"), 0.25, scope).focus == pytest.approx(1.75)
    assert pushed(Viewing(focus=-2.0), 0.25, scope).focus == pytest.approx(-1.75)
    assert pressed(Viewing(focus=1.0), "R", scope).focus is None


def test_the_help_is_in_letters_that_the_font_has() -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(20)
    lacking = bytes(font.getmask("\uffff"))
    letters = {letter for line in HELP for text in line for letter in text}
    assert [one for one in letters if bytes(font.getmask(one)) == lacking] == []


def test_a_slice_counts_as_shown() -> None:
    corners = np.array([(-1, 1, 0), (1, 1, 0), (-1, -1, 0), (1, -1, 0)]) * 0.004
    hung = Picture(np.zeros((4, 4), np.uint8), corners + np.array([0, 0, 0.006]))
    stage = replace(flat(spot(-0.006)), picture=hung)
    assert ball_of(stage.points).radius > 0.006


def test_turning_on_is_turning_round() -> None:
    seen = Viewing()
    for _ in range(72):
        seen = turned_by(seen, 5, 0)
    assert seen.yaw_deg == pytest.approx(Viewing().yaw_deg)
