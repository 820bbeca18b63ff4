"""Side by side: the subject's timepoints and a scan's masks, at one scale."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.browser import place
from tests.e2e.hands import TIP_TO_HAND, use_hands

ROW = ("Timepoints", "Masks")


@pytest.fixture
def alone(desk):
    """A page with nothing beside the tumour, and so again afterwards."""
    desk.all_here()
    yield desk
    desk.page.get_by_role("button", name="Alone").click()
    desk.page.get_by_role("button", name="Cut", exact=True).click()


def wait_for_row(page, others):
    """Until as many others are drawn."""
    page.until(f"Object.keys(s.row).length === {others}")
    page.page.wait_for_timeout(300)


@pytest.mark.parametrize("what", ROW)
def test_the_others_are_drawn_beside_it(alone, what):
    before = alone.pixels()
    alone.page.get_by_role("button", name=what, exact=True).click()
    wait_for_row(alone, 1)
    assert np.abs(alone.pixels() - before).mean() > 3


def test_a_click_opens_one(alone):
    alone.page.get_by_role("button", name="Timepoints", exact=True).click()
    wait_for_row(alone, 1)
    stage = alone.page.locator(".stage").bounding_box()
    alone.page.mouse.click(stage["x"] + 0.74 * stage["width"], stage["y"] + stage["height"] / 2)
    alone.until("s.scan === 'M1_d6'")
    wait_for_row(alone, 1)


def test_the_mouse_lays_one_elsewhere_and_a_button_back(alone):
    alone.page.get_by_role("button", name="Timepoints", exact=True).click()
    wait_for_row(alone, 1)
    stage = alone.page.locator(".stage").bounding_box()
    x, y = stage["x"] + 0.74 * stage["width"], stage["y"] + stage["height"] / 2
    alone.page.mouse.move(x, y)
    alone.page.mouse.down()
    alone.page.mouse.move(x - 60, y - 80, steps=5)
    alone.page.mouse.up()
    moved = alone.until("Object.keys(s.beside.moved).length === 1")["beside"]["moved"]
    [pose] = moved.values()
    assert pose[1] > 5e-4  # metres, up
    assert alone.state["scan"] == "M1_d0"
    alone.page.get_by_role("button", name="Align by centroid").click()
    alone.until("Object.keys(s.beside.moved).length === 0")


@pytest.fixture
def with_row(quest):
    quest.all_here()
    quest.page.get_by_role("button", name="Timepoints", exact=True).dispatch_event("click")
    wait_for_row(quest, 1)
    yield quest
    quest.leave()
    quest.page.get_by_role("button", name="Alone").dispatch_event("click")
    quest.until("Object.keys(s.beside.moved).length === 0 || s.beside.what === 'nothing'")
    quest.page.get_by_role("button", name="Cut", exact=True).dispatch_event("click")


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_controller_lays_one_elsewhere(with_row, mode):
    with_row.enter(mode)
    laid(with_row, "controllers.right", "updateButtonValue('squeeze', {})", np.zeros(3))


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_hand_lays_one_elsewhere(with_row, mode):
    with_row.enter(mode)
    use_hands(with_row)
    laid(with_row, "hands.right", "updatePinchValue({})", TIP_TO_HAND)


def laid(quest, hand, press, offset):
    """Take the one that stands beside the tumour and carry it: it goes along, the tumour stays."""
    quest.until("s.hasGrowthBoard")
    tumour = quest.tumour_at()
    at = np.array(quest.state["row"]["M1_d6/manual"]) + offset
    quest.device(f"headset.{hand}.position.set({place(at)})")
    quest.device(f"headset.{hand}.{press.format(1)}")
    start = np.array(quest.state["row"]["M1_d6/manual"])  # fingers close in one frame
    shift = np.array([0.02, 0.05, 0.01])
    quest.device(f"headset.{hand}.position.set({place(at + shift)})")
    np.testing.assert_allclose(quest.state["row"]["M1_d6/manual"] - start, shift, atol=0.004)
    np.testing.assert_allclose(quest.tumour_at(), tumour, atol=1e-6)
    quest.device(f"headset.{hand}.{press.format(0)}")
