"""Three planes at right angles: what they show, and how pointer, wheel and keys move them."""

from __future__ import annotations

import numpy as np
import pytest

from parasam_core.scanfile import ScanFile
from tests.e2e.library import SPACE

COUNTS = dict(zip("zyx", SPACE.shape, strict=True))


@pytest.fixture
def with_planes(desk):
    desk.all_here()
    desk.until("s.volume.isComplete")
    desk.page.get_by_role("button", name="Three planes").click()
    desk.until("s.planes.areShown && s.planes.at")
    yield desk
    desk.page.get_by_role("button", name="Three planes").click()


def panel(page, name):
    return page.page.get_by_role("slider", name=f"{name}:")


def picture_of(page, name, wide_mm, high_mm):
    """Where the rows and columns of a panel's pixels are, 0 to 1, and their (y, x) grey levels."""
    box = panel(page, name).bounding_box()
    stage = page.page.locator(".stage").bounding_box()
    scale = min(box["width"] / wide_mm, box["height"] / high_mm)
    width, height = round(wide_mm * scale), round(high_mm * scale)
    left = int(box["x"] - stage["x"] + (box["width"] - width) // 2)
    top = int(box["y"] - stage["y"] + (box["height"] - height) // 2)
    x, y = np.arange(left + 2, left + width - 2), np.arange(top + 2, top + height - 2)
    grey = page.pixels()[np.ix_(y, x)].mean(axis=2)
    return (y + 0.5 - top) / height, (x + 0.5 - left) / width, grey


@pytest.mark.parametrize(
    ("name", "down", "right"),
    [("Frame", "y", "x"), ("From the side", "y", "z"), ("From above", "z", "x")],
)
def test_each_shows_the_scan_cut_there(with_planes, library, name, down, right):
    frames = ScanFile.open(library / "M1_d0.zarr").sequence().frames.astype(float)
    state = with_planes.state
    at = {**state["planes"]["at"], "z": state["frame"]}
    through = next(axis for axis in "zyx" if axis not in (down, right))
    plane = frames.take(at[through], axis="zyx".index(through))
    if "zyx".index(down) > "zyx".index(right):
        plane = plane.T
    spacing = dict(zip("zyx", SPACE.spacing_mm, strict=True))
    rows, columns, grey = picture_of(
        with_planes, name, COUNTS[right] * spacing[right], COUNTS[down] * spacing[down]
    )
    y = np.clip(rows * COUNTS[down] - 0.5, 0, COUNTS[down] - 1)
    x = np.clip(columns * COUNTS[right] - 0.5, 0, COUNTS[right] - 1)
    expected = bilinear(plane, y, x)
    # apart from what is written over it: the crossing, the outline, the scale, the name
    assert np.median(np.abs(grey - expected)) < 2
    assert np.corrcoef(grey.ravel(), expected.ravel())[0, 1] > 0.85


def bilinear(plane, y, x):
    y0, x0 = (
        np.minimum(y.astype(int), len(plane) - 2),
        np.minimum(x.astype(int), plane.shape[1] - 2),
    )
    v, u = (y - y0)[:, None], (x - x0)[None]
    corner = [[plane[np.ix_(y0 + j, x0 + i)] for i in (0, 1)] for j in (0, 1)]
    upper = corner[0][0] * (1 - u) + corner[0][1] * u
    lower = corner[1][0] * (1 - u) + corner[1][1] * u
    return upper * (1 - v) + lower * v


def test_a_press_in_one_moves_the_other_two(with_planes):
    box = panel(with_planes, "From the side").bounding_box()
    with_planes.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    state = with_planes.until("s.frame === 20")
    assert state["planes"]["at"]["y"] == COUNTS["y"] // 2
    box = panel(with_planes, "Frame").bounding_box()
    with_planes.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    assert with_planes.state["planes"]["at"]["x"] > COUNTS["x"] * 0.6
    assert with_planes.state["frame"] == 20


def test_the_wheel_goes_through_the_plane_under_it(with_planes):
    before = with_planes.state
    panel(with_planes, "From above").hover()
    with_planes.page.mouse.wheel(0, 100)
    with_planes.until(f"s.planes.at.y === {before['planes']['at']['y'] + 1}")
    panel(with_planes, "Frame").hover()
    with_planes.page.mouse.wheel(0, 100)
    with_planes.until(f"s.frame === {before['frame'] + 1}")


def test_arrow_keys_move_the_crossing(with_planes):
    before = with_planes.state
    panel(with_planes, "From above").focus()
    with_planes.page.keyboard.press("ArrowDown")
    with_planes.until(f"s.frame === {before['frame'] + 1}")
    with_planes.page.keyboard.press("ArrowRight")
    with_planes.until(f"s.planes.at.x === {before['planes']['at']['x'] + 1}")
