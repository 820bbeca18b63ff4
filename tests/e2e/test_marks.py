"""Distances, angles and notes, by mouse and keyboard: true to 0.05 mm, and on every page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from parasam_core.scanfile import ScanFile
from tests.e2e.axe import AXE, violations
from tests.e2e.library import HALF_AXES_MM, SPACE

CENTRE_MM = SPACE.mm_from_index((np.array(SPACE.shape) - 1) / 2)
AXES_MM = HALF_AXES_MM[::-1]
AXES_BY_SIZE = sorted(AXES_MM, reverse=True)
CLOSE_MM = 0.05
CLOSE_PX = 1.0


def off_surface_mm(point):
    """How far a point lies from the ellipsoid, to first order."""
    at = (np.array(point) - CENTRE_MM) / AXES_MM
    r = np.linalg.norm(at)
    return abs(r - 1) * r / np.linalg.norm(at / AXES_MM)


@pytest.fixture
def desk(desk, library):
    """Whole, with no marks at first and at last."""
    scan = ScanFile.open(library / "M1_d0.zarr")
    scan.write_marks([])
    desk.page.get_by_role("button", name="Whole").click()
    desk.until("s.marks.length === 0")
    desk.page.keyboard.press("Escape")
    yield desk
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Escape")
    scan.write_marks([])
    desk.until("s.marks.length === 0 && !s.measuring.tool")


@pytest.fixture
def stored(library):
    """What is on disk."""
    return lambda: ScanFile.open(library / "M1_d0.zarr").marks()


def tool(desk, name):
    desk.page.get_by_role("group", name="Measure").get_by_role("button", name=name).click()


def stage(desk):
    box = desk.page.locator(".stage canvas").bounding_box()
    return box["x"], box["y"]


def click(desk, *places):
    left, top = stage(desk)
    for x, y in places:
        desk.page.mouse.move(left + x, top + y)
        desk.page.mouse.down()
        desk.page.mouse.up()


def middle(desk):
    box = desk.page.locator(".stage canvas").bounding_box()
    return np.array([box["width"] / 2, box["height"] / 2])


def around(desk, *offsets):
    return middle(desk) + np.array(offsets)


def test_a_distance_by_mouse_is_that_of_the_geometry(desk, stored):
    tool(desk, "Distance")
    places = around(desk, (-110, 40), (90, -70))
    click(desk, *places)
    [mark] = desk.until("s.marks.length === 1")["marks"]
    for point, place, pixel in zip(mark["points"], places, mark["pixels"], strict=True):
        assert off_surface_mm(point) < CLOSE_MM
        assert math.dist(place, pixel) < CLOSE_PX
    between = math.dist(*mark["points"])
    assert mark["value"] == f"{between:.2f} mm"
    assert between > 1
    [kept] = stored()
    assert kept.distance_mm == pytest.approx(between, abs=1e-9)
    listed = desk.page.get_by_role("list").get_by_role(
        "button", name=f"Distance {mark['value']}", exact=True
    )
    assert listed.get_attribute("aria-pressed") == "true"


def test_points_on_the_frame_lie_on_it(desk):
    desk.page.get_by_role("button", name="Cut").click()
    tool(desk, "Angle")
    places = around(desk, (-60, 30), (5, -10), (70, 40))
    click(desk, *places)
    [mark] = desk.until("s.marks.length === 1")["marks"]
    points = np.array(mark["points"])
    depth = SPACE.mm_from_index((20, 0, 0))[2]
    assert np.abs(points[:, 2] - depth).max() < 1e-4
    one, other = points[0] - points[1], points[2] - points[1]
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert mark["value"] == f"{math.degrees(math.acos(cosine)):.1f}°"


def test_points_on_the_probe_lie_on_its_plane(desk):
    desk.page.get_by_role("button", name="Cut").click()
    desk.page.get_by_role("button", name="Take the probe").click()
    pose = desk.until("s.probe.isOut && s.probe.pose")["probe"]["pose"]
    tool(desk, "Distance")
    click(desk, *around(desk, (-60, -40), (40, 30)))
    [mark] = desk.until("s.marks.length === 1")["marks"]
    desk.page.get_by_role("button", name="Put the probe away").click()
    scene = np.array(mark["points"]) * [1e-3, -1e-3, -1e-3]
    normal = Rotation.from_quat(pose[3:]).apply([0, 0, 1])
    assert np.abs((scene - pose[:3]) @ normal).max() < 1e-8


def test_points_on_voxels_lie_on_their_faces(desk):
    desk.page.get_by_role("button", name="Voxels").click()
    desk.until("s.voxels")
    tool(desk, "Distance")
    click(desk, *around(desk, (-110, 40), (90, -70)))
    [mark] = desk.until("s.marks.length === 1")["marks"]
    faces = SPACE.index_from_mm(mark["points"]) + 0.5
    assert np.abs(faces - np.rint(faces)).min(axis=1).max() < 1e-3


def test_a_point_is_drawn_elsewhere_and_stays_there(desk, stored):
    tool(desk, "Distance")
    places = around(desk, (-100, 0), (60, 0))
    click(desk, *places)
    desk.until("s.marks.length === 1")
    left, top = stage(desk)
    aim = places[1] + np.array([20, 45])
    desk.page.mouse.move(*np.add(places[1], (left, top)))
    desk.page.mouse.down()
    desk.page.mouse.move(*np.add(aim, (left, top)), steps=3)
    during = desk.state["marks"][0]
    desk.page.mouse.up()
    assert math.dist(during["pixels"][1], aim) < CLOSE_PX
    while stored()[0].points_mm[1] != tuple(during["points"][1]):
        desk.page.wait_for_timeout(40)
    mark = desk.state["marks"][0]
    assert mark["points"] == during["points"]
    assert off_surface_mm(mark["points"][1]) < CLOSE_MM
    assert math.dist(mark["pixels"][0], places[0]) < CLOSE_PX


def cyan(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((g > 170) & (b > 200) & (r < 160)).sum()


def test_what_is_measured_is_seen_by_all_and_by_who_comes_later(desk, visit, lab):
    other = visit(lab.url)
    other.shown()
    nothing = cyan(other.pixels())
    tool(desk, "Distance")
    click(desk, *around(desk, (-110, 40), (90, -70)))
    desk.until("s.marks.length === 1")
    seen = other.until("s.marks.length === 1")["marks"]
    assert [m["points"] for m in seen] == [m["points"] for m in desk.state["marks"]]
    assert cyan(other.pixels()) > nothing + 250  # a line, two dots and words
    other.page.get_by_role("button", name=f"Remove: Distance {seen[0]['value']}").click()
    desk.until("s.marks.length === 0")
    desk.page.keyboard.press("Escape")
    assert cyan(desk.pixels()) < nothing + 50
    assert other.errors == []
    other.close()


def test_a_note_is_named_by_keyboard_and_removed_by_delete(desk, stored):
    desk.page.keyboard.press("t")
    click(desk, middle(desk))
    desk.until("s.marks.length === 1 && s.marks[0].text === 'Note 1'")
    desk.page.get_by_label("What the note says").fill("necrosis?")
    desk.page.keyboard.press("Delete")  # within the field: a letter
    desk.page.keyboard.press("Enter")
    desk.until("s.marks[0].text === 'necrosis?'")
    assert [mark.text for mark in stored()] == ["necrosis?"]
    desk.page.get_by_role("button", name="Note necrosis?", exact=True).focus()
    desk.page.keyboard.press("Delete")
    desk.until("s.marks.length === 0")
    assert stored() == ()


def test_what_was_removed_comes_back_as_it_was(desk, stored):
    tool(desk, "Distance")
    click(desk, *around(desk, (-110, 40), (90, -70)))
    desk.until("s.marks.length === 1")
    desk.page.keyboard.press("Escape")
    desk.page.get_by_label("Name of").fill("rim")
    desk.page.keyboard.press("Enter")
    [mark] = desk.until("s.marks[0].text === 'rim'")["marks"]
    name = f"Distance rim {mark['value']}"
    [before] = stored()
    for take_back in (
        lambda: desk.page.get_by_role("button", name="Undo").click(),
        lambda: desk.page.keyboard.press("Control+z"),
    ):
        desk.page.get_by_role("button", name=f"Remove: {name}").click()
        desk.page.get_by_text(f"Removed {name}").wait_for()
        assert stored() == ()
        take_back()
        desk.until("s.marks.length === 1")
        [again] = stored()
        assert (again.kind, again.points_mm, again.text) == ("distance", before.points_mm, "rim")
        assert desk.page.get_by_role("button", name="Undo").count() == 0


def test_what_a_new_note_says_is_typed_at_once(desk, stored):
    scan, view = desk.state["scan"], desk.state["view"]
    tool(desk, "Note")
    click(desk, middle(desk))
    desk.until("s.marks.length === 1 && document.activeElement.ariaLabel === 'What the note says'")
    desk.page.keyboard.type("necrosis? npv2")  # each letter of which is a key elsewhere
    desk.page.keyboard.press("Enter")
    desk.until("s.marks[0].text === 'necrosis? npv2'")
    assert stored()[0].text == "necrosis? npv2"
    assert (desk.state["scan"], desk.state["view"]) == (scan, view)
    click(desk, middle(desk) + np.array([30, 10]))  # the tool is still held
    desk.until("s.marks.length === 2 && document.activeElement.ariaLabel === 'What the note says'")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Escape")
    desk.until("s.measuring.tool === null && s.marks[1].text === 'Note 2'")


def test_nothing_of_it_keeps_anybody_out(desk, visit, lab):
    page = visit(lab.url, script=AXE)
    page.shown()
    tool(page, "Distance")
    click(page, *around(page, (-110, 40), (90, -70)), middle(page))
    page.until("s.marks.length === 1 && s.measuring.placed === 1")
    assert violations(page.page) == []
    page.close()


def test_escape_takes_back_points_then_the_tool(desk):
    tool(desk, "Distance")
    click(desk, middle(desk))
    desk.until("s.measuring.placed === 1")
    desk.page.keyboard.press("Escape")
    assert desk.until("s.measuring.placed === 0")["measuring"]["tool"] == "distance"
    desk.page.keyboard.press("Escape")
    desk.until("s.measuring.tool === null")
    click(desk, middle(desk))
    assert desk.state["marks"] == []


def test_the_table_that_is_copied_is_the_one_of_the_command(desk, library, tmp_path):
    from parasam_core.cli import main

    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tool(desk, "Angle")
    click(desk, *around(desk, (-110, 40), (0, 0), (90, -70)))
    desk.until("s.marks.length === 1")
    desk.page.get_by_role("button", name="Copy as CSV").click()
    desk.page.get_by_role("button", name="Copied").wait_for()
    table = tmp_path / "marks.csv"
    main(["marks", str(library / "M1_d0.zarr"), "--csv", str(table)])
    assert desk.page.evaluate("navigator.clipboard.readText()") == table.read_text("utf-8")


def test_marks_are_those_of_the_scan_and_come_back_with_it(desk):
    tool(desk, "Note")
    click(desk, middle(desk))
    desk.until("s.marks.length === 1")
    desk.page.evaluate("location.hash = '#scan=M1_d6&label=manual'")
    desk.until("s.scan === 'M1_d6' && s.marks.length === 0")
    desk.page.evaluate("location.hash = '#scan=M1_d0&label=shifted'")
    desk.until("s.scan === 'M1_d0' && s.label === 'shifted' && s.marks.length === 1")


def lime(pixels):
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((g > 180) & (r > 130) & (b < 140)).sum()


def test_length_width_and_height_are_drawn_where_they_are(desk):
    desk.page.get_by_role("button", name="Glass", exact=True).click()
    before = lime(desk.pixels())
    tool(desk, "L × W × H")
    desk.until("s.measuring.diameters")
    assert lime(desk.pixels()) > before + 400
    scan, label = desk.state["scan"], desk.state["label"]
    url = desk.page.url.split("#")[0] + f"api/scans/{scan}/labels/{label}/measurement"
    found = desk.page.request.get(url).json()
    for diameter, extent, half in zip(
        found["diameters"], found["extent_mm"], AXES_BY_SIZE, strict=True
    ):
        assert math.dist(*diameter["ends_mm"]) == pytest.approx(extent)
        assert extent == pytest.approx(2 * half, abs=CLOSE_MM)
        assert max(map(off_surface_mm, diameter["feet_mm"])) < CLOSE_MM
    tool(desk, "L × W × H")
    assert lime(desk.pixels()) <= before + 20


def test_a_drag_turns_the_tumour_and_puts_nothing(desk):
    tool(desk, "Note")
    before = desk.pixels()
    left, top = stage(desk) + middle(desk)
    desk.page.mouse.move(left, top)
    desk.page.mouse.down()
    desk.page.mouse.move(left + 120, top + 20, steps=4)
    desk.page.mouse.up()
    assert np.abs(desk.pixels() - before).mean() > 1
    assert desk.state["marks"] == []
