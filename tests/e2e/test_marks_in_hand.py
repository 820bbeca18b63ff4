"""Distances by controller and hand, near and far: true to 0.05 mm."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from parasam_core.scanfile import ScanFile
from tests.e2e.browser import place
from tests.e2e.hands import aim
from tests.e2e.hands import press as press_button
from tests.e2e.test_marks import AXES_MM, CENTRE_MM, CLOSE_MM, off_surface_mm

ASIDE = np.array([0.1, 0, 0])
AWAY = np.array([0.4, 1.2, -0.2])
NEAR_M = 0.004
# Where the right input source has something, (x, y, z) in the room, one a row.
POSES = """part => new Promise(async done => {
  const session = window.headset.activeSession;
  const space = await session.requestReferenceSpace('local-floor');
  session.requestAnimationFrame((_, frame) => {
    const source = [...session.inputSources].find(s => s.handedness === 'right');
    const matrix = there => frame.getPose(there, space).transform.matrix;
    const place = m => [m[12], m[13], m[14]];
    if (part === 'grip') return done([place(matrix(source.gripSpace))]);
    if (part === 'pinch') {
      const tips = ['thumb-tip', 'index-finger-tip'].map(name => source.hand.get(name));
      return done(tips.map(tip => place(matrix(tip))));
    }
    const m = matrix(source.targetRaySpace);
    done([place(m), [m[12] - m[8], m[13] - m[9], m[14] - m[10]]]);
  });
})"""


@pytest.fixture
def quest(quest, library):
    """Whole, with no marks at first and at last."""
    scan = ScanFile.open(library / "M1_d0.zarr")
    scan.write_marks([])
    quest.page.get_by_role("button", name="Whole").click()
    quest.until("s.marks.length === 0")
    yield quest
    quest.leave()
    quest.page.keyboard.press("Escape")
    quest.page.keyboard.press("Escape")
    scan.write_marks([])
    quest.until("s.marks.length === 0 && !s.measuring.tool")


def room_from_mm(quest):
    return np.array(quest.state["mmMatrixWorld"]).reshape(4, 4).T


def to_mm(quest, point):
    return (np.linalg.inv(room_from_mm(quest)) @ [*point, 1])[:3]


def to_room(quest, point):
    return (room_from_mm(quest) @ [*point, 1])[:3]


def met_mm(start, towards):
    """Where a ray from one point in mm to another first meets the ellipsoid."""
    p, d = (start - CENTRE_MM) / AXES_MM, (towards - start) / AXES_MM
    a, b, c = d @ d, p @ d, p @ p - 1
    return start + (-b - np.sqrt(b * b - a * c)) / a * (towards - start)


def nearest_mm(point):
    """The point of the ellipsoid that is nearest to one that is not far from it."""
    q = point - CENTRE_MM

    def foot(t):
        return q * AXES_MM**2 / (AXES_MM**2 + t)

    low = 0.01 - AXES_MM.min() ** 2
    return CENTRE_MM + foot(brentq(lambda t: ((foot(t) / AXES_MM) ** 2).sum() - 1, low, 100))


def press(quest, device="controllers.right"):
    value = "updatePinchValue({})" if "hands" in device else "updateButtonValue('trigger', {})"
    quest.device(f"headset.{device}.{value.format(1)}")
    quest.device(f"headset.{device}.{value.format(0)}")


def side_to_the_eye(quest):
    """Two places on the surface that a head at 1.6 m sees, in mm."""
    eye = to_mm(quest, (0, 1.6, 0))
    across = np.cross(eye - CENTRE_MM, (0, 0, 1.0))
    across /= np.linalg.norm(across)
    return [met_mm(eye, CENTRE_MM + 0.5 * AXES_MM.min() * s * across) for s in (-1, 1)]


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_distance_by_ray_is_that_of_the_geometry(quest, mode):
    quest.enter(mode)
    tumour = quest.tumour_at()
    quest.page.keyboard.press("d")
    expected = []
    at = np.array([0.05, 1.55, -0.1])
    for goal in side_to_the_eye(quest):
        target = to_room(quest, goal)
        quest.device(
            f"const c = headset.controllers.right; c.position.set({place(at)}); "
            f"{aim(at, target)}; c.quaternion.set(...q)"
        )
        expected.append(met_mm(*(to_mm(quest, point) for point in poses(quest, "ray"))))
        press(quest)
    [mark] = quest.until("s.marks.length === 1")["marks"]
    for point, wanted in zip(mark["points"], expected, strict=True):
        assert off_surface_mm(point) < CLOSE_MM
        assert np.abs(np.array(point) - wanted).max() < CLOSE_MM
    between = np.linalg.norm(expected[1] - expected[0])
    assert between > 1
    assert abs(float(mark["value"].split()[0]) - between) < CLOSE_MM
    assert np.abs(quest.tumour_at() - tumour).max() < 1e-6  # it was not taken


def poses(quest, part):
    """Of the right "ray", a place on it and another; of "grip" or "pinch", where that is."""
    return np.array(quest.page.evaluate(POSES, part))


def tip_at(quest, device, part, goal_mm):
    """Bring the right grip or pinch to just outside the surface; gives where it is, mm."""
    way = goal_mm - CENTRE_MM
    wanted = to_room(quest, goal_mm) + NEAR_M * way / np.linalg.norm(way)
    quest.device(f"{device}.position.set({place(AWAY)})")
    at = wanted + AWAY - poses(quest, part).mean(axis=0)
    quest.device(f"{device}.position.set({place(at)})")
    return to_mm(quest, poses(quest, part).mean(axis=0))


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_distance_by_hand_is_that_of_the_geometry(quest, mode):
    quest.enter(mode)
    quest.device("headset.primaryInputMode = 'hand'")
    quest.until("s.xr.inputs.length === 2 && s.xr.inputs.every(i => i === 'hand')")
    quest.page.keyboard.press("d")
    hand = "headset.hands.right"
    expected = []
    for goal in side_to_the_eye(quest):
        quest.device(f"{hand}.updatePinchValue(0)")
        # iwer's fingers close in one frame, after the pinch is told
        expected.append(nearest_mm(tip_at(quest, hand, "pinch", goal)))
        quest.device(f"{hand}.updatePinchValue(1)")
    quest.device(f"{hand}.updatePinchValue(0)")
    [mark] = quest.until("s.marks.length === 1")["marks"]
    for point, wanted in zip(mark["points"], expected, strict=True):
        assert off_surface_mm(point) < CLOSE_MM
        assert np.linalg.norm(np.array(point) - wanted) < CLOSE_MM
    between = np.linalg.norm(expected[1] - expected[0])
    assert abs(float(mark["value"].split()[0]) - between) < CLOSE_MM


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_squeeze_takes_the_tumour_while_a_tool_is_held(quest, mode):
    quest.enter(mode)
    quest.page.keyboard.press("d")
    start = quest.tumour_at()
    quest.device(f"headset.controllers.right.position.set({place(start)})")
    quest.device("headset.controllers.right.updateButtonValue('squeeze', 1)")
    quest.device(f"headset.controllers.right.position.set({place(start + ASIDE)})")
    assert np.abs(quest.tumour_at() - start - ASIDE).max() < 0.005
    assert quest.state["measuring"]["placed"] == 0


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_squeeze_takes_the_tumour_where_a_mark_is_in_the_way(quest, mode):
    quest.enter(mode)
    quest.page.keyboard.press("t")
    right = "headset.controllers.right"
    tip_at(quest, right, "grip", side_to_the_eye(quest)[0])
    press(quest)
    [mark] = quest.until("s.marks.length === 1")["marks"]
    quest.page.keyboard.press("Escape")
    quest.frames(3)
    start, at = quest.tumour_at(), poses(quest, "grip")[0]
    quest.device(f"{right}.updateButtonValue('squeeze', 1)")
    quest.device(f"const {{x, y, z}} = {right}.position; {right}.position.set(x + 0.05, y, z)")
    moved = poses(quest, "grip")[0] - at
    assert moved == pytest.approx([0.05, 0, 0], abs=1e-3)
    assert np.abs(quest.tumour_at() - start - moved).max() < 0.005
    assert quest.state["marks"][0]["points"] == mark["points"]
    quest.device(f"{right}.updateButtonValue('squeeze', 0)")


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_a_point_is_drawn_along_the_surface_by_a_near_controller(quest, library, mode):
    quest.enter(mode)
    quest.page.keyboard.press("t")
    first, second = side_to_the_eye(quest)
    right = "headset.controllers.right"
    begin = tip_at(quest, right, "grip", first)
    press(quest)
    [mark] = quest.until("s.marks.length === 1 && s.marks[0].text === 'Note 1'")["marks"]
    assert np.linalg.norm(np.array(mark["points"][0]) - nearest_mm(begin)) < CLOSE_MM
    quest.page.keyboard.press("Escape")
    quest.frames(3)
    tumour = quest.tumour_at()
    quest.device(f"{right}.updateButtonValue('trigger', 1)")
    end = tip_at(quest, right, "grip", second)
    [mark] = quest.state["marks"]
    quest.device(f"{right}.updateButtonValue('trigger', 0)")
    assert np.linalg.norm(np.array(mark["points"][0]) - nearest_mm(end)) < CLOSE_MM
    assert np.abs(quest.tumour_at() - tumour).max() < 1e-6
    while ScanFile.open(library / "M1_d0.zarr").marks()[0].points_mm[0] != tuple(mark["points"][0]):
        quest.frames(2)


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_board_has_the_tools_and_words_for_a_note(quest, mode):
    quest.enter(mode)
    press_button(quest, "Measure")
    press_button(quest, "Note")
    quest.until("s.measuring.tool === 'note'")
    tip_at(quest, "headset.controllers.right", "grip", side_to_the_eye(quest)[0])
    press(quest)
    quest.until("s.marks.length === 1 && s.marks[0].text === 'Note 1' && s.reach.Necrosis")
    press_button(quest, "Necrosis")
    quest.until("s.marks[0].text === 'Necrosis'")
    press_button(quest, "Note")
    quest.until("s.measuring.tool === null")
    press_button(quest, "L x W x H")
    quest.until("s.measuring.diameters")
    press_button(quest, "L x W x H")
    press_button(quest, "Remove")
    quest.until("s.marks.length === 0 && s.reach.Undo")
    press_button(quest, "Undo")
    quest.until("s.marks.length === 1 && s.marks[0].text === 'Necrosis' && !s.reach.Undo")
    press_button(quest, "Remove")
    quest.until("s.marks.length === 0")


@pytest.mark.parametrize("mode", ["VR", "MR"])
def test_the_board_compares_masks(quest, mode):
    quest.enter(mode)
    press_button(quest, "Compare")
    press_button(quest, "shifted")
    quest.until("s.against.rangeMm !== null")
    press_button(quest, "Distances")
    quest.until("s.against.way === 'distances'")
    assert quest.state["renderer"]["calls"] <= 100
    press_button(quest, "Two surfaces")
    press_button(quest, "shifted")
    quest.until("s.against.other === null")
