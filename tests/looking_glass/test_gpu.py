"""Quilts drawn without a screen, and measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from parasam_core.errors import RenderError
from viewers.looking_glass import uploads
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.picture import Picture
from viewers.looking_glass.programs import MOST_VIEWS
from viewers.looking_glass.quilt import Layout, Rig, px_a_view
from viewers.looking_glass.stage import Stage, framed, stage_of, turned
from viewers.looking_glass.target import BACKGROUND

NO_BODY = (np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint32))
DARK = 12


def facing(layout: Layout, cone: float = 40) -> Rig:
    """A focal plane 20 mm high around the origin."""
    return Rig(np.zeros(3), np.eye(3), 0.01, layout.aspect, layout.views, cone)


def rectangle(x, y, z: float, half: tuple[float, float]) -> np.ndarray:
    w, h = half
    return np.array([(x - w, y + h, z), (x + w, y + h, z), (x - w, y - h, z), (x + w, y - h, z)])


def marker(x: float, y: float, z: float, half: float = 0.002) -> Stage:
    """A soft bright spot, metres; its middle is what is measured."""
    u = np.linspace(-1, 1, 65)
    spot = np.exp(-(u[:, None] ** 2 + u[None, :] ** 2) * 12) * 255
    return Stage(*NO_BODY, Picture(spot.astype(np.uint8), rectangle(x, y, z, (half, half))))


def white(corners: np.ndarray, level: int = 255) -> Stage:
    return Stage(*NO_BODY, Picture(np.full((4, 4), level, np.uint8), corners))


def middle_px(tile: np.ndarray) -> tuple[float, float]:
    """Centroid (x right, y up) in pixels from the tile's lower left corner."""
    light = np.clip(tile[::-1, :, 1].astype(float) - DARK, 0, None)
    assert light.sum() > 0
    rows, columns = np.indices(light.shape) + 0.5
    return (columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()


def middles_px(quilt: np.ndarray, layout: Layout) -> np.ndarray:
    return np.array([middle_px(layout.tile(quilt, v)) for v in range(layout.views)])


def linear(levels: np.ndarray) -> np.ndarray:
    part = np.asarray(levels, float) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def psnr_db(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-12)))


def test_on_the_focal_plane_nothing_moves(renderer, layout) -> None:
    renderer.show(marker(0.003, -0.004, 0.0))
    middles = middles_px(renderer.quilt(facing(layout), layout), layout)
    assert np.ptp(middles, axis=0).max() < 0.02
    u, v = 0.003 / 0.0075, -0.004 / 0.01
    expected = ((u + 1) / 2 * layout.tile_width, (v + 1) / 2 * layout.tile_height)
    assert middles[0] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("z", [0.008, 0.003, -0.003, -0.008])
def test_off_the_focal_plane_things_move_as_stated(renderer, layout, z: float) -> None:
    rig = facing(layout)
    renderer.show(marker(0.0, 0.002, z))
    middles = middles_px(renderer.quilt(rig, layout), layout)
    expected = (
        (rig.ndc((0.0, 0.002, z))[:, 0, :2] + 1) / 2 * (layout.tile_width, layout.tile_height)
    )
    assert middles == pytest.approx(expected, abs=0.05)
    stated = px_a_view(layout, 40) * (1 - rig.distance / (rig.distance - z))
    moved = (middles[-1, 0] - middles[0, 0]) / (layout.views - 1)
    assert moved == pytest.approx(stated, abs=0.01)
    assert np.sign(moved) == -np.sign(z)  # in front: right in view 0, then to the left


@pytest.mark.parametrize("name", ["portrait", "16-gen3-landscape"])
def test_whole_quilts_of_devices_hold_still_too(renderer, name: str) -> None:
    device = PRESETS[name]
    rig = facing(device.layout, device.view_cone_deg)
    renderer.show(marker(0.002, 0.001, 0.0))
    middles = middles_px(renderer.quilt(rig, device.layout, samples=0), device.layout)
    assert np.ptp(middles, axis=0).max() < 0.02


def test_nothing_bleeds_into_another_tile(renderer, layout) -> None:
    rig = facing(layout)
    left = -rig.half_height * rig.aspect
    # so far in front that it enters view 0 at the left edge and then leaves to the left
    renderer.show(white(rectangle(left - 0.002, 0, 0.012, (0.002, 0.03))))
    seen = np.array([layout.tile(q, v).max() for q in [renderer.quilt(rig, layout)]
                     for v in range(layout.views)])  # fmt: skip
    shown = rig.ndc((left, 0, 0.012))[:, 0, 0] > -1
    assert np.array_equal(seen > DARK, shown)
    assert 0 < shown.sum() < layout.views


def test_a_picture_over_every_edge_fills_its_tiles_and_no_padding(renderer, layout) -> None:
    renderer.show(white(rectangle(0, 0, 0, (0.1, 0.1))))
    quilt = renderer.quilt(facing(layout), layout)
    height, width = layout.rows * layout.tile_height, layout.columns * layout.tile_width
    covered = quilt[layout.height - height :, :width]
    assert covered.min() == covered.max() > 150
    assert not quilt[: layout.height - height].any()
    assert not quilt[:, width:].any()


@pytest.mark.parametrize("samples", [0, 4])
def test_the_one_pass_is_the_loop(renderer, layout, ellipsoid, samples: int) -> None:
    picture = Picture(
        np.random.default_rng(1).integers(0, 255, (60, 90), np.uint8),
        rectangle(0.02, -0.01, -0.03, (0.007, 0.005)),
        fade=0.1,
    )
    stage = stage_of(ellipsoid, picture)
    renderer.show(stage)
    rig = framed(stage.points, layout, 40, turned())
    at_once = renderer.quilt(rig, layout, samples=samples)
    one_by_one = renderer.quilt(rig, layout, samples=samples, one_pass=False)
    assert at_once.max() > 100
    assert psnr_db(at_once, one_by_one) >= 40


def test_bands_make_the_same_quilt(renderer, layout, ellipsoid) -> None:
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    rig = framed(stage.points, layout, 40, turned())
    whole = renderer.quilt(rig, layout)
    rows_2_and_1 = 2 * layout.columns * layout.tile_width * layout.tile_height
    assert psnr_db(whole, renderer.quilt(rig, layout, pixels_a_pass=1)) >= 40
    assert psnr_db(whole, renderer.quilt(rig, layout, pixels_a_pass=rows_2_and_1)) >= 40


def test_the_body_is_drawn_where_its_corners_are(renderer, layout, ellipsoid) -> None:
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    rig = framed(stage.points, layout, 40, turned())
    quilt = renderer.quilt(rig, layout)
    size = (layout.tile_width, layout.tile_height)
    corners = (rig.ndc(stage.positions)[..., :2] + 1) / 2 * size
    for view in range(layout.views):
        lit = layout.tile(quilt, view)[::-1].max(axis=2) > DARK
        rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
        low, high = corners[view].min(axis=0), corners[view].max(axis=0)
        assert (columns[0], rows[0]) == pytest.approx(low, abs=1.2)
        assert (columns[-1] + 1, rows[-1] + 1) == pytest.approx(high, abs=1.2)


def test_the_light_comes_from_the_upper_left_and_nothing_burns_out(renderer, ellipsoid) -> None:
    layout = Layout(1, 1, 200, 200, 1.0)
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    tile = renderer.quilt(framed(stage.points, layout, 40, np.eye(3)), layout)
    light = linear(tile).mean(axis=2)
    upper_left, lower_right = light[70:95, 50:90].mean(), light[110:135, 110:150].mean()
    assert upper_left > 2.5 * lower_right > 0.01
    assert tile.max() < 255
    red, green, blue = linear(tile[60:140, 40:160]).reshape(-1, 3).mean(axis=0)
    assert red > 1.5 * green > 0
    assert green > 0.8 * blue


def test_the_body_hides_what_is_inside_it(renderer, layout, ellipsoid) -> None:
    alone = stage_of(ellipsoid)
    rig = framed(alone.points, layout, 40, turned())
    renderer.show(alone)
    without = renderer.quilt(rig, layout)
    within = Picture(np.full((4, 4), 255, np.uint8), rectangle(0.02, -0.01, -0.03, (0.002, 0.001)))
    renderer.show(stage_of(ellipsoid, within))
    assert np.array_equal(renderer.quilt(rig, layout), without)


def test_levels_come_out_as_srgb(renderer) -> None:
    layout = Layout(1, 1, 16, 16, 1.0)
    shown = []
    for level in (255, 128, 0):
        renderer.show(white(rectangle(0, 0, 0, (0.1, 0.1)), level))
        shown.append(linear(renderer.quilt(facing(layout), layout)[8, 8, 0]))
    assert shown[1] / shown[0] == pytest.approx(float(linear(128)), abs=0.01)
    assert shown[2] == 0


def test_the_ground_is_as_dark_as_asked(renderer) -> None:
    layout = Layout(1, 1, 16, 16, 1.0)
    renderer.show(Stage(*NO_BODY))
    quilt = renderer.quilt(facing(layout), layout)
    assert linear(quilt[0, 0]) == pytest.approx(np.array(BACKGROUND[:3]), abs=2e-4)
    assert np.ptp(quilt.reshape(-1, 3), axis=0).max() == 0


def test_a_faded_picture_is_an_ellipse(renderer) -> None:
    layout = Layout(1, 1, 100, 100, 1.0)
    levels = np.full((8, 8), 255, np.uint8)
    renderer.show(Stage(*NO_BODY, Picture(levels, rectangle(0, 0, 0, (0.01, 0.01)), fade=0.1)))
    light = linear(renderer.quilt(facing(layout), layout)[..., 0])
    assert light[50, 50] > 0.3
    assert light[2, 2] == pytest.approx(BACKGROUND[0], abs=2e-4)
    assert np.mean(light > light.max() / 2) == pytest.approx(np.pi / 4 * 0.95**2, abs=0.02)


def test_edges_are_smooth_with_samples_and_hard_without(renderer, ellipsoid) -> None:
    layout = Layout(1, 1, 100, 100, 1.0)
    tilted = white(rectangle(0, 0, 0, (0.006, 0.006)))
    rig = Rig(np.zeros(3), turned(0, 0) @ spin(20), 0.01, 1.0, 1, 40)
    renderer.show(tilted)
    hard = np.unique(renderer.quilt(rig, layout, samples=0)[..., 0])
    smooth = np.unique(renderer.quilt(rig, layout, samples=4)[..., 0])
    assert len(hard) == 2
    assert len(smooth) > 3


def spin(degrees: float) -> np.ndarray:
    a = np.radians(degrees)
    return np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])


def test_cameras_and_tiles_must_agree(renderer, layout) -> None:
    with pytest.raises(RenderError, match="a camera for each of 12 tiles, got 48"):
        renderer.quilt(facing(PRESETS["portrait"].layout), layout)


def test_too_many_views_are_refused(renderer) -> None:
    many = Layout(MOST_VIEWS + 1, 1, 4096, 64, 1.0)
    with pytest.raises(RenderError, match=f"at most {MOST_VIEWS} views"):
        renderer.quilt(facing(many), many)


def test_a_quilt_beyond_the_device_is_refused(renderer) -> None:
    vast = Layout(1, 1, 1 << 20, 16, 1.0)
    with pytest.raises(RenderError, match="pixels wide on this device, got 1048576×16"):
        renderer.quilt(facing(vast), vast)


def test_only_what_changed_goes_to_the_gpu(renderer, layout, ellipsoid, monkeypatch) -> None:
    body = stage_of(ellipsoid)
    rig = framed(body.points, layout, 40, turned())
    corners = rectangle(0.02, -0.01, -0.03, (0.007, 0.005))
    first, second = (
        replace(body, picture=Picture(np.full((8, 8), level, np.uint8), corners))
        for level in (60, 200)
    )
    renderer.show(first)
    at_first = renderer.quilt(rig, layout)
    taken = []
    monkeypatch.setattr(uploads, "filled_buffer", lambda *_: taken.append("buffer"))
    monkeypatch.setattr(
        uploads, "grey_texture", lambda *a, f=uploads.grey_texture: taken.append("texture") or f(*a)
    )
    renderer.show(second)
    at_second = renderer.quilt(rig, layout)
    renderer.show(second)
    renderer.show(first)
    assert taken == ["texture", "texture"]
    assert not np.array_equal(at_second, at_first)
    assert np.array_equal(renderer.quilt(rig, layout), at_first)


@pytest.mark.parametrize("pixels_a_pass", [1, 24_000_000])
def test_on_the_gpu_stays_what_is_read(renderer, layout, ellipsoid, pixels_a_pass: int) -> None:
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    rig = framed(stage.points, layout, 40, turned())
    canvas = renderer.canvas(layout)
    renderer.draw(rig, layout, canvas, pixels_a_pass=pixels_a_pass)
    width, height = layout.columns * layout.tile_width, layout.rows * layout.tile_height
    kept, read = canvas.pixels(), renderer.quilt(rig, layout, pixels_a_pass=pixels_a_pass)
    canvas.delete()
    assert np.array_equal(kept[-height:, :width], read[-height:, :width])
