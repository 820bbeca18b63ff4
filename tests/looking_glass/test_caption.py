"""Words in the focal plane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.looking_glass.caption import Caption, scale_mm, strip_of
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.stage import framed, stage_of, turned

CAPTION = Caption(("KPC3933 · d14", "412.3 mm³"))
GROUND = 12


@given(st.floats(1e-3, 1e3))
def test_the_scale_is_round_and_as_long_as_may_be(longest_mm: float) -> None:
    found = scale_mm(longest_mm)
    assert longest_mm / 2.5 * (1 - 1e-9) < found <= longest_mm * (1 + 1e-9)
    assert f"{found:.0e}"[0] in "125"
    assert float(f"{found:.0e}") == pytest.approx(found)


@pytest.fixture
def shown(renderer, layout, ellipsoid):
    stage = replace(stage_of(ellipsoid), caption=CAPTION)
    rig = framed(stage.points, layout, 40, turned())
    renderer.show(stage)
    return renderer.quilt(rig, layout), rig


def test_words_stand_still_in_all_views_and_are_sharp(shown, renderer, layout, ellipsoid) -> None:
    quilt, rig = shown
    renderer.show(stage_of(ellipsoid))
    without = renderer.quilt(rig, layout)
    body = np.zeros((layout.tile_height, layout.tile_width), bool)
    for view in range(layout.views):
        body |= layout.tile(without, view).max(axis=2) > GROUND
    strip = strip_of(CAPTION, rig, layout)
    bottom = layout.tile_height - strip.bottom_px
    rows = slice(bottom - len(strip.cover), bottom)
    free = ~body[rows]
    assert (strip.cover[free] > 0).sum() > 0.9 * (strip.cover > 0).sum() > 100
    first = layout.tile(quilt, 0)[rows].astype(int)
    for view in range(layout.views):
        tile = layout.tile(quilt, view)[rows].astype(int)
        assert np.abs(tile - first)[free].max() <= 1
    assert (first[free].max(axis=1) > GROUND)[strip.cover[free] > 30].all()
    assert (first[free].max(axis=1) <= GROUND)[strip.cover[free] == 0].all()


@pytest.mark.parametrize("name", PRESETS)
def test_the_scale_is_as_long_as_it_says_and_within_the_tile(name: str, ellipsoid) -> None:
    device = PRESETS[name]
    layout = device.layout
    rig = framed(stage_of(ellipsoid).points, layout, device.view_cone_deg, turned())
    strip = strip_of(CAPTION, rig, layout)
    assert strip.cover.shape[1] == layout.tile_width
    width_mm = 2e3 * rig.half_height * rig.aspect
    bar_mm = scale_mm(0.22 * width_mm)
    longest = max(runs(row) for row in strip.cover[:, layout.tile_width // 2 :])
    assert longest == pytest.approx(bar_mm / width_mm * layout.tile_width, abs=1.5)
    assert not strip.cover[:, [0, -1]].any()
    assert strip.bottom_px > 2


def runs(row: np.ndarray) -> int:
    """Length of the longest run of what is covered for a good part."""
    best = now = 0
    for covered in row > 127:
        now = now + 1 if covered else 0
        best = max(best, now)
    return best


def test_the_font_has_what_is_said() -> None:
    from viewers.looking_glass.caption import _font

    missing = np.asarray(_font(40).getmask("\uffff"))
    for letter in "³·ßéµ":
        assert not np.array_equal(np.asarray(_font(40).getmask(letter)), missing)
