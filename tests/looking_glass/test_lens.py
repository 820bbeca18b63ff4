"""The panel's pixels, decoded by optics alone."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import RenderError
from tests.looking_glass.optics import FOUR_CELLS, GENERATIONS, fields_of, views_seen
from viewers.looking_glass.calibration import read_calibration
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.lens import encode
from viewers.looking_glass.lens_gpu import encode_on_gpu
from viewers.looking_glass.quilt import Layout

SMALL = Layout(columns=8, rows=6, width=99, height=80, aspect=0.75)
ENCODERS = pytest.mark.parametrize("encoder", [encode, encode_on_gpu], ids=["numpy", "GL"])


def calibration_of(fields):
    return read_calibration(json.dumps(fields))


def coloured(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """A quilt whose tiles have one colour each, and the view by channel and level; −1: none."""
    levels = np.array([np.random.default_rng(c).permutation(256)[: layout.views] for c in range(3)])
    quilt = np.full((layout.height, layout.width, 3), 7, np.uint8)
    for view in range(layout.views):
        layout.tile(quilt, view)[:] = levels[:, view]
    views = np.full((3, 256), -1)
    views[np.arange(3)[:, None], levels] = np.arange(layout.views)
    return quilt, views


def decoded(panel: np.ndarray, views: np.ndarray) -> np.ndarray:
    """(y, x, 3) the view whose colour each sub-pixel has, bottom row first."""
    return views[np.arange(3), panel[::-1]]


def check(encoder, fields, layout: Layout = SMALL) -> None:
    quilt, views = coloured(layout)
    shown = decoded(encoder(quilt, layout, calibration_of(fields)), views)
    expected, sure = views_seen(fields, layout.views)
    assert sure.mean() > 0.95
    assert np.array_equal(shown[sure], expected[sure])


@ENCODERS
@pytest.mark.parametrize("name", GENERATIONS)
def test_every_subpixel_shows_the_view_that_it_is_seen_in(encoder, name: str) -> None:
    check(encoder, fields_of(name, screenW={"value": 401}, screenH={"value": 230}))


@ENCODERS
def test_so_it_is_on_a_whole_panel(encoder) -> None:
    check(encoder, fields_of("second-portrait"), PRESETS["portrait"].layout)


@ENCODERS
@pytest.mark.parametrize("pattern", range(5))
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("flip", [0, 1])
def test_so_it_is_with_cells_in_every_pattern(encoder, pattern: int, count: int, flip) -> None:
    check(encoder, fields_of(
        "third-16-landscape", screenW=123, screenH=91, flipImageX=flip,
        CellPatternMode=pattern, subpixelCells=FOUR_CELLS[:count],
    ))  # fmt: skip


@ENCODERS
@pytest.mark.parametrize("flip", [0, 0.49, 0.5, 1])
@pytest.mark.parametrize("slope", [-7.0, -0.8, 0.8, 5.0, 1e6])
def test_so_it_is_however_lenses_lean(encoder, slope: float, flip: float) -> None:
    check(encoder, fields_of(
        "second-portrait", screenW=97, screenH=103, slope=slope, flipImageX={"value": flip},
    ))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.5, 160), st.floats(0.05, 1e3), st.sampled_from([-1, 1]), st.floats(-50, 50),
    st.sampled_from([0, 1]), st.integers(1, 9), st.integers(1, 9),
)  # fmt: skip
def test_so_it_is_with_any_lens(pitch, steep, side, center, flip, columns, rows) -> None:
    fields = fields_of("second-portrait", pitch=pitch, slope=side * steep, center=center,
                       flipImageX=flip, screenW=64, screenH=48)  # fmt: skip
    layout = Layout(columns, rows, 5 * columns + 2, 4 * rows + 1, 1.0)
    quilt, views = coloured(layout)
    shown = decoded(encode(quilt, layout, calibration_of(fields)), views)
    expected, sure = views_seen(fields, layout.views)
    assert np.array_equal(shown[sure], expected[sure])


def test_the_portraits_lenses_are_as_wide_as_worked_out_by_hand() -> None:
    # 324 / 52.5927 pixels across a lens, along a row √(1 + 1/7.0835²) times that: 6.2216;
    # along a column 7.0835 times as many: 44.071
    for width, height, lenses in ((6222, 16, 1000), (16, 4407, 100)):
        fields = fields_of("second-portrait", screenW=width, screenH=height)
        quilt, views = coloured(SMALL)
        shown = decoded(encode(quilt, SMALL, calibration_of(fields)), views)[..., 1]
        row = shown[0] if width > height else -shown[:, 0]  # they lean to the right, going up
        assert np.count_nonzero(np.diff(row) > 24) == pytest.approx(lenses, abs=1)
        assert not np.any((np.diff(row) > 0) & (np.diff(row) < 24))


@ENCODERS
def test_one_view_is_a_plain_picture(encoder) -> None:
    layout = Layout(1, 1, 64, 48, 4 / 3)
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    fields = fields_of("third-16-landscape", screenW=64, screenH=48)
    assert np.array_equal(encoder(picture, layout, calibration_of(fields)), picture)


@ENCODERS
def test_a_subpixel_takes_the_level_of_its_place_in_the_tile(encoder) -> None:
    layout = Layout(3, 2, 3 * 60 + 1, 2 * 50 + 1, 1.2)
    quilt = np.zeros((layout.height, layout.width, 3), np.uint8)
    up, right = np.mgrid[50:0:-1, :60]
    for view in range(layout.views):
        layout.tile(quilt, view)[:] = np.stack([4 * right, 5 * up, 4 * right], axis=-1)
    fields = fields_of("second-portrait", screenW=200, screenH=150)
    panel = encoder(quilt, layout, calibration_of(fields))[::-1].astype(float)
    x, y = (np.arange(200) + 0.5) / 200 * 60 - 0.5, (np.arange(150) + 0.5) / 150 * 50 - 0.5
    for channel in (0, 2):
        assert np.abs(panel[..., channel] - 4 * np.clip(x, 0, 59)).max() <= 0.51
    assert np.abs(panel[..., 1] - 5 * (np.clip(y, 0, 49) + 1)[:, None]).max() <= 0.51


@ENCODERS
def test_nothing_of_padding_or_a_neighbour_comes_in(encoder) -> None:
    layout = Layout(4, 3, 4 * 9 + 3, 3 * 7 + 2, 1.0)
    quilt = np.full((layout.height, layout.width, 3), 255, np.uint8)
    for view in range(layout.views):
        layout.tile(quilt, view)[:] = 20 * (view % 2)
    fields = fields_of("first-8.9", screenW=333, screenH=222)
    panel = encoder(quilt, layout, calibration_of(fields))
    assert set(np.unique(panel)) == {0, 20}


@pytest.mark.parametrize("name", GENERATIONS)
def test_numpy_and_the_shader_agree(name: str) -> None:
    layout = Layout(11, 6, 11 * 31 + 4, 6 * 40 + 3, 0.5625)
    quilt = np.random.default_rng(1).integers(0, 256, (layout.height, layout.width, 3), np.uint8)
    fields = fields_of(name, screenW=2000, screenH=700)
    a, b = (e(quilt, layout, calibration_of(fields)) for e in (encode, encode_on_gpu))
    assert a.shape == b.shape == (700, 2000, 3)
    differ = np.abs(a.astype(int) - b) > 1
    _, sure = views_seen(fields, layout.views)
    assert not differ[::-1][sure].any()
    assert differ.mean() < 1e-4


@ENCODERS
@pytest.mark.parametrize(
    "wrong",
    [np.zeros((80, 98, 3), np.uint8), np.zeros((80, 99), np.uint8), np.zeros((80, 99, 3)),
     np.zeros((80, 99, 4), np.uint8)],
    ids=["narrow", "grey", "float", "alpha"],
)  # fmt: skip
def test_a_quilt_that_contradicts_its_layout_is_refused(encoder, wrong) -> None:
    with pytest.raises(RenderError, match="a quilt of 99×80 pixels"):
        encoder(wrong, SMALL, calibration_of(fields_of("second-portrait")))


def test_a_panel_beyond_the_device_is_refused() -> None:
    quilt, _ = coloured(SMALL)
    fields = fields_of("second-portrait", screenW=32768, screenH=16)
    with pytest.raises(RenderError, match="pixels a side on this device, got 32768"):
        encode_on_gpu(quilt, SMALL, calibration_of(fields))
