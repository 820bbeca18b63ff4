"""Ways to see a tumour, drawn and held against what a ray through each pixel meets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from parasam_core.scanfile import LABEL_RGBA, ScanFile
from tests.looking_glass.test_gpu import (
    NO_BODY,
    facing,
    linear,
    psnr_db,
    rectangle,
    white,
)
from tests.looking_glass.test_specimen import specimen_of
from viewers.looking_glass.drawables import FLESH
from viewers.looking_glass.grey_volume import GreyVolume, grey_volume, smooth
from viewers.looking_glass.picture import Picture, Plane, section_picture
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.specimen import Specimen
from viewers.looking_glass.stage import Stage, framed, stage_of, turned
from viewers.looking_glass.target import BACKGROUND
from viewers.looking_glass.views import VIEWS

ONE = Layout(1, 1, 150, 200, 0.75)
CENTRE, HALF = np.array([20, -10, -30]) * 1e-3, np.array([5, 3, 4]) * 1e-3
"""The ellipsoid's of conftest.py, metres."""

TINT = linear(np.array([0xFF, 0x9C, 0x86]))


@pytest.fixture(scope="module")
def specimen(scan) -> Specimen:
    return Specimen.of_scan(ScanFile.open(scan), "truth")


def plane(yaw_deg: float, pitch_deg: float, away: float = 0.0) -> Plane:
    """Through the ellipsoid's middle, or so far beside it, metres."""
    turn = Rotation.from_euler("yx", [yaw_deg, pitch_deg], degrees=True).as_matrix()
    return Plane(CENTRE + away * turn[:, 2], turn)


def rays(rig: Rig, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Of the only camera: eye (3,) and ways (y, x, 3) through each pixel's middle, in the scene."""
    x = ((np.arange(layout.width) + 0.5) / layout.width * 2 - 1) * rig.half_height * rig.aspect
    y = (1 - (np.arange(layout.height) + 0.5) / layout.height * 2) * rig.half_height
    on_stage = np.stack([*np.meshgrid(x, y), np.zeros((layout.height, layout.width))], axis=-1)
    eye = np.array([0, 0, rig.distance])
    return rig.turn.T @ eye + rig.target, (on_stage - eye) @ rig.turn


def met(eye: np.ndarray, ways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(y, x, 3) where rays enter and leave the ellipsoid; NaN where they pass it by."""
    o, d = (eye - CENTRE) / HALF, ways / HALF
    a, b, c = (d * d).sum(-1), (d * o).sum(-1), o @ o - 1
    root = b * b - a * c
    step = np.sqrt(np.where(root < 0, np.nan, root))
    return tuple(eye + ((-b + sign * step) / a)[..., None] * ways for sign in (-1, 1))


@pytest.mark.parametrize("height", [120, 480])
def test_the_outline_is_a_line_where_the_mask_ends(renderer, height: int) -> None:
    layout = Layout(1, 1, height, height, 1.0)
    y, x = np.indices((80, 80)) + 0.5
    mask = smooth(np.hypot(x - 40, y - 40) < 25)
    corners = rectangle(0, 0, 0, (0.008, 0.008))
    renderer.show(Stage(*NO_BODY, Picture(np.full((80, 80), 90, np.uint8), corners, mask=mask)))
    light = linear(renderer.quilt(facing(layout), layout))
    amber = np.clip((light[..., 0] - light[..., 2]) / (0.8 * linear(LABEL_RGBA[0])), 0, 1)
    rows, columns = np.indices(amber.shape) + 0.5
    radius = np.hypot(rows - height / 2, columns - height / 2)
    expected = 25 / 40 * 0.8 * height / 2
    assert np.abs(radius[amber > 0.5] - expected).max() < 2 + 0.3 * height / 100
    assert (radius * amber).sum() / amber.sum() == pytest.approx(expected, abs=height / 1000)
    assert amber.sum() / (2 * np.pi * expected) == pytest.approx(1.8, abs=0.35)
    brightest = light.reshape(-1, 3)[amber.argmax()]
    assert brightest / brightest[0] == pytest.approx(linear(LABEL_RGBA[:3]), abs=0.05)


def test_without_a_mask_there_is_no_outline(renderer) -> None:
    renderer.show(white(rectangle(0, 0, 0, (0.006, 0.006))))
    drawn = renderer.quilt(facing(ONE), ONE)
    shown = drawn[drawn.max(axis=2) > 20]
    assert len(shown) > 3000
    assert np.ptp(shown, axis=1).max() <= 3


@pytest.mark.parametrize(("yaw", "pitch", "away"), [(0, 0, 0), (35, -20, 0.001), (-70, 10, 0)])
def test_a_body_is_cut_at_any_angle_and_is_never_black_inside(
    renderer, ellipsoid, yaw, pitch, away
) -> None:
    cut = plane(yaw, pitch, away)
    body = stage_of(ellipsoid)
    rig = framed(body.points, ONE, 40, turned())
    renderer.show(replace(body, view="voxels", cut=cut))
    light = linear(renderer.quilt(rig, ONE, samples=0))
    eye, ways = rays(rig, ONE)
    side = -np.sign((eye - cut.centre) @ cut.normal)
    enters, leaves = (side * ((point - cut.centre) @ cut.normal) > 0 for point in met(eye, ways))
    lit = light.max(axis=2) > 0.004
    assert (lit != (enters | leaves)).mean() < 0.004
    within = ~enters & leaves
    inner = np.abs(light - FLESH).max(axis=2) < 0.005
    assert (inner[within]).mean() > 0.97
    assert within.any()


def test_both_ways_to_write_a_plane_cut_alike(renderer, ellipsoid) -> None:
    cut = plane(30, -20)
    other = Plane(cut.centre, cut.turn @ np.diag([-1, 1, -1]))
    body = stage_of(ellipsoid)
    rig = framed(body.points, ONE, 40, turned())
    drawn = []
    for each in (cut, other):
        renderer.show(replace(body, view="cut", cut=each))
        drawn.append(renderer.quilt(rig, ONE))
    assert psnr_db(*drawn) > 60


def glass(eye: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(light, cover) of the ellipsoid's surface at points, by the page's formula."""
    normal = (at - CENTRE) / HALF**2
    to_eye = eye - at
    cosine = np.abs((normal * to_eye).sum(-1))
    cosine /= np.linalg.norm(normal, axis=-1) * np.linalg.norm(to_eye, axis=-1)
    alpha = (0.05 + 0.65 * (1 - cosine) ** 2.8)[..., None]
    return TINT * alpha**1.6, alpha


def test_glass_is_clear_in_the_middle_and_bright_at_the_rim(renderer, ellipsoid) -> None:
    body = replace(stage_of(ellipsoid), view="glass")
    rig = framed(body.points, ONE, 40, turned())
    renderer.show(body)
    light = linear(renderer.quilt(rig, ONE))
    eye, ways = rays(rig, ONE)
    enters, leaves = met(eye, ways)
    expected = np.array(BACKGROUND[:3])
    for at in (leaves, enters):
        added, alpha = glass(eye, at)
        expected = expected * (1 - alpha) + added
    sure = ~np.isnan(expected[..., 0]) & (np.nan_to_num(expected[..., 0], nan=9) < 0.2)
    assert sure.sum() > 3000
    assert np.abs(light - expected)[sure].max() < 0.01
    assert np.nanmax(expected) > 30 * light[100, 75, 0]


def test_a_slice_lies_between_the_halves_of_the_glass(renderer, ellipsoid) -> None:
    levels = np.full((8, 8), 255, np.uint8)
    corners = CENTRE + rectangle(0, 0, 0, (0.001, 0.001))
    body = replace(stage_of(ellipsoid), view="glass", picture=Picture(levels, corners))
    rig = Rig(CENTRE, np.eye(3), 0.005, 0.75, 1, 40)
    renderer.show(body)
    added, alpha = glass(np.array([20, -10, 1e6]), CENTRE + np.array([0, 0, HALF[2]]))
    expected = 0.85 * (1 - alpha) + added
    assert linear(renderer.quilt(rig, ONE)[100, 75]) == pytest.approx(expected, abs=0.01)


def box_of_light(level: int) -> GreyVolume:
    """A tumour of 4 × 3 × 2 mm (x, y, z) of one level about the origin, 0.1 mm voxels."""
    frames = np.full((40, 50, 60), level, np.uint8)
    masks = np.zeros(frames.shape, bool)
    masks[10:30, 10:40, 10:50] = True
    matrix = np.diag([1e-4, 1e-4, 1e-4, 1])
    matrix[:3, 3] = -1e-4 * (np.array([60, 50, 40]) - 1) / 2
    return grey_volume(frames, masks, (-5, 0, 0, 99, 50, 60), (0.1, 0.1, 0.1), matrix)


@pytest.mark.parametrize(("level", "half_height"), [(60, 4), (130, 4), (255, 4), (130, 1.2)])
def test_light_within_is_dimmed_by_what_it_passes(renderer, level: int, half_height) -> None:
    """The last camera is so near that the box reaches beyond the far plane."""
    far_off = rectangle(1, 1, 0, (1e-6, 1e-6))[:3].astype(np.float32)  # a body, out of sight
    body = Stage(far_off, np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.uint32))
    renderer.show(replace(body, view="inside", volume=box_of_light(level)))
    rig = Rig(np.zeros(3), np.eye(3), 1e-3 * half_height, 0.75, 1, 40)
    drawn = renderer.quilt(rig, ONE)
    echo = level / 255
    cover = 1 - np.exp(-2 * (0.05 + 5 * echo**3))
    ramp = [(0.09, 0.008, 0.006), (0.62, 0.11, 0.05), (1.0, 0.93, 0.8)]
    colour = [np.interp(echo, [0, 0.5, 1], part) for part in np.transpose(ramp)]
    expected = cover * np.array(colour) + (1 - cover) * np.array(BACKGROUND[:3])
    middle = drawn[80:120, 50:100]
    assert linear(middle).mean(axis=(0, 1)) == pytest.approx(expected, rel=0.05, abs=0.003)
    assert np.ptp(middle.reshape(-1, 3), axis=0).max() <= 3  # no jitter, no rings
    if half_height == 4:
        assert linear(drawn[10, 75]) == pytest.approx(np.array(BACKGROUND[:3]), abs=3e-4)


@pytest.mark.parametrize("most", [1 << 20, 20_000])
@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (40, -15), (-20, 60)])
def test_a_section_shows_the_volume_there(renderer, monkeypatch, yaw, pitch, most: int) -> None:
    """Also where it is taken coarser, for there is no room for all of it."""
    monkeypatch.setattr("viewers.looking_glass.grey_volume.MOST_SAMPLES", most)
    z, y, x = np.indices((40, 50, 60))
    ramp = (20 + 2 * x + 1.5 * y + z).astype(np.uint8)
    matrix = np.diag([1e-4, -1e-4, -1e-4, 1])
    matrix[:3, 3] = 1e-4 * (np.array([-60, 50, 40]) - np.array([-1, 1, 1])) / 2
    nowhere = np.zeros(ramp.shape, bool)
    volume = grey_volume(ramp, nowhere, (0, 0, 0, 40, 50, 60), (0.1, 0.1, 0.1), matrix)
    at = Plane(np.zeros(3), Rotation.from_euler("yx", [yaw, pitch], degrees=True).as_matrix())
    assert volume.samples[..., 0].size <= most
    section = replace(section_picture(volume, at), fade=0.0)
    renderer.show(Stage(*NO_BODY, section))
    rig = Rig(np.zeros(3), at.turn.T, 0.004, 0.75, 1, 40)
    light = linear(renderer.quilt(rig, ONE))[..., 0]
    eye, ways = rays(rig, ONE)
    reached = eye + (-(eye @ at.normal) / (ways @ at.normal))[..., None] * ways
    index = (np.concatenate([reached, np.ones((*reached.shape[:2], 1))], -1)
             @ np.linalg.inv(matrix).T)[..., :3]  # fmt: skip
    inside = ((index > 1) & (index < np.array([57, 47, 37]))).all(axis=-1)
    expected = linear(20 + index @ (2, 1.5, 1))
    assert inside.sum() > 3000
    assert np.abs(light / 0.62 - expected)[inside].max() < 0.02
    beyond = ((index < -1) | (index > np.array([60, 50, 40]))).any(axis=-1)
    assert np.abs(light[beyond] - BACKGROUND[0]).max() < 3e-4


def test_a_plane_beside_the_volume_shows_nothing() -> None:
    assert section_picture(box_of_light(9), Plane(np.array([0, 0, 1.0]), np.eye(3))) is None


def test_voxels_are_boxes_as_they_were_counted(renderer) -> None:
    masks = np.zeros((9, 40, 60), bool)
    masks[3:6, 10:14, 20:25] = True
    stage = replace(specimen_of(masks).stage(view="voxels"), picture=None)
    assert len(stage.faces) == 2 * 2 * (3 * 4 + 4 * 5 + 3 * 5)
    rig = framed(stage.points, ONE, 40, turned(0, 0))
    renderer.show(stage)
    lit = renderer.quilt(rig, ONE)[::-1].max(axis=2) > 12
    edges = [(x, y, -z) for x in (19.5, 24.5) for y in (9.5, 13.5) for z in (2.5, 5.5)]
    corners = np.array(edges) * (0.04, -0.05, 0.1) / 1e3 + np.array([3, -2, -1]) / 1e3
    seen = (rig.ndc(corners)[0, :, :2] + 1) / 2 * (ONE.width, ONE.height)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert (columns[0], rows[0]) == pytest.approx(seen.min(axis=0), abs=1.2)
    assert (columns[-1] + 1, rows[-1] + 1) == pytest.approx(seen.max(axis=0), abs=1.2)


@pytest.mark.parametrize("is_probed", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_the_one_pass_is_the_loop_in_every_view(
    renderer, layout, specimen, view: str, is_probed: bool
) -> None:
    middle = specimen.stage().positions.mean(axis=0)
    probe = Plane(middle, plane(35, -20).turn) if is_probed else None
    stage = specimen.stage(view=view, probe=probe, with_caption=True)
    rig = framed(stage.points, layout, 40, turned())
    renderer.show(stage)
    at_once = renderer.quilt(rig, layout)
    assert at_once.max() > 100
    assert psnr_db(at_once, renderer.quilt(rig, layout, one_pass=False)) >= 40
    assert psnr_db(at_once, renderer.quilt(rig, layout, pixels_a_pass=40_000)) >= 40


def test_what_is_seen_through_has_a_depth_where_nothing_else_is(renderer, ellipsoid) -> None:
    body = stage_of(ellipsoid)
    rig = framed(body.points, ONE, 40, turned())
    renderer.show(body)
    solid = renderer.heights(rig, ONE)
    corners = CENTRE + rectangle(0, 0, 0, (0.001, 0.001))
    hung = Picture(np.full((8, 8), 99, np.uint8), corners)
    renderer.show(replace(body, view="glass", picture=hung))
    seen_through = renderer.heights(rig, ONE)
    shown = (rig.ndc(corners)[0, :, :2] + 1) / 2 * (ONE.width, ONE.height)
    (x0, y0), (x1, y1) = shown.min(axis=0).astype(int), shown.max(axis=0).astype(int) + 1
    outside = np.ones(solid.shape, bool)
    outside[ONE.height - y1 : ONE.height - y0, x0:x1] = False
    np.testing.assert_allclose(seen_through[outside], solid[outside], atol=2e-6)
    middle = tuple(np.round(shown.mean(axis=0)).astype(int))
    assert seen_through[ONE.height - middle[1], middle[0]] == pytest.approx(
        (rig.turn @ (CENTRE - rig.target))[2], abs=1e-4
    )
