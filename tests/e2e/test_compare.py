"""Another mask of the scan drawn with the one that is open: as glass, as a line, as distances."""

from __future__ import annotations

import pytest

SHIFT_MM = 3 * 0.09


def among(pixels, red, green, blue):
    """How many pixels have each channel within a span."""
    spans = zip((red, green, blue), range(3), strict=True)
    return sum_of([(pixels[..., i] >= low) & (pixels[..., i] <= high) for (low, high), i in spans])


def sum_of(parts):
    first, *rest = parts
    for part in rest:
        first = first & part
    return int(first.sum())


def violet(pixels):
    return among(pixels, (150, 210), (110, 170), (200, 255))


def blue(pixels):
    return among(pixels, (0, 130), (60, 190), (130, 255))


def orange(pixels):
    return among(pixels, (150, 255), (60, 170), (0, 110))


@pytest.fixture
def desk(desk):
    yield desk
    desk.page.get_by_label("manual with").select_option("")
    desk.until("s.against.other === null")


def compare(desk):
    desk.page.get_by_label("manual with").select_option("shifted")
    return desk.until("s.against.rangeMm !== null")["against"]


def test_the_other_mask_is_drawn_as_glass_and_as_a_line_on_the_frame(desk):
    before = violet(desk.pixels())
    compare(desk)
    assert violet(desk.pixels()) > before + 300
    desk.page.get_by_label("manual with").select_option("")
    desk.until("s.against.rangeMm === null")
    assert violet(desk.pixels()) <= before + 20


def test_distances_are_colours_with_a_legend_in_mm(desk):
    desk.page.get_by_role("button", name="Whole").click()
    plain = desk.pixels()
    assert compare(desk)["rangeMm"] == pytest.approx(0.3)  # the round one above the shift
    assert 0.2 < SHIFT_MM < 0.3
    desk.page.get_by_role("button", name="Distances").click()
    coloured = desk.pixels()
    assert blue(coloured) > blue(plain) + 10_000
    assert 200 < orange(coloured) < orange(plain) / 10  # where it was red all over
    legend = desk.page.get_by_role("img", name="Colours of distance from shifted")
    assert "+0.3 mm" in legend.inner_text()
    desk.page.get_by_role("button", name="Two surfaces").click()


def test_another_mask_that_is_opened_ends_the_comparison(desk):
    compare(desk)
    desk.page.get_by_label("Mask").select_option("shifted")
    desk.until("s.label === 'shifted' && s.against.other === null")
    desk.page.get_by_label("Mask").select_option("manual")
    desk.until("s.label === 'manual' && s.mesh")
    desk.shown()
