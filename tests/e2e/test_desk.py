"""On a screen: the list, the mesh, the frames, the numbers, the phone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.e2e.browser import PHONE
from tests.e2e.library import SPACE, volume_mm3

LAST = SPACE.shape[0] - 1


def red(pixels):
    """How much of the picture is the colour of the tumour."""
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((r > 90) & (r > 1.6 * g) & (r > 1.6 * b)).mean()


def amber(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((r > 180) & (g > 110) & (g < 200) & (b < 80)).mean()


def test_the_library_is_listed_and_the_first_scan_shown(desk):
    state = desk.state
    assert state["scans"] == ["M1_d0", "M1_d6", "M2_d0"]
    assert (state["scan"], state["label"]) == ("M1_d0", "manual")
    buttons = desk.page.locator("nav button")
    assert buttons.count() == 3
    assert "40 frames" in buttons.first.inner_text()


def test_the_mesh_is_drawn(desk):
    desk.page.get_by_role("button", name="Whole").click()
    with_tumour = red(desk.pixels())
    desk.page.get_by_role("button", name="d0").nth(1).click()  # M2: frames alone
    desk.until("s.scan === 'M2_d0' && s.shownFrame !== null")
    assert with_tumour > 0.05
    assert red(desk.pixels()) < 0.001


def test_the_numbers_are_those_of_the_voxels(desk):
    state = desk.until("s.volumeMm3 !== null")
    assert state["volumeMm3"] == pytest.approx(volume_mm3("d0"))
    shown = desk.page.get_by_test_id("volume").inner_text()
    assert float(shown.split()[0]) == pytest.approx(volume_mm3("d0"), rel=0.005)
    numbers = desk.page.locator("aside").inner_text()
    low, high = re.search(r"95 % between\s+([\d.]+) – ([\d.]+) mm³", numbers).groups()
    assert float(low) < volume_mm3("d0") < float(high)
    assert "0.15 × 0.09 × 0.09 mm" in numbers
    assert "from ruler" in numbers


def test_scrubbing_changes_the_picture(desk):
    before = desk.shown()
    first = desk.pixels()
    desk.page.keyboard.press("ArrowRight")
    desk.until(f"s.shownFrame === {before['frame'] + 1}")
    changed = np.abs(desk.pixels() - first).max(axis=2) > 12
    assert changed.mean() > 0.05


@pytest.mark.parametrize(
    ("key", "frame"),
    [("ArrowLeft", 19), ("ArrowUp", 21), ("PageUp", 30), ("PageDown", 10), ("Home", 0),
     ("End", LAST)],
)  # fmt: skip
def test_keys_turn_frames(desk, key, frame):
    desk.page.keyboard.press(key)
    desk.until(f"s.shownFrame === {frame}")


def test_the_wheel_turns_frames_over_the_frame_and_with_shift(desk):
    desk.page.mouse.move(470, 400)
    desk.page.mouse.wheel(0, 100)
    desk.until("s.frame === 21")
    desk.page.mouse.move(20, 700)
    desk.page.mouse.wheel(0, 100)  # beside the frame it zooms
    desk.page.keyboard.down("Shift")
    desk.page.mouse.wheel(0, -100)
    desk.page.mouse.wheel(0, -100)
    desk.page.keyboard.up("Shift")
    desk.until("s.frame === 19")


def test_the_slider_turns_frames_and_says_where(desk):
    slider = desk.page.get_by_role("slider", name="Frame")
    slider.fill("33")
    desk.until("s.shownFrame === 33")
    assert slider.get_attribute("aria-valuetext") == "Frame 33 of 39, 4.95 mm along the sweep"


def test_the_outline_ends_with_the_tumour(desk):
    desk.page.get_by_role("button", name="Glass", exact=True).click()
    on_tumour = amber(desk.pixels())
    desk.page.get_by_role("slider", name="Frame").fill("0")
    desk.until("s.shownFrame === 0")
    assert on_tumour > 0.0008
    assert amber(desk.pixels()) < on_tumour / 10


def test_the_chosen_scan_and_mask_are_in_the_address(desk, visit):
    desk.page.get_by_role("button", name="d6").click()
    desk.until("s.scan === 'M1_d6' && s.volumeMm3")
    desk.page.get_by_label("Mask").select_option("shifted")
    desk.until("s.label === 'shifted'")
    again = visit(desk.page.url)
    state = again.shown()
    assert (state["scan"], state["label"]) == ("M1_d6", "shifted")
    again.close()


def test_a_scan_without_masks_shows_frames_alone_and_says_so(desk):
    desk.page.get_by_role("button", name="d0").nth(1).click()
    state = desk.until("s.scan === 'M2_d0' && s.shownFrame === 20")
    assert state["mesh"] is None
    assert "no masks yet" in desk.page.locator("aside").inner_text()


def test_an_unknown_label_is_the_servers_sentence(desk):
    desk.page.evaluate("location.hash = '#scan=M1_d0&label=nobody'")
    desk.until("s.failure")
    assert "nobody" in desk.page.get_by_role("alert").inner_text()


def test_few_draw_calls_and_no_growth_while_scrubbing(desk):
    desk.page.keyboard.press("ArrowRight")
    desk.until("s.shownFrame === 21")
    before = desk.state["renderer"]
    for frame in range(22, 28):
        desk.page.keyboard.press("ArrowRight")
        desk.until(f"s.shownFrame === {frame}")
        desk.page.wait_for_timeout(40)
    after = desk.state["renderer"]
    assert after["calls"] <= 10
    assert (after["geometries"], after["textures"]) == (before["geometries"], before["textures"])


def test_a_phone_shows_everything_without_scrolling_sideways(visit, lab):
    desk = visit(lab.url, size=PHONE)
    desk.shown()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for name in ("Enter VR", "Enter MR", "Next frame"):
        box = desk.page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= PHONE[0]
        assert 0 <= box["y"] < box["y"] + box["height"] <= PHONE[1]
    assert red(desk.pixels()) > 0.005


def test_why_there_is_no_headset_is_said(desk):
    assert desk.page.get_by_role("button", name="Enter VR").is_disabled()
    assert "No headset" in desk.page.locator(".why").inner_text()


def test_without_webgl_the_numbers_remain(visit, lab):
    page = visit(lab.url, script="HTMLCanvasElement.prototype.getContext = () => null")
    page.until("s.volumeMm3 !== null")
    assert "WebGL 2" in page.page.get_by_role("alert").inner_text()


def test_a_link_that_was_followed_is_heeded_whatever_was_opened_meanwhile(desk):
    """The page writes what was opened into the address before it hears of the link."""
    follow, opened = "location.hash = '#scan=M2_d0'", "'#scan=M1_d0&label=manual'"
    desk.page.evaluate(f"{follow}; history.replaceState(null, '', {opened})")
    desk.until("s.scan === 'M2_d0'")
