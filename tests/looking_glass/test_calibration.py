from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import RenderError
from tests.looking_glass.optics import GENERATIONS, fields_of, text_of
from viewers.looking_glass.calibration import (
    MOST_CELLS,
    OFFSETS,
    read_calibration,
    read_default_quilt,
)

QUILT = {"quiltX": 3360, "quiltY": 3360, "tileX": 8, "tileY": 6, "quiltAspect": 0.75}
NEEDED = ("serial", "pitch", "slope", "center", "DPI", "screenW", "screenH")
CELL = dict.fromkeys(OFFSETS, 0.25)


def without(name: str) -> str:
    fields = fields_of("second-portrait")
    del fields[name]
    return json.dumps(fields)


def test_wrapped_and_plain_numbers_are_read_alike() -> None:
    wrapped = fields_of("second-portrait")
    plain = {k: v["value"] if isinstance(v, dict) else v for k, v in wrapped.items()}
    assert read_calibration(json.dumps(plain)) == read_calibration(json.dumps(wrapped))


def test_all_that_a_panel_says_is_there() -> None:
    first, second, third = (read_calibration(text_of(name)) for name in GENERATIONS)
    assert (first.serial, first.screen, first.dpi) == ("00297", (2560, 1600), 338)
    lens = (second.pitch, second.slope, second.center)
    assert lens == pytest.approx((52.59267, -7.083541, 0.816793), rel=1e-6)
    assert (second.cells, second.cell_pattern, second.flip_x) == ((), 0, False)
    assert (third.cell_pattern, third.view_cone_deg) == (2, 50)
    assert third.cells[1] == (-0.25, -0.26, 0.25, -0.24, 0.02, 0.25)
    assert not third.unheeded


def test_old_panels_say_less() -> None:
    fields = {k: v for k, v in fields_of("first-8.9").items() if k in NEEDED}
    read = read_calibration(json.dumps(fields))
    assert (read.view_cone_deg, read.flip_x, read.cell_pattern, read.cells) == (None, False, 0, ())


@pytest.mark.parametrize(("flip", "mirrored"), [(0, False), (0.4, False), (0.5, True), (1, True)])
def test_the_lenses_are_mirrored_from_a_half_on(flip: float, mirrored: bool) -> None:
    text = text_of("second-portrait", flipImageX={"value": flip})
    assert read_calibration(text).flip_x is mirrored


def test_what_is_not_heeded_is_named() -> None:
    text = text_of("second-portrait", invView={"value": 0.0}, flipSubp=1)
    assert read_calibration(text).unheeded == ("invView", "flipSubp")


@pytest.mark.parametrize(
    "name", ["serial", "pitch", "slope", "center", "DPI", "screenW", "screenH"]
)
def test_a_field_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(RenderError, match=f"expected {name} .*got none"):
        read_calibration(without(name))


ABSURD = [
    ("pitch", 0), ("pitch", -52.6), ("pitch", 324.1), ("pitch", "52"), ("pitch", True),
    ("pitch", math.nan), ("pitch", math.inf), ("pitch", [1]), ("pitch", {"value": None}),
    ("pitch", {}), ("slope", 0), ("slope", 0.0005), ("slope", -0.0), ("slope", math.nan),
    ("slope", -math.inf), ("center", math.nan), ("center", 1e9), ("DPI", 0), ("DPI", -324),
    ("screenW", -1536), ("screenW", 0), ("screenW", 1536.5), ("screenH", 10**400),
    ("screenH", 1e6), ("viewCone", 0), ("viewCone", 360), ("viewCone", None),
    ("flipImageX", 2), ("flipImageX", "no"), ("CellPatternMode", 5), ("CellPatternMode", -1),
    ("CellPatternMode", 1.5), ("serial", 7), ("serial", ""), ("serial", "../../etc/passwd"),
    ("serial", "LKG-P\\n1"), ("serial", ".hidden"), ("serial", "L" * 65),
    ("subpixelCells", {}), ("subpixelCells", "none"), ("subpixelCells", [1, 2]),
    ("subpixelCells", [CELL] * (MOST_CELLS + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), ABSURD, ids=str)
def test_a_field_that_is_absurd_is_named(name: str, value) -> None:
    with pytest.raises(RenderError, match=f"expected {name} ") as refused:
        read_calibration(text_of("second-portrait", **{name: value}))
    assert len(str(refused.value)) < 160


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("value", [None, math.nan, 65, "0"])
def test_an_offset_that_is_absurd_is_named(offset: str, value) -> None:
    with pytest.raises(RenderError, match=f"expected {offset} "):
        read_calibration(
            text_of("third-16-landscape", subpixelCells=[CELL, CELL | {offset: value}])
        )


@pytest.mark.parametrize(
    "text", ["", " ", "null", "[]", "7", '"pitch"', "{", "[" * 100_000, "9" * 5000, "{'pitch': 1}"],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(RenderError, match="JSON"):
        read_calibration(text)
    if text:
        with pytest.raises(RenderError, match="JSON"):
            read_default_quilt(text)


@pytest.mark.parametrize("text", ["", "{}"])
def test_a_panel_may_ask_for_no_quilt(text: str) -> None:
    assert read_default_quilt(text) is None


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["value", *OFFSETS]), inner),
    max_leaves=6,
), st.sampled_from(sorted(fields_of("third-16-landscape"))))  # fmt: skip
def test_whatever_a_field_holds_it_is_read_or_refused(value, name: str) -> None:
    sentence = ""
    try:
        read = read_calibration(text_of("third-16-landscape", **{name: value}))
    except RenderError as error:
        sentence = str(error)
    if sentence:
        assert any(field in sentence for field in (name, *OFFSETS))
        return
    assert 0 < read.pitch <= read.dpi
    assert abs(read.slope) > 0
    assert min(read.screen) > 0
    assert math.isfinite(read.center)


def test_the_quilt_that_a_panel_asks_for_is_read() -> None:
    layout = read_default_quilt(json.dumps(QUILT))
    assert (layout.columns, layout.rows, layout.width, layout.height) == (8, 6, 3360, 3360)
    assert layout.aspect == 0.75


@pytest.mark.parametrize(
    ("change", "named"),
    [({"tileX": 0}, "tileX"), ({"tileY": 1.5}, "tileY"), ({"quiltX": "3360"}, "quiltX"),
     ({"quiltY": None}, "quiltY"), ({"quiltAspect": math.nan}, "quiltAspect"),
     ({"quiltX": 7}, "at least one pixel")],
)  # fmt: skip
def test_a_quilt_that_cannot_be_is_refused(change, named: str) -> None:
    with pytest.raises(RenderError, match=named):
        read_default_quilt(json.dumps(QUILT | change))
