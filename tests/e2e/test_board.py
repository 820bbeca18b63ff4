"""The board in the headset: many scans, layers, pictures; and what drawing costs."""

from __future__ import annotations

import numpy as np
import pytest

from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.e2e.browser import as_pixels
from tests.e2e.hands import press, use_hands
from tests.e2e.lab import Lab
from tests.e2e.library import SPACE, made
from tests.e2e.test_desk import red

SCANS = 30


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A library of thirty scans."""
    folder = tmp_path_factory.mktemp("many")
    space = Space((4, 16, 16), SPACE.spacing_mm)
    frames = np.random.default_rng(1).integers(0, 255, space.shape, np.uint8)
    for number in range(SCANS):
        sequence = Sequence(
            frames, space, f"S{number:02}", "d0", (16, 16), (0, 0, 16, 16), made("import")
        )
        write_scan(folder / f"S{number:02}_d0.zarr", sequence)
    with Lab(folder) as lab:
        yield lab


def test_thirty_scans_are_paged_and_each_is_opened(many, visit):
    quest = visit(many.url, size=(640, 480), headset=True)
    quest.shown()
    quest.enter("VR")
    press(quest, "Scans")
    for _ in range(3):
        press(quest, "More")
    press(quest, "S29 - d0")
    quest.until("s.scan === 'S29_d0'")
    highest = max(at[1] for at in quest.state["reach"].values())
    lowest = min(at[1] for at in quest.state["reach"].values())
    assert highest - lowest < 0.5
    use_hands(quest)
    press(quest, "Before")
    quest.until("s.reach['S16 - d0'] && !s.reach['S29 - d0']")
    press(quest, "S16 - d0")
    quest.until("s.scan === 'S16_d0'")


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_each_layer_is_left_out_and_shown_again(quest, mode):
    quest.enter(mode)
    press(quest, "Show")
    for view, layer in (
        ("solid", "tumour"),
        ("glass", "shell"),
        ("cut", "outline"),
        ("cut", "frame"),
    ):
        press(quest, f"view {view}")
        before = round_the_tumour(quest)
        press(quest, f"layer {layer}")
        quest.until(f"s.layers.{layer} === false")
        assert differing(round_the_tumour(quest), before) > 50, layer
        press(quest, f"layer {layer}")
        quest.until(f"s.layers.{layer} === true")
        assert differing(round_the_tumour(quest), before) < 20, layer
    press(quest, "view inside")
    press(quest, "layer tumour")  # which is not drawn inside
    press(quest, "layer shell")
    quest.until("s.layers.shell === false && s.layers.tumour === true")
    press(quest, "layer shell")
    quest.until("s.layers.shell === true")
    press(quest, "view cut")


@pytest.mark.parametrize(("mode", "hands"), [("VR", False), ("MR", False), ("VR", True)])
def test_grey_levels_are_chosen_on_the_board(quest, mode, hands):
    quest.enter(mode)
    if hands:
        use_hands(quest)
    press(quest, "Probe")
    before = round_the_tumour(quest)
    for _ in range(3):
        press(quest, "Brighter")
    quest.until("s.levels.white < 255")
    after = round_the_tumour(quest)
    assert ((after - before).min(axis=2) > 5).sum() > 60 > ((before - after).min(axis=2) > 5).sum()
    width = quest.state["levels"]["white"] - quest.state["levels"]["black"]
    press(quest, "More contrast")
    quest.until(f"s.levels.white - s.levels.black < {width}")
    press(quest, "all levels")
    assert quest.until("s.levels.white === 255")["levels"] == {"black": 0, "white": 255}
    press(quest, "probe")
    quest.until("s.probe.isOut")
    press(quest, "lie level")
    press(quest, "probe")
    quest.until("!s.probe.isOut")


def round_the_tumour(lab):
    """What is seen of it; the board lies to the right."""
    lab.device("headset.controllers.right.position.set(0.5, 1.5, 0.5)")
    pixels = lab.seen()
    return pixels[:, : pixels.shape[1] * 6 // 10]


def differing(one, other):
    """How many pixels are not the same."""
    return int((np.abs(one - other).max(axis=2) > 12).sum())


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_picture_is_taken_saved_and_kept_on_the_page(quest, mode):
    quest.enter(mode)
    count = len(quest.state["pictures"])
    with quest.page.expect_download() as saved:
        press(quest, "Picture")
    name = saved.value.suggested_filename
    assert name == f"M1_d0 frame 20, {count + 1}.png"
    pixels = as_pixels(saved.value.path().read_bytes())
    assert pixels.shape == (1200, 1600, 3)
    assert red(pixels) > 2e-4
    assert quest.state["pictures"][0] == name
    assert "is saved" in quest.state["notice"]
    assert quest.page.get_by_role("img", name=name).get_attribute("src").startswith("blob:")
    assert quest.state["xr"]["mode"] is not None
    quest.frames(3)
    assert red(quest.seen()) > 2e-4  # the session goes on drawing


def test_a_headset_steers_by_its_own_frame_times(quest):
    desk = quest.state["budget"]
    assert desk["mostTriangles"] == float("inf")
    state = quest.enter("VR")
    assert state["budget"]["mostTriangles"] <= 120_000
    assert state["budget"]["rayMarchSteps"] <= 64
    measured = quest.until("s.budget.frameP95Ms !== null && s.budget.calls > 0")["budget"]
    assert 0 < measured["calls"] <= 100
    assert 0 < measured["triangles"] <= 500_000
    assert 1e5 < measured["textureBytes"] < 256 * 2**20
    quest.until("s.budget.mostTriangles === 20000", patience_s=60)  # drawn in software it is late
    assert quest.state["mesh"]["triangles"] > 0
    quest.leave()
    assert quest.state["budget"]["mostTriangles"] == float("inf")


def test_the_frame_that_is_read_is_sharp_all_over(quest):
    quest.enter("VR")
    assert quest.until("s.budget.foveation !== null")["budget"]["foveation"] == 1
    tumour = quest.tumour_at()
    quest.device(
        f"headset.position.set({tumour[0]:.3f}, {tumour[1]:.3f}, {tumour[2] + 0.3:.3f}); "
        "headset.quaternion.set(0, 0, 0, 1)"
    )
    assert quest.until("s.budget.foveation === 0")
    quest.device("headset.position.set(0, 1.6, 0.4)")
    quest.until("s.budget.foveation === 1")


def test_the_desk_shows_what_drawing_costs(desk):
    meter = desk.page.locator(".budget dl")
    assert meter.count() == 0
    desk.page.keyboard.press("b")
    assert "Draw calls" in meter.inner_text()
    desk.page.get_by_role("button", name="Meter").click()
    assert meter.count() == 0
