"""In an emulated Quest 3: sessions, hands, controllers, the board."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.browser import place
from tests.e2e.hands import TIP_TO_HAND, aim, take, use_hands
from tests.e2e.library import SPACE

SHIFT = np.array([0.12, 0.06, 0.05])
BEHIND = np.array([0, 0, 0.4])
ASIDE = np.array([0.04, 0, 0])
ABOVE = np.array([0, 0.02, 0])


@pytest.mark.parametrize(("mode", "name"), [("VR", "immersive-vr"), ("MR", "immersive-ar")])
def test_a_session_starts_with_the_tumour_in_reach(quest, mode, name):
    state = quest.enter(mode)
    assert state["xr"] == {"mode": name, "inputs": ["controller", "controller"]}
    assert np.abs(quest.tumour_at() - [0, 1.35, -0.5]).max() < 0.02
    assert state["magnification"] == 20
    depth = (
        "(({ depthNear, depthFar }) => [depthNear, depthFar])(headset.activeSession.renderState)"
    )
    assert quest.page.evaluate(depth) == [0.02, 60]
    assert state["renderer"]["calls"] <= 50  # one eye's; Quest's budget is 100 for both


def test_leaving_gives_the_desk_back(quest):
    before = quest.state["tumourMatrixWorld"]
    picture = quest.pixels()
    quest.enter("VR")
    quest.leave()
    assert quest.state["tumourMatrixWorld"] == before
    assert np.abs(quest.pixels() - picture).mean() < 2


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_tumour_follows_a_squeezing_controller(quest, mode):
    quest.enter(mode)
    start, axes = quest.tumour_at(), quest.tumour_axes()
    at = take(quest)
    quest.device(f"headset.controllers.right.position.set({place(at + SHIFT)})")
    assert np.abs(quest.tumour_at() - start - SHIFT).max() < 0.005
    quest.device("headset.controllers.right.quaternion.set(0, 0.7071, 0, 0.7071)")
    turned = quest.tumour_axes()
    assert np.linalg.norm(turned - axes) > 1
    quest.device("headset.controllers.right.updateButtonValue('squeeze', 0)")
    let_go = quest.tumour_at()
    quest.device("headset.controllers.right.position.set(0.5, 1, -0.2)")
    assert np.abs(quest.tumour_at() - let_go).max() < 1e-6


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_ray_takes_the_tumour_from_afar(quest, mode):
    quest.enter(mode)
    start = quest.tumour_at()
    behind = start + BEHIND
    quest.device(
        f"const c = headset.controllers.right; c.position.set({place(behind)}); "
        "c.quaternion.set(0, 0, 0, 1)"
    )
    quest.device("headset.controllers.right.updateButtonValue('trigger', 1)")
    quest.device(f"headset.controllers.right.position.set({place(behind + SHIFT)})")
    assert np.abs(quest.tumour_at() - start - SHIFT).max() < 0.01


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_tumour_follows_a_pinching_hand(quest, mode):
    quest.enter(mode)
    hand = quest.tumour_at() + TIP_TO_HAND
    quest.device("headset.primaryInputMode = 'hand'")
    quest.until("s.xr.inputs.length === 2 && s.xr.inputs.every(i => i === 'hand')")
    quest.device(f"headset.hands.right.position.set({place(hand)})")
    quest.device("headset.hands.right.updatePinchValue(1)")
    start = quest.tumour_at()  # iwer's fingers close in one frame, which turns the tumour a little
    quest.device(f"headset.hands.right.position.set({place(hand + SHIFT)})")
    assert np.abs(quest.tumour_at() - start - SHIFT).max() < 0.002
    quest.device("headset.hands.right.updatePinchValue(0)")
    let_go = quest.tumour_at()
    quest.device(f"headset.hands.right.position.set({place(hand)})")
    assert np.abs(quest.tumour_at() - let_go).max() < 1e-6


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_two_controllers_scale(quest, mode):
    quest.enter(mode)
    before = quest.state["magnification"]
    left = take(quest, "left", -ASIDE)
    right = take(quest, "right", ASIDE)
    quest.device(
        f"headset.controllers.left.position.set({place(left - ASIDE)}); "
        f"headset.controllers.right.position.set({place(right + ASIDE)})"
    )
    assert quest.state["magnification"] == pytest.approx(2 * before, rel=0.1)


INDEX_TIPS = """() => new Promise(async done => {
  const session = window.headset.activeSession;
  const space = await session.requestReferenceSpace('local-floor');
  session.requestAnimationFrame((_, frame) => done([...session.inputSources].map(({ hand }) => {
    const { x, y, z } = frame.getPose(hand.get('index-finger-tip'), space).transform.position;
    return [x, y, z];
  })));
})"""


def between_pinches(quest):
    """Metres between the two hands' fingers."""
    one, other = np.array(quest.page.evaluate(INDEX_TIPS))
    return np.linalg.norm(one - other)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_two_hands_scale(quest, mode):
    quest.enter(mode)
    use_hands(quest)
    middle = quest.tumour_at()
    hands = {
        side: middle + sign * ASIDE + TIP_TO_HAND * (sign, 1, 1)
        for side, sign in (("left", -1), ("right", 1))
    }
    for side, at in hands.items():
        quest.device(f"headset.hands.{side}.position.set({place(at)})")
        quest.device(f"headset.hands.{side}.updatePinchValue(1)")
    before, apart = quest.state["magnification"], between_pinches(quest)
    quest.device(
        f"headset.hands.left.position.set({place(hands['left'] - ASIDE)}); "
        f"headset.hands.right.position.set({place(hands['right'] + ASIDE)})"
    )
    grown = between_pinches(quest) / apart
    assert grown > 1.3
    assert quest.state["magnification"] == pytest.approx(grown * before, rel=0.1)
    for side in hands:
        quest.device(f"headset.hands.{side}.updatePinchValue(0)")


@pytest.mark.parametrize(
    ("mode", "side", "stick", "end"),
    [("VR", "right", "1, 0", 39), ("MR", "right", "-1, 0", 0), ("MR", "left", "0, 1", 0)],
)
def test_thumbsticks_scrub(quest, mode, side, stick, end):
    frame = quest.enter(mode)["frame"]
    quest.device(f"headset.controllers.{side}.updateAxes('thumbstick', {stick})")
    assert abs(quest.state["frame"] - frame) >= 1
    quest.until(f"s.shownFrame === {end}")  # held, it runs on
    quest.device(f"headset.controllers.{side}.updateAxes('thumbstick', 0, 0)")
    quest.page.keyboard.press("PageUp" if end == 0 else "PageDown")
    quest.frames(5)
    assert abs(quest.state["frame"] - end) == 10


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_knob_on_the_frame_is_drawn_along_the_sweep(quest, mode):
    frame = quest.enter(mode)["frame"]
    knob = np.array(quest.state["reach"]["knob"])
    along = -np.array(quest.state["tumourMatrixWorld"][8:11]) * SPACE.spacing_mm[0] / 1000
    tumour = quest.tumour_at()
    hand = "headset.controllers.right"
    quest.device(f"{hand}.position.set({place(knob + ABOVE)})")
    quest.device(f"{hand}.updateButtonValue('squeeze', 1)")
    quest.device(f"{hand}.position.set({place(knob + ABOVE + 5 * along)})")
    assert quest.until(f"s.shownFrame !== {frame}")["frame"] == frame + 5
    assert np.abs(quest.tumour_at() - tumour).max() < 1e-6


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_board_shows_the_numbers_and_its_slider_scrubs(quest, mode):
    quest.enter(mode)
    slider = np.array(quest.state["reach"]["slider"])
    head = np.array([0, 1.6, 0])
    at = head + 0.5 * (slider - head)
    quest.device(
        f"const c = headset.controllers.right; c.position.set({place(at)}); "
        f"{aim(at, slider)}; c.quaternion.set(...q)"
    )
    before = quest.state["frame"]
    quest.device("headset.controllers.right.updateButtonValue('trigger', 1)")
    assert abs(quest.state["frame"] - 19.5) < 3  # the slider's middle
    right = np.cross(slider - head, [0, 1, 0])
    aside = slider + 0.08 * right / np.linalg.norm(right)
    quest.device(f"const c = headset.controllers.right; {aim(at, aside)}; c.quaternion.set(...q)")
    assert quest.state["frame"] > before + 5


def test_emulate_puts_a_headset_into_the_browser(visit, lab):
    page = visit(lab.url + "?emulate=1")
    page.shown()
    page.page.get_by_role("button", name="Enter MR").click()
    page.until("s.xr.mode === 'immersive-ar' && s.magnification > 1 && s.xr.inputs.length === 2")
    assert page.errors == []
    page.close()
