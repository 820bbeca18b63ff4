"""From a stroke's coverage to the region within its centre line, without any file."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.capture.outline import LEAVES, Nothing, Outline, outline_of, sampled
from parasam_core.capture.outline_doubts import GOES_ON
from parasam_core.capture.stroke import Ink, coverage, inks_of, spread

SHAPE = (220, 260)


def ring(centre, radius, width):
    """A circle's stroke by exact distance."""
    rows, columns = np.indices(SHAPE)
    far = np.hypot(columns - centre[0], rows - centre[1])
    return np.clip(width / 2 + 0.5 - np.abs(far - radius), 0, 1).astype(np.float32)


def region(outline):
    return sampled(outline, (1, 1), (0, 0), SHAPE)


@given(st.floats(100, 150), st.floats(90, 130), st.floats(12, 80), st.floats(1, 6))
@settings(max_examples=40, deadline=None)
def test_a_circle_has_its_area_whatever_the_width_of_the_line(x, y, radius, width):
    found = outline_of(ring((x, y), radius, width))
    assert isinstance(found, Outline)
    assert abs(found.area_px / (np.pi * radius**2) - 1) < 0.01 + 0.1 / radius
    assert found.gap_px == 0
    centre = np.argwhere(region(found)).mean(axis=0)
    assert np.abs(centre - (y, x)).max() < 0.15


def test_one_line_through_an_outline_changes_nothing():
    alone = ring((130, 110), 60, 3)
    crossed = cv2.line(alone.copy(), (40, 100), (220, 120), 1.0, 2)
    a, b = region(outline_of(alone)), region(outline_of(crossed))
    assert (a & b).sum() / (a | b).sum() > 0.995


def test_a_self_crossing_line_encloses_all_its_loops():
    points = [(60, 60), (200, 160), (200, 60), (60, 160)]
    drawn = cv2.polylines(np.zeros(SHAPE, np.float32), [np.array(points)], True, 1.0, 2)
    found = outline_of(drawn)
    inside = region(found)
    assert inside[110, 80]
    assert inside[110, 180]
    assert not inside[70, 130]


def test_a_second_line_that_touches_an_outline_is_said():
    alone = ring((130, 110), 60, 3)
    found = outline_of(np.maximum(alone, ring((130, 85), 33, 3)))
    assert not outline_of(alone).doubts
    assert "another touches it" in " ".join(found.doubts)
    assert region(found)[85, 130]


def test_a_closed_half_is_doubtful_where_the_line_runs_on_around_the_other_half():
    halved = cv2.line(ring((130, 110), 60, 2), (130, 50), (130, 170), 1.0, 2)
    halved[80:125, 170:] = 0
    found = outline_of(halved)
    assert region(found)[110, 100]
    assert GOES_ON in found.doubts
    short_end = cv2.line(ring((130, 110), 60, 2), (130, 50), (140, 25), 1.0, 2)
    assert not outline_of(short_end).doubts


def test_a_second_outline_that_leaves_the_image_is_said():
    found = outline_of(np.maximum(ring((90, 110), 60, 2), ring((262, 110), 50, 2)))
    assert region(found)[110, 90]
    assert "does not close is left out" in " ".join(found.doubts)


def test_a_line_that_leaves_the_image_and_crosses_itself_is_closed_along_the_edge():
    drawn = cv2.line(ring((130, 20), 60, 3), (74, 40), (186, 40), 1.0, 2)
    found = outline_of(drawn)
    rows, columns = np.indices(SHAPE)
    truth = np.hypot(columns - 130, rows - 20) < 60
    assert (truth & region(found)).sum() / (truth | region(found)).sum() > 0.97
    assert LEAVES in found.doubts


def test_two_outlines_are_united_and_counted():
    found = outline_of(np.maximum(ring((70, 110), 40, 2), ring((190, 110), 35, 2)))
    assert found.pieces == 2
    assert abs(found.area_px / (np.pi * (40**2 + 35**2)) - 1) < 0.01


def test_a_small_circle_beside_an_outline_is_left_out_and_said():
    found = outline_of(np.maximum(ring((90, 110), 60, 2), ring((200, 110), 9, 2)))
    assert found.pieces == 1
    assert found.doubts
    assert not region(found)[110, 200]


def test_what_encloses_nothing_gives_nothing():
    dots = np.zeros(SHAPE, np.float32)
    dots[100, 30:230:8] = 1
    frame = cv2.rectangle(np.zeros(SHAPE, np.float32), (1, 1), (258, 218), 1.0, 1)
    text = cv2.putText(np.zeros(SHAPE, np.uint8), "0.80 mm", (20, 100), 0, 0.7, 1, 1)
    for drawn in (np.zeros(SHAPE, np.float32), dots, frame, text.astype(np.float32)):
        assert isinstance(outline_of(drawn), Nothing)


def test_half_an_outline_is_open():
    half = ring((130, 110), 60, 3)
    half[110:] = 0
    assert outline_of(half).kind == "open"


@given(st.integers(0, 255), st.sampled_from([(40, 200, 255), (240, 30, 30), (250, 240, 30)]))
def test_coverage_does_not_depend_on_the_grey_behind(grey, rgb):
    share = np.linspace(0, 1, 11)[:, None, None]
    mixed = (1 - share) * grey + share * np.array(rgb)
    found = _covered(mixed.round().astype(np.uint8), Ink.of_rgb(rgb))
    assert np.abs(found[3:, 0] - share[3:, 0, 0]).max() < 0.03


def _covered(panel, ink):
    return coverage(panel, ink, spread(panel))


def test_hues_are_those_of_hsv():
    for rgb, hue in (
        ((255, 0, 0), 0),
        ((0, 255, 0), 120),
        ((0, 0, 255), 240),
        ((0, 255, 255), 180),
    ):
        assert abs((Ink.of_rgb(rgb).hue_degrees - hue + 180) % 360 - 180) < 1


def test_the_colours_of_a_panel_are_told_apart():
    panel = np.full((60, 60, 3), 90, np.uint8)
    panel[5:10] = (40, 200, 255)
    panel[20:40] = (240, 40, 40)
    assert np.allclose([i.hue_degrees for i in inks_of(panel)], [0, 195], atol=4)
