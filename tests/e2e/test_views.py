"""Ways to see the tumour: as voxels, and from inside; and the frames played."""

from __future__ import annotations

import numpy as np
import pytest

from parasam_core.scanfile import ScanFile
from tests.e2e.hands import press, use_hands
from tests.e2e.test_desk import red


@pytest.fixture
def masks(library):
    return ScanFile.open(library / "M1_d0.zarr").mask("manual").masks


def faces_of(masks):
    """How many faces of voxels have air behind them."""
    padded = np.pad(masks.astype(np.int8), 1)
    return sum(int(np.abs(np.diff(padded, axis=axis)).sum()) for axis in range(3))


def show(page, view):
    page.page.get_by_role("button", name=view, exact=True).dispatch_event("click")


def test_voxels_are_those_of_the_mask(desk, masks):
    desk.all_here()
    show(desk, "Voxels")
    state = desk.until("s.voxels")
    assert state["voxels"] == {"faces": faces_of(masks), "block": [1, 1, 1]}
    desk.page.wait_for_timeout(300)
    assert red(desk.pixels()) > 0.05
    show(desk, "Cut")
    desk.until("s.voxels === null")


def test_voxels_follow_the_mask_that_is_chosen(desk, library):
    show(desk, "Voxels")
    desk.page.evaluate("location.hash = '#scan=M1_d6&label=manual'")
    other = ScanFile.open(library / "M1_d6.zarr").mask("manual").masks
    desk.until(f"s.scan === 'M1_d6' && s.voxels && s.voxels.faces === {faces_of(other)}")
    show(desk, "Cut")


def test_a_layer_that_a_view_does_not_draw_cannot_be_switched(desk):
    layers = desk.page.get_by_role("group", name="Layers").get_by_role("switch")

    def off():
        return [
            (switch.inner_text(), switch.get_attribute("title"))
            for switch in layers.all()
            if switch.is_disabled()
        ]

    assert off() == []  # cut
    show(desk, "Whole")
    assert off() == [("Shell", "Cut, Glass and Inside show it")]
    show(desk, "Inside")
    assert [name for name, _ in off()] == ["Tumour", "Frame", "Outline"]
    desk.page.get_by_role("button", name="Take the probe").click()
    assert [name for name, _ in off()] == ["Tumour", "Frame"]
    desk.page.get_by_role("button", name="Put the probe away").click()
    show(desk, "Cut")
    assert off() == []


def test_the_inside_is_light_within_the_mask_and_the_probe_opens_it(desk):
    desk.until("s.volume.isComplete")
    show(desk, "Glass")
    empty = desk.pixels()
    show(desk, "Inside")
    full = desk.pixels()
    lit = (np.abs(full - empty).max(axis=2) > 20).mean()
    assert lit > 0.03
    desk.page.get_by_role("button", name="Take the probe").click()
    desk.page.get_by_role("slider", name="Turn").fill("45")  # faces the eye: what is before it goes
    opened = desk.pixels()
    assert np.abs(opened - full).max(axis=2).mean() > 3
    desk.page.get_by_role("button", name="Put the probe away").click()
    show(desk, "Cut")


@pytest.mark.parametrize(("mode", "hands"), [("VR", False), ("MR", False), ("VR", True)])
@pytest.mark.parametrize("view", ["voxels", "inside", "glass", "solid"])
def test_a_headset_shows_it_within_its_budget(quest, view, mode, hands):
    quest.all_here()
    quest.enter(mode)
    cut = quest.pixels()
    if hands:
        use_hands(quest)
    press(quest, "Show")
    press(quest, f"view {view}")
    if view == "voxels":
        quest.until("s.voxels")
    quest.frames(10)
    drawn = quest.state["renderer"]
    assert drawn["calls"] <= 50  # one eye's; Quest's budget is 100 for both
    assert drawn["triangles"] <= 250_000
    assert np.abs(quest.pixels() - cut).max(axis=2).mean() > 0.2
    show(quest, "Cut")


def test_frames_are_played_round_and_stopped(desk):
    first, last = desk.page.evaluate("fetch('api/scans/M1_d0').then(r => r.json())")[
        "frames_with_tumour"
    ]
    desk.page.get_by_label("Speed").select_option("40")
    desk.page.keyboard.press(" ")
    desk.until("s.player.isPlaying")
    seen = set()
    for _ in range(60):
        seen.add(desk.state["frame"])
        desk.page.wait_for_timeout(30)
    assert len(seen) > 10
    assert min(seen) >= first
    assert max(seen) <= last
    desk.page.get_by_role("button", name="Stop", exact=True).click()
    frame = desk.until("!s.player.isPlaying")["frame"]
    desk.page.wait_for_timeout(200)
    assert desk.state["frame"] == frame
    desk.page.get_by_label("Speed").select_option("20")


def test_they_are_played_in_a_headset_too(quest):
    quest.enter("VR")
    quest.page.get_by_role("button", name="Play", exact=True).dispatch_event("click")
    before = quest.state["frame"]
    quest.until(f"Math.abs(s.frame - {before}) > 3")
    quest.page.get_by_role("button", name="Stop", exact=True).dispatch_event("click")
    quest.until("!s.player.isPlaying")
