"""How sure the model was, as colours; and from one frame that it doubted to the next."""

from __future__ import annotations

from datetime import UTC, datetime
from shutil import copytree

import numpy as np
import pytest

from parasam_core.mask import MaskStack, edited
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.segmenter import DOUBTFUL
from tests.e2e.browser import as_pixels
from tests.e2e.hands import press, use_hands
from tests.e2e.lab import Lab
from tests.e2e.library import DAYS, HALF_AXES_MM, SPACE, ellipsoid, sequence
from tests.e2e.test_compare import among
from tests.e2e.test_desk import red

SURE, UNSURE = 0.99, 0.4
MIDDLE = 20


def yellow(pixels):
    return among(pixels, (150, 255), (120, 240), (0, 130))


def blue(pixels):
    return among(pixels, (0, 110), (40, 170), (90, 255))


def grey(pixels):
    low, high = pixels.min(axis=2), pixels.max(axis=2)
    return int(((high - low < 14) & (low > 60)).sum())


@pytest.fixture(scope="module")
def drawn_by_a_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sure")
    inside = ellipsoid(HALF_AXES_MM * DAYS["d0"])
    frames = np.flatnonzero(inside.any(axis=(1, 2)))
    sure = {str(z): SURE if z < MIDDLE else UNSURE for z in frames}
    details = {"confidence": sure, "spacing_source": "ruler"}
    made = Provenance("lite", made_by=signed("segment"), details=details)
    scan = write_scan(folder / "S1_d0.zarr", sequence("S1", "d0", inside))
    scan.write_mask("model", MaskStack(inside, SPACE, made))
    return folder


@pytest.fixture(scope="module")
def sure_lab(drawn_by_a_model):
    with Lab(drawn_by_a_model) as started:
        yield started


@pytest.fixture(scope="module")
def desk_of_it(visit, sure_lab):
    return visit(sure_lab.url)


@pytest.fixture
def sure(desk_of_it):
    desk_of_it.shown()
    desk_of_it.until("s.volumeMm3")
    desk_of_it.page.get_by_role("button", name="Whole", exact=True).click()
    yield desk_of_it
    if desk_of_it.state["confidence"]["isShown"]:
        desk_of_it.page.keyboard.press("c")
    assert desk_of_it.errors == []


@pytest.mark.parametrize("view", ["Whole", "Voxels", "Cut"])
def test_the_surface_has_the_colours_of_its_frames(sure, view):
    sure.page.get_by_role("switch", name="Frame").click()  # which covers half of it
    sure.page.get_by_role("button", name=view, exact=True).click()
    if view == "Voxels":
        sure.until("s.voxels")
    plain = sure.pixels()
    assert red(plain) > 0.02
    sure.page.get_by_role("button", name="Confidence", exact=True).click()
    coloured = sure.pixels()
    assert red(coloured) < red(plain) / 10
    assert yellow(coloured) > yellow(plain) + 2000
    assert view == "Cut" or blue(coloured) > blue(plain) + 2000  # the half before the cut is glass
    legend = sure.page.get_by_role("img", name="Colours of confidence")
    assert "0.7" in legend.inner_text()
    sure.page.get_by_role("button", name="Confidence", exact=True).click()
    assert red(sure.pixels()) == pytest.approx(red(plain), rel=0.02)
    sure.page.get_by_role("switch", name="Frame").click()


def test_the_track_of_frames_has_them_too(sure):
    track = sure.page.locator(".track")
    before = as_pixels(track.screenshot())
    sure.page.keyboard.press("c")
    sure.until("s.confidence.isShown")
    after = as_pixels(track.screenshot())
    half = after.shape[1] // 2
    assert blue(after[:, :half]) > blue(before[:, :half]) + 100
    assert yellow(after[:, half:]) > yellow(before[:, half:]) + 100
    assert yellow(after[:, : half - 10]) <= yellow(before[:, : half - 10])


def test_doubtful_frames_are_gone_through_one_by_one(sure, drawn_by_a_model):
    mask = ScanFile.open(drawn_by_a_model / "S1_d0.zarr").mask("model")
    expected = [z for z, one in mask.confidence.items() if one < DOUBTFUL]
    assert sure.state["confidence"]["doubtful"] == expected
    sure.page.get_by_role("slider", name="Frame").fill("0")
    seen = []
    for _ in range(len(expected) + 1):
        sure.page.keyboard.press("u")
        seen.append(sure.state["frame"])
    assert seen == [*expected, expected[0]]
    sure.page.get_by_role("button", name=f"{len(expected)} doubtful").click()
    assert sure.state["frame"] == expected[1]


@pytest.mark.parametrize(("mode", "hands"), [("VR", False), ("MR", False), ("VR", True)])
def test_it_is_on_the_board_in_a_headset(visit, sure_lab, mode, hands):
    quest = visit(sure_lab.url, size=(640, 480), headset=True)
    quest.shown()
    quest.until("s.volumeMm3")
    quest.page.get_by_role("button", name="Whole", exact=True).click()
    quest.enter(mode)
    if hands:
        use_hands(quest)
    plain = quest.pixels()
    press(quest, "Show")
    press(quest, "confidence")
    quest.until("s.confidence.isShown")
    before = quest.state["frame"]
    press(quest, "doubtful")
    quest.until(f"s.frame !== {before} && s.confidence.doubtful.includes(s.frame)")
    assert yellow(quest.pixels()) > yellow(plain) + 200
    quest.leave()
    assert quest.errors == []
    quest.close()


def test_what_a_hand_has_drawn_is_grey_and_no_longer_doubtful(visit, tmp_path, drawn_by_a_model):
    folder = tmp_path / "drawn"
    copytree(drawn_by_a_model, folder)
    with Lab(folder) as lab:
        page = visit(lab.url)
        page.shown()
        page.until("s.volumeMm3")
        page.page.get_by_role("button", name="Whole", exact=True).click()
        page.page.keyboard.press("c")
        before = page.pixels()
        doubtful = page.state["confidence"]["doubtful"]
        scan = ScanFile.open(folder / "S1_d0.zarr")
        mask = scan.mask("model")
        for z in doubtful:
            mask = edited(mask, z, mask.masks[z], datetime.now(UTC))
            scan.write_frame("model", mask, z)
        page.until("s.confidence.doubtful.length === 0", patience_s=30)
        after = page.pixels()
        assert yellow(after) < yellow(before) / 10
        assert grey(after) > grey(before) + 1000
        assert page.page.get_by_text("The model was sure of every other frame").is_visible()
        page.close()


def test_a_mask_that_no_model_drew_says_nothing_of_it(desk):
    assert desk.page.get_by_role("button", name="Confidence", exact=True).count() == 0
    assert desk.state["confidence"] == {"isShown": False, "doubtful": []}
