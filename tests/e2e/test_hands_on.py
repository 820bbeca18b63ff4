"""The tumour in the hands: its true size, put down, brought back; going about; the palm menu."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.browser import FRAMES, place
from tests.e2e.hands import aim, let_go, pinch, press, take, use_hands
from tests.e2e.library import HALF_AXES_MM

HALF_AXES_M = HALF_AXES_MM[::-1] / 1000  # (x, y, z)
TABLE_Y = 0.748
OFFICE_TABLE = np.array([0.0, TABLE_Y, -0.6])
UP = np.array([0, 1, 0])
AT_REST = {"right": "0.25, 1.5, -0.4", "left": "-0.25, 1.5, -0.4"}


@pytest.fixture(scope="module")
def shared_office(visit, lab):
    return visit(lab.url, size=(640, 480), headset=True, room=True)


@pytest.fixture
def office(shared_office):
    """A page with a Quest 3 in an office, with a desk before the user."""
    shared_office.shown()
    yield shared_office
    shared_office.leave()
    assert shared_office.errors == []


def foot(lab):
    """How low the ellipsoid of the test's scan reaches in the room, m."""
    state = lab.state
    axes = HALF_AXES_M * lab.tumour_axes()[:, 1] * state["magnification"]
    return lab.tumour_at()[1] - np.linalg.norm(axes)


def head_in_room(lab):
    """(3,) where the headset is in the room that is drawn, m."""
    matrix = np.array(lab.state["origin"]).reshape(4, 4).T
    x, y, z = lab.page.evaluate("[...headset.position.vec3]")
    return (matrix @ [x, y, z, 1])[:3]


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_tumour_goes_to_its_true_size_and_back(quest, mode):
    before = quest.enter(mode)
    press(quest, "True size")
    assert quest.until("s.magnification === 1")["tumourMatrixWorld"][12:] == pytest.approx(
        before["tumourMatrixWorld"][12:], abs=1e-6
    )
    press(quest, "True size")
    assert quest.until("s.magnification !== 1")["magnification"] == before["magnification"]


def test_it_does_so_by_hand(quest):
    quest.enter("VR")
    use_hands(quest)
    press(quest, "True size")
    quest.until("s.magnification === 1")
    press(quest, "Bring back")
    quest.until("s.magnification === 20")


@pytest.mark.parametrize("by", ["controller", "hand"])
def test_let_go_near_the_plinth_it_stands_there_in_vr(quest, by):
    quest.enter("VR")
    start = quest.tumour_at()
    down = start - 0.03 * UP
    if by == "controller":
        take(quest)
        quest.device(f"headset.controllers.right.position.set({place(down)})")
        let_go(quest)
    else:
        use_hands(quest)
        pinch(quest, start)
        quest.device("headset.hands.right.position.y -= 0.03")
        quest.device("headset.hands.right.updatePinchValue(0)")
    stands = quest.until("s.standsOn")["standsOn"]
    assert stands["kind"] == "plinth"
    assert foot(quest) == pytest.approx(stands["y"], abs=0.004)
    press(quest, "True size")
    quest.until("s.magnification === 1")
    quest.frames(3)
    assert foot(quest) == pytest.approx(stands["y"], abs=0.004)


def test_let_go_elsewhere_it_stays_where_it_is(quest):
    quest.enter("VR")
    at = take(quest)
    quest.device(f"headset.controllers.right.position.set({place(at + 0.2 * UP)})")
    let_go(quest)
    before = quest.tumour_at()
    quest.frames(5)
    assert quest.state["standsOn"] is None
    assert np.abs(quest.tumour_at() - before).max() < 1e-6


def test_in_mr_it_stands_on_the_table_of_the_room(office):
    office.enter("MR")
    put_on_table(office)
    stands = office.until("s.standsOn")["standsOn"]
    assert stands["kind"] == "table"
    assert stands["y"] == pytest.approx(TABLE_Y, abs=0.001)
    assert foot(office) == pytest.approx(TABLE_Y, abs=0.004)
    press(office, "Bring back")
    assert office.until("s.standsOn === null && s.magnification === 20")


def test_in_mr_a_hand_puts_it_on_the_table(office):
    office.enter("MR")
    use_hands(office)
    start = office.tumour_at()
    pinch(office, start)
    delta = over_table(office) - start
    office.device(
        f"const p = headset.hands.right.position; "
        f"p.set(p.x + {delta[0]:.4f}, p.y + {delta[1]:.4f}, p.z + {delta[2]:.4f})"
    )
    office.device("headset.hands.right.updatePinchValue(0)")
    assert office.until("s.standsOn")["standsOn"]["kind"] == "table"


def test_a_table_is_stood_on_without_anchors_too(office):
    office.page.evaluate(
        "window.plainAnchor = XRFrame.prototype.createAnchor; "
        "XRFrame.prototype.createAnchor = undefined"
    )
    office.enter("MR")
    put_on_table(office)
    assert office.until("s.standsOn")["standsOn"]["kind"] == "table"
    office.page.evaluate("() => { XRFrame.prototype.createAnchor = window.plainAnchor }")


def test_on_a_table_it_stays_when_the_headset_recentres(office):
    office.enter("MR")
    put_on_table(office)
    office.until("s.standsOn")
    office.frames(4)
    before = office.tumour_at()
    office.device(MOVE_SPACE)  # the space's own origin goes 0.3 m to the right, 0.2 m back
    assert office.tumour_at() - before == pytest.approx([-0.3, 0, -0.2], abs=1e-4)


MOVE_SPACE = """
  const key = Object.getOwnPropertySymbols(window.space).find(s => String(s).includes('xr-space'));
  const matrix = window.space[key].offsetMatrix;
  matrix[12] += 0.3; matrix[14] += 0.2;
"""


def over_table(lab):
    """Where the tumour's middle has to be so that it is a little above the table."""
    return OFFICE_TABLE + (lab.tumour_at()[1] - foot(lab) + 0.02) * UP


def put_on_table(lab):
    take(lab)
    lab.device(f"headset.controllers.right.position.set({place(over_table(lab))})")
    let_go(lab)


def test_the_left_stick_goes_where_it_aims_in_vr(quest):
    frame = quest.enter("VR")["frame"]
    before, tumour = head_in_room(quest), quest.tumour_at()
    quest.device("headset.controllers.left.updateAxes('thumbstick', 0, -1)")
    quest.frames(5)
    assert head_in_room(quest) == pytest.approx(before)
    quest.device("headset.controllers.left.updateAxes('thumbstick', 0, 0)")
    after = head_in_room(quest)
    fall_s = np.sqrt(2 * 1.5 / 9.81)
    assert after[1] == pytest.approx(before[1])
    assert after[2] == pytest.approx(-0.4 - 6 * fall_s, abs=0.25)
    assert np.abs(quest.tumour_at() - tumour).max() < 1e-6
    assert quest.state["frame"] == frame
    press_away(quest)
    assert np.linalg.norm(quest.tumour_at() - after) < 0.7


def press_away(lab):
    """Bring back: the board is out of reach now, so by the menu that Y shows."""
    lab.device("headset.controllers.left.updateButtonValue('y-button', 1)")
    lab.device("headset.controllers.left.updateButtonValue('y-button', 0)")
    lab.until("s.reach['menu bring back']")
    lab.frames(12)
    press_in_room(lab, "menu bring back")
    lab.frames(6)


def press_in_room(lab, button):
    """Press where the user's floor has moved: the headset's own coordinates are asked for."""
    from_room = np.linalg.inv(np.array(lab.state["origin"]).reshape(4, 4).T)
    target = (from_room @ [*lab.state["reach"][button], 1])[:3]
    at = target + 0.4 * (np.array([0, 1.6, 0]) - target)
    lab.device(
        f"const c = headset.controllers.right; c.position.set({place(at)}); "
        f"{aim(at, target)}; c.quaternion.set(...q)"
    )
    lab.device("headset.controllers.right.updateButtonValue('trigger', 1)")
    lab.device("headset.controllers.right.updateButtonValue('trigger', 0)")


@pytest.mark.parametrize(("push", "sign"), [(1, -1), (-1, 1)])
def test_a_push_aside_turns_by_thirty_degrees_about_the_head(quest, push, sign):
    quest.enter("VR")
    before = head_in_room(quest)
    quest.device(f"headset.controllers.left.updateAxes('thumbstick', {push}, 0)")
    quest.frames(10)
    quest.device("headset.controllers.left.updateAxes('thumbstick', 0, 0)")
    matrix = np.array(quest.state["origin"]).reshape(4, 4).T
    assert np.degrees(np.arctan2(matrix[0, 2], matrix[0, 0])) == pytest.approx(30 * sign, abs=0.01)
    assert head_in_room(quest) == pytest.approx(before, abs=1e-6)


def test_in_mr_nobody_is_moved(quest):
    quest.enter("MR")
    for stick in ("0, -1", "0, 0", "1, 0", "0, 0"):
        quest.device(f"headset.controllers.left.updateAxes('thumbstick', {stick})")
    assert quest.state["origin"] == list(np.eye(4).ravel())


def test_a_pinch_held_at_the_floor_goes_there(quest):
    quest.enter("VR")
    use_hands(quest)
    at, target = np.array([0.3, 1.3, -0.3]), np.array([0.8, 0, -1.6])
    quest.device(
        f"const h = headset.hands.right; h.position.set({place(at)}); "
        f"{aim(at, target)}; h.quaternion.set(...q)"
    )
    quest.page.evaluate(
        "headset.hands.right.updatePinchValue(1);"
        f"({FRAMES})(2).then(() => headset.hands.right.updatePinchValue(0))"
    )
    quest.frames(4)
    assert head_in_room(quest) == pytest.approx([0, 1.6, 0])  # too short
    quest.device("headset.hands.right.updatePinchValue(1)")
    quest.page.wait_for_timeout(700)
    quest.frames(3)
    quest.device("headset.hands.right.updatePinchValue(0)")
    assert head_in_room(quest) == pytest.approx([target[0], 1.6, target[2]], abs=0.02)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_palm_shows_the_menu(quest, mode):
    quest.enter(mode)
    assert "menu view" not in quest.state["reach"]
    show_palm(quest, "controllers")
    quest.until("s.reach['menu view']")
    quest.device("headset.controllers.left.quaternion.set(0, 0, 0, 1)")
    quest.until("!s.reach['menu view']")
    use_hands(quest)
    show_palm(quest, "hands")
    quest.until("s.reach['menu view']")
    assert ("menu turn left" in quest.state["reach"]) == (mode == "VR")
    quest.frames(12)
    press(quest, "menu view")
    quest.until("document.querySelector('[aria-pressed=true]').innerText === 'Glass'")
    quest.page.get_by_role("button", name="Cut").dispatch_event("click")


def show_palm(lab, what):
    """The left palm before the face: a controller's looks along +x, a hand's down and ahead."""
    axis = (0, -0.7071, 0, 0.7071) if what == "controllers" else (-0.866, 0, 0, 0.5)
    turn = ", ".join(str(v) for v in axis)
    lab.device(
        f"const c = headset.{what}.left; c.position.set(-0.06, 1.5, -0.4); c.quaternion.set({turn})"
    )


def test_a_left_handed_user_has_board_and_sticks_the_other_way(quest):
    quest.enter("VR")
    press(quest, "Tools")
    assert quest.state["reach"]["slider"][0] > 0.1
    press(quest, "Left-handed")
    quest.frames(6)
    assert quest.state["reach"]["slider"][0] < -0.1
    frame = quest.state["frame"]
    quest.device("headset.controllers.left.updateAxes('thumbstick', 1, 0)")
    quest.device("headset.controllers.left.updateAxes('thumbstick', 0, 0)")
    assert quest.state["frame"] > frame
    quest.device("headset.controllers.right.updateAxes('thumbstick', 1, 0)")
    quest.device("headset.controllers.right.updateAxes('thumbstick', 0, 0)")
    assert quest.state["origin"] != list(np.eye(4).ravel())
    quest.leave()
    quest.page.reload()
    quest.shown()
    quest.enter("VR")
    assert quest.state["reach"]["slider"][0] < -0.1
    press(quest, "Tools")
    press(quest, "Left-handed")
    quest.frames(6)
    assert quest.state["reach"]["slider"][0] > 0.1


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_nothing_is_out_of_reach_of_who_sits(quest, mode):
    quest.page.evaluate("headset.position.set(0, 1.1, 0)")
    quest.enter(mode)
    assert quest.tumour_at() == pytest.approx([0, 0.85, -0.5], abs=0.02)
    for name, at in quest.state["reach"].items():
        assert 0.55 < at[1] < 1.4, name
        assert np.linalg.norm(np.array(at) - [0, 1.0, 0]) < 0.75, name


def test_controllers_tick_at_a_grab_at_frames_and_when_it_is_put_down(quest):
    quest.enter("VR")
    quest.page.evaluate(FEEL)
    at = take(quest)
    assert quest.page.evaluate("felt.length") == 1
    quest.device(f"headset.controllers.right.position.set({place(at - 0.03 * UP)})")
    let_go(quest)
    quest.until("s.standsOn")
    assert quest.page.evaluate("felt.length") == 2
    quest.device(f"headset.controllers.right.position.set({AT_REST['right']})")
    knob = np.array(quest.state["reach"]["knob"])
    along = -np.array(quest.state["tumourMatrixWorld"][8:11]) * 0.15 / 1000
    quest.page.evaluate("felt.length = 0")
    quest.device(f"headset.controllers.right.position.set({place(knob + 0.02 * UP)})")
    quest.device("headset.controllers.right.updateButtonValue('squeeze', 1)")
    for frames in (1, 2, 3):
        moved = knob + 0.02 * UP + frames * along
        quest.device(f"headset.controllers.right.position.set({place(moved)})")
    assert quest.page.evaluate("felt.length") == 4  # the grab, and three frames


FEEL = """
  window.felt = [];
  for (const { gamepad } of headset.activeSession.inputSources) {
    const pulse = (...how) => { felt.push(how); return Promise.resolve(true); };
    Object.defineProperty(gamepad, 'hapticActuators', { value: [{ pulse }] });
  }
"""
