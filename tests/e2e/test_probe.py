"""The probe: what it shows at any angle, and how mouse, keys, controller and hand move it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

from parasam_core.marks import Mark
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.e2e.browser import place
from tests.e2e.lab import Lab
from tests.e2e.test_headset import TIP_TO_HAND

SPACE = Space((60, 90, 110), (0.12, 0.05, 0.05))
STRIP_PX = 28
TIP_TO_GRIP = np.array([0, 0.04, -0.01])  # above the tumour, whose box begins below
TURN_AND_TILT_DEG = [(10, 5), (35, -20), (70, 30), (120, -40), (-65, 15)]
ROLL_DEG = [0, 25]


@pytest.fixture(scope="module")
def frames():
    """(z, y, x) uint8: smooth lumps under speckle that is a few voxels wide."""
    z, y, x = np.indices(SPACE.shape)
    lumps = 110 + 60 * np.sin(x / 9) * np.cos(y / 11) + 40 * np.sin(z / 7 + x / 23)
    speckle = np.random.default_rng(5).normal(0, 6, SPACE.shape)
    return np.clip(lumps + speckle, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def lumps(frames, tmp_path_factory, visit):
    folder = tmp_path_factory.mktemp("lumps") / "library"
    made = Provenance("e2e", made_by=signed("import"), details={"spacing_source": "user"})
    height, width = SPACE.shape[1:]
    area = (0, 0, width, height)
    sequence = Sequence(frames, SPACE, "L1", "d0", (height, width), area, made)
    write_scan(folder / "L1_d0.zarr", sequence)
    with Lab(folder) as lab:
        page = visit(lab.url)
        page.until("s.volume?.isComplete")
        page.page.get_by_role("button", name="Take the probe").click()
        yield page
        assert page.errors == []


def slide(page, **values):
    for name, value in values.items():
        page.page.get_by_role("slider", name=name).fill(str(value))


def saved_picture(page):
    """(y, x, 4) uint8, without the strip of the scale bar."""
    with page.page.expect_download() as waiting:
        page.page.get_by_role("button", name="Save this picture").click()
    png = waiting.value.path().read_bytes()
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    return pixels[:-STRIP_PX]


def plane_of(page):
    """Origin in metres, and unit vectors to the picture's right and top, in the scan's scene."""
    pose = np.array(page.state["probe"]["pose"])
    turned = Rotation.from_quat(pose[3:]).as_matrix()
    return pose[:3], turned[:, 0], turned[:, 1]


def index_from_scene(page):
    numbers = page.page.evaluate(
        "fetch('api/scans/' + window.parasam.state.scan).then(r => r.json())"
    )["scene_from_index"]
    return np.linalg.inv(np.array(numbers).reshape(4, 4).T)


@pytest.mark.parametrize("roll", ROLL_DEG)
@pytest.mark.parametrize(("turn", "tilt"), TURN_AND_TILT_DEG)
def test_its_picture_is_scipys_interpolation_of_the_scan(lumps, frames, turn, tilt, roll):
    slide(lumps, Turn=turn, Tilt=tilt, Roll=roll, Place=0.35)
    shown = saved_picture(lumps)[..., 0].astype(np.float64)
    origin, right, up = plane_of(lumps)
    to_index = index_from_scene(lumps)
    left, bottom = section_of(to_index, origin, right, up)
    pixel = min(SPACE.spacing_mm) * 1e-3
    rows, columns = np.indices(shown.shape)
    above = len(shown) - rows - 0.5
    offsets = [left + (columns + 0.5) * pixel, bottom + above * pixel]
    points = origin + offsets[0][..., None] * right + offsets[1][..., None] * up
    at = np.moveaxis(points @ to_index[:3, :3].T + to_index[:3, 3], -1, 0)[::-1]  # (z, y, x)
    expected = map_coordinates(frames.astype(np.float64), at, order=1, mode="nearest")
    within = np.minimum(at + 0.5, np.reshape(SPACE.shape, (3, 1, 1)) - 0.5 - at).min(axis=0)
    inside = within > 0.1  # voxels
    assert inside.mean() > 0.2
    difference = np.abs(shown - expected)[inside]
    assert difference.mean() < 0.5  # of 255; the aim was 2
    assert np.percentile(difference, 99.9) < 4
    assert shown[within < -0.1].max(initial=0) == 0


def section_of(to_index, origin, right, up):
    """Left and bottom of the rectangle around where the plane meets the scan, m in the plane."""
    sides = [(-0.5, n - 0.5) for n in SPACE.shape[::-1]]
    corners = np.array(np.meshgrid(*sides)).reshape(3, -1).T
    scene = (corners - to_index[:3, 3]) @ np.linalg.inv(to_index[:3, :3]).T - origin
    places = scene @ np.stack([right, up, np.cross(right, up)]).T
    met = []
    for a in range(8):
        for b in range(a):
            if np.sum(corners[a] != corners[b]) == 1 and places[a, 2] * places[b, 2] < 0:
                share = places[a, 2] / (places[a, 2] - places[b, 2])
                met.append(places[a] + share * (places[b] - places[a]))
    return np.min(met, axis=0)[:2]


def test_it_lies_as_the_frames_do_and_shows_the_same(lumps, frames):
    lumps.page.get_by_role("button", name="Across").click()
    slide(lumps, Place=0)
    origin, *_ = plane_of(lumps)
    z = (index_from_scene(lumps) @ [*origin, 1])[2]
    shown = saved_picture(lumps)[..., 0].astype(np.float64)
    middle = frames[[int(np.floor(z)), int(np.ceil(z))]].mean(axis=0)
    assert shown.shape == middle.shape
    assert np.abs(shown - middle).max() <= 1


def test_window_and_level(lumps):
    lumps.page.get_by_role("button", name="Across").click()
    plain = saved_picture(lumps)[..., 0].astype(np.float64)
    slide(lumps, Window=100, Level=120)
    windowed = saved_picture(lumps)[..., 0]
    assert np.abs(windowed - np.clip((plain - 70) * 2.55, 0, 255)).max() <= 2
    lumps.page.get_by_role("button", name="Show all levels").click()
    np.testing.assert_array_equal(saved_picture(lumps)[..., 0], plain)


def test_the_mouse_moves_and_turns_it(lumps):
    lumps.page.get_by_role("button", name="Across").click()
    lumps.page.wait_for_timeout(300)
    before = np.array(lumps.state["probe"]["pose"])
    box = lumps.page.locator(".stage").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lumps.page.mouse.move(*middle)
    lumps.page.mouse.down()
    lumps.page.mouse.move(middle[0] + 40, middle[1] + 10, steps=4)
    lumps.page.mouse.up()
    after = np.array(lumps.state["probe"]["pose"])
    normal = Rotation.from_quat(before[3:]).as_matrix()[:, 2]
    moved = after[:3] - before[:3]
    assert np.linalg.norm(moved) > 2e-4
    assert abs(np.dot(moved, normal)) == pytest.approx(np.linalg.norm(moved), rel=1e-6)
    np.testing.assert_allclose(after[3:], before[3:], atol=1e-9)


def test_arrows_move_the_slider_that_has_the_focus(lumps):
    lumps.page.get_by_role("button", name="Across").click()
    frame = lumps.state["frame"]
    turn = lumps.page.get_by_role("slider", name="Turn")
    turn.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        lumps.page.keyboard.press(key)
    assert turn.input_value() == "3"
    assert lumps.state["frame"] == frame
    slider = lumps.page.get_by_role("slider", name="Frame", exact=True)
    slider.focus()
    lumps.page.keyboard.press("ArrowRight")
    lumps.until(f"s.frame === {frame + 1}")
    lumps.page.keyboard.press("ArrowLeft")


def test_it_is_looked_at_straight_and_the_first_view_comes_back(desk, library):
    desk.page.get_by_role("button", name="First view").click()
    desk.page.get_by_role("button", name="Take the probe").click()
    slide(desk, Turn=-30, Tilt=20, Roll=0, Place=0.2)
    scan = ScanFile.open(library / "M1_d0.zarr")
    scan.write_marks(corner_on(desk.state["probe"]["pose"]))
    first = sides_px(desk)
    desk.page.get_by_role("button", name="Look straight at it").click()
    desk.page.wait_for_timeout(500)
    right, up = sides_px(desk)
    assert np.linalg.norm(right) == pytest.approx(np.linalg.norm(up), rel=0.03)
    assert abs(right @ up) < 0.03 * (right @ right)
    assert right[0] > 0.99 * np.linalg.norm(right)
    assert up[1] < 0  # pixels count down
    desk.page.keyboard.press("f")
    for _ in range(100):
        if np.allclose(sides_px(desk), first, atol=0.6):
            break
        desk.page.wait_for_timeout(40)
    np.testing.assert_allclose(sides_px(desk), first, atol=0.6)
    desk.page.get_by_role("button", name="Put the probe away").click()
    scan.write_marks([])
    desk.until("s.marks.length === 0")


def corner_on(pose):
    """Notes in the probe's plane: at its middle, a millimetre to the right, a millimetre up."""
    turn = Rotation.from_quat(pose[3:]).as_matrix()
    middle = np.array(pose[:3]) * 1e3
    places = [middle, middle + turn[:, 0], middle + turn[:, 1]]
    return [
        Mark(str(n), "note", (tuple(place * (1, -1, -1)),), f"{n}", "", datetime.now(UTC))
        for n, place in enumerate(places)
    ]


def sides_px(desk):
    """From the first note to the two others, on the stage."""
    state = desk.until("s.marks.length === 3 && s.marks.every(m => m.pixels.length === 1)")
    middle, *others = (np.array(mark["pixels"][0]) for mark in state["marks"])
    return np.array([other - middle for other in others])


def amber(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((r > 180) & (g > 110) & (g < 200) & (b < 80)).sum()


def test_it_cuts_the_tumour_and_outlines_the_mask(desk):
    desk.until("s.volume.isComplete")
    desk.page.get_by_role("button", name="Take the probe").click()
    outlined = saved_picture(desk)
    assert amber(outlined.astype(int)) > 100
    cut = desk.pixels()
    desk.page.get_by_role("button", name="Level", exact=True).click()
    assert np.abs(desk.pixels() - cut).mean() > 2
    desk.page.get_by_role("button", name="Put the probe away").click()
    desk.until("!s.probe.isOut")


@pytest.fixture
def with_probe(quest):
    quest.page.get_by_role("button", name="Take the probe").dispatch_event("click")
    yield quest
    quest.leave()
    quest.page.get_by_role("button", name="Put the probe away").dispatch_event("click")


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_controller_holds_it(with_probe, mode):
    with_probe.enter(mode)
    held(with_probe, "controllers.right", "updateButtonValue('squeeze', {})", TIP_TO_GRIP)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_hand_holds_it(with_probe, mode):
    with_probe.enter(mode)
    with_probe.device("headset.primaryInputMode = 'hand'")
    with_probe.until("s.xr.inputs.length === 2 && s.xr.inputs.every(i => i === 'hand')")
    held(with_probe, "hands.right", "updatePinchValue({})", TIP_TO_HAND + TIP_TO_GRIP / 2)


def held(quest, hand, press, offset):
    """Take the transducer, carry it 3 cm aside: the plane has gone along, the tumour has not."""
    at = np.array(quest.state["reach"]["transducer"]) + offset
    quest.device(f"headset.{hand}.position.set({place(at)})")
    tumour = quest.tumour_at()
    quest.device(f"headset.{hand}.{press.format(1)}")
    before = np.array(quest.state["probe"]["pose"])
    aside = np.array([0.03, 0, 0])
    quest.device(f"headset.{hand}.position.set({place(at + aside)})")
    after = np.array(quest.state["probe"]["pose"])
    quest.device(f"headset.{hand}.{press.format(0)}")
    moved = np.linalg.norm(after[:3] - before[:3]) * quest.state["magnification"]
    assert moved == pytest.approx(0.03, abs=0.003)
    np.testing.assert_allclose(quest.tumour_at(), tumour, atol=1e-6)
