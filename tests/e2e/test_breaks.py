"""What goes wrong with headsets: refused, lost, swapped, ended, or without a graphics card."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.browser import place
from tests.e2e.hands import pinch, press, take, use_hands
from tests.e2e.test_desk import red

REFUSE = """() => {
  window.plainRequest = navigator.xr.requestSession;
  navigator.xr.requestSession = () => Promise.reject(new DOMException('no', '%s'));
}"""
ASIDE = np.array([0.06, 0.05, 0])


@pytest.mark.parametrize(
    ("error", "words"),
    [("NotAllowedError", "did not let this page into"), ("NotSupportedError", "shows no"),
     ("InvalidStateError", "Another page"), ("OperationError", "did not start")],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_refused_session_says_why_and_can_be_asked_for_again(quest, mode, error, words):
    before = quest.state
    quest.page.evaluate(REFUSE % error)
    quest.page.get_by_role("button", name=f"Enter {mode}").click()
    refused = quest.until("s.failure")
    quest.page.evaluate("() => { navigator.xr.requestSession = window.plainRequest }")
    assert words in refused["failure"]
    assert f"Enter {mode}" in quest.page.get_by_role("alert").inner_text() or words == "shows no"
    assert (refused["scan"], refused["frame"]) == (before["scan"], before["frame"])
    quest.page.get_by_role("button", name="Close this message").click()
    quest.enter(mode)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_lost_tracking_is_said_and_all_stays_until_it_is_back(quest, mode):
    quest.enter(mode)
    before = quest.state
    quest.page.evaluate(
        "() => { window.plainPose = XRFrame.prototype.getViewerPose; "
        "XRFrame.prototype.getViewerPose = () => null }"
    )
    lost = quest.until("s.notice")
    assert "does not know where it is" in lost["notice"]
    assert lost["tumourMatrixWorld"] == before["tumourMatrixWorld"]
    quest.page.evaluate("() => { XRFrame.prototype.getViewerPose = window.plainPose }")
    back = quest.until("s.notice === null")
    assert back["tumourMatrixWorld"] == before["tumourMatrixWorld"]
    at = take(quest)
    quest.device(f"headset.controllers.right.position.set({place(at + ASIDE)})")
    assert np.abs(quest.tumour_at() - at - ASIDE).max() < 0.005


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_controller_swapped_for_a_hand_amid_a_grab_lets_go(quest, mode):
    quest.enter(mode)
    at = take(quest)
    quest.device(f"headset.controllers.right.position.set({place(at + ASIDE)})")
    held = quest.tumour_at()
    use_hands(quest)
    assert np.abs(quest.tumour_at() - held).max() < 1e-6
    quest.device("headset.hands.right.position.set(0.4, 1.1, -0.2)")
    assert np.abs(quest.tumour_at() - held).max() < 1e-6
    pinch(quest, held)
    start = quest.tumour_at()
    quest.device("headset.hands.right.position.y += 0.05")
    assert quest.tumour_at() - start == pytest.approx([0, 0.05, 0], abs=0.003)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_hand_swapped_for_a_controller_amid_a_grab_lets_go(quest, mode):
    quest.enter(mode)
    use_hands(quest)
    pinch(quest, quest.tumour_at())
    quest.device("headset.hands.right.position.y += 0.15")
    held = quest.tumour_at()
    quest.device("headset.primaryInputMode = 'controller'")
    quest.until("s.xr.inputs.every(i => i === 'controller') && s.xr.inputs.length === 2")
    quest.frames(3)
    assert np.abs(quest.tumour_at() - held).max() < 1e-6
    at = take(quest)
    quest.device(f"headset.controllers.right.position.set({place(at + ASIDE)})")
    assert np.abs(quest.tumour_at() - held - ASIDE).max() < 0.005


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_session_that_the_system_ends_is_said_and_goes_on_as_it_was(quest, mode):
    quest.enter(mode)
    press(quest, "True size")
    quest.until("s.magnification === 1")
    quest.page.evaluate("headset.activeSession.end()")
    ended = quest.until("s.xr.mode === null && s.notice")
    assert "ended the session" in ended["notice"]
    assert "ended the session" in quest.page.locator(".message").inner_text()
    assert (ended["scan"], ended["frame"]) == ("M1_d0", 20)
    quest.page.get_by_role("button", name=f"Enter {mode}").dispatch_event("click")
    again = quest.until("s.xr.mode && s.xr.inputs.length === 2 && s.notice === null")
    quest.frames(8)
    assert again["magnification"] == 1
    press(quest, "Bring back")
    quest.until("s.magnification === 20")


def test_leaving_by_oneself_is_no_news(quest):
    quest.enter("VR")
    press(quest, "Leave")
    assert quest.until("s.xr.mode === null")["notice"] is None


IWERS_OWN = "Cannot read properties of null (reading '0')"  # the lost context's clear colour
KEEP_CANVAS = "() => { window.canvas = document.querySelector('.stage canvas') }"
LOSE = """() => {
  window.taken = window.canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
  window.taken.loseContext();
}"""


def test_a_graphics_card_taken_away_at_the_desk_comes_back(visit, lab):
    page = visit(lab.url)
    page.all_here()
    page.page.wait_for_timeout(300)
    before = page.pixels()
    page.page.evaluate(KEEP_CANVAS)
    page.page.evaluate(LOSE)
    lost = page.until("s.notice")
    assert "took the graphics card away" in lost["notice"]
    page.page.keyboard.press("ArrowRight")
    frame = page.until("s.frame > 0")["frame"]
    page.page.evaluate("window.taken.restoreContext()")
    page.until("s.notice === null")
    page.page.keyboard.press("ArrowLeft")
    page.until(f"s.frame === {frame - 1} && s.volume.isComplete")
    page.page.wait_for_timeout(500)
    assert np.abs(page.pixels() - before).mean() < 2
    assert [e for e in page.errors if "CONTEXT_LOST" not in e] == []


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_graphics_card_taken_away_in_a_headset_ends_the_session_and_keeps_the_rest(
    visit, lab, mode
):
    page = visit(lab.url, size=(640, 480), headset=True)
    page.shown()
    page.page.evaluate(KEEP_CANVAS)  # iwer takes it elsewhere
    page.enter(mode)
    drawn = page.seen()
    assert red(drawn) > 0
    take(page)
    page.page.evaluate(LOSE)
    lost = page.until("s.xr.mode === null && s.notice")
    assert "took the graphics card away" in lost["notice"]
    page.page.evaluate("window.taken.restoreContext()")
    page.until("s.notice === null")
    page.page.wait_for_timeout(500)
    assert red(page.pixels()) > 0.005
    page.enter(mode)
    page.frames(5)
    assert red(page.seen()) > 0.8 * red(drawn)
    assert [e for e in page.errors if "CONTEXT_LOST" not in e and e != IWERS_OWN] == []
