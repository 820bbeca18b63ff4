"""What Bridge lists, read with tolerance, and what is drawn for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import RenderError
from tests.looking_glass.fake_bridge import PORTRAIT_QUILT, display, monitor, named
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.panel import (
    ANY_HEAD,
    CAUTIOUS_CONE_DEG,
    GREATEST_COUNT,
    GREATEST_SIDE,
    Panel,
    chosen,
    expected_by,
    panels_listed,
)
from viewers.looking_glass.quilt import Layout

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
LANDSCAPE = {"quiltX": 7680, "quiltY": 4320, "tileX": 8, "tileY": 6, "quiltAspect": 1.77778}


def listed(*displays: dict[str, Any]) -> list[Panel]:
    return panels_listed({str(n): named(one) for n, one in enumerate(displays)})


def one(**fields: Any) -> Panel:
    (panel,) = listed(display(**fields))
    return panel


def calibration(serial: str = "LKG-J00007", cone: object = 50.0) -> str:
    return json.dumps({"serial": serial, "viewCone": {"value": cone}})


def quilt(**changed: object) -> str:
    return json.dumps({**LANDSCAPE, **changed})


def test_an_entry_is_read() -> None:
    screen, panel = listed(monitor(0), display(1))
    assert not screen.is_looking_glass
    assert panel.is_looking_glass
    assert (panel.index, panel.serial, panel.state) == (1, "LKG-P00042", "ok")
    assert (panel.hardware, panel.quilt) == ("portrait", PORTRAIT_QUILT)
    assert panel.model is PRESETS["portrait"]
    assert panel.place == (1920, 0)


@pytest.mark.parametrize("coords", [None, {}, {"x": 1}, {"x": "1", "y": 0}, [1, 2]])
def test_a_place_that_is_none_is_not_told(coords) -> None:
    assert one(windowCoords=coords).place is None


def test_panels_come_by_their_index() -> None:
    assert [p.index for p in listed(display(2), display(0), display(1))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("index", "expected"), [(3, 3), (None, 0), ("x", 0), (True, 0), (-4, 0), (2.0, 0)]
)
def test_without_an_index_the_key_is_taken(index, expected: int) -> None:
    assert one(index=index).index == expected


def test_without_any_number_bridge_takes_the_output_itself() -> None:
    (panel,) = panels_listed({"first": named(display(index=None))})
    assert panel.index == ANY_HEAD


def test_the_serial_number_is_the_calibrations_else_that_of_the_hardware() -> None:
    assert one(hwid="LKG-E1", calibration=calibration("LKG-J2")).serial == "LKG-J2"
    for nothing in ("", "{}", "nonsense", "[]", "[" * 100_000, None, 7):
        assert one(hwid="LKG-E1", calibration=nothing).serial == "LKG-E1"


def test_bridge_goes_before_the_preset() -> None:
    panel = one(calibration=calibration(cone=53.5), defaultQuilt=quilt())
    expected = expected_by(panel)
    assert PRESETS["16-gen3-landscape"].layout.columns == 7
    assert expected.device.layout == Layout(8, 6, 7680, 4320, 1.77778)
    assert expected.device.view_cone_deg == 53.5
    assert expected.device.name == "16-gen3-landscape"
    assert (expected.layout_from, expected.view_cone_from) == ("bridge", "bridge")


@pytest.mark.parametrize(
    "absurd",
    [
        "", "{}", "null", "nonsense", None, 5,
        quilt(tileX=0), quilt(tileY=-6), quilt(tileX=8.5), quilt(tileX="8"), quilt(tileX=True),
        quilt(tileX=129, tileY=1), quilt(tileX=12, tileY=11), quilt(quiltX=10**9), quilt(quiltY=2),
        quilt(quiltX=None), quilt(quiltAspect=99), quilt(quiltAspect=-1),
    ],
)  # fmt: skip
def test_what_a_quilt_cannot_be_comes_from_the_preset(absurd) -> None:
    expected = expected_by(one(calibration=calibration(), defaultQuilt=absurd))
    assert expected.device.layout == PRESETS["16-gen3-landscape"].layout
    assert (expected.layout_from, expected.view_cone_from) == ("preset", "bridge")


@pytest.mark.parametrize("aspect", [None, 0, "wide", float("nan"), 10**400])
def test_without_an_aspect_the_presets_is_taken(aspect) -> None:
    expected = expected_by(one(calibration=calibration(), defaultQuilt=quilt(quiltAspect=aspect)))
    assert expected.device.layout == Layout(8, 6, 7680, 4320, 16 / 9)
    assert expected.layout_from == "bridge"


@pytest.mark.parametrize("cone", [None, 0, -40, 121, "50", float("inf"), True])
def test_without_a_cone_the_presets_is_taken_or_a_cautious_one(cone) -> None:
    known = expected_by(one(calibration=calibration(cone=cone), defaultQuilt=quilt()))
    assert (known.device.view_cone_deg, known.view_cone_from) == (50, "preset")
    new = expected_by(one(calibration=calibration("LKG-Z1", cone), defaultQuilt=quilt()))
    assert (new.device.view_cone_deg, new.view_cone_from) == (CAUTIOUS_CONE_DEG, "assumed")
    assert min(device.view_cone_deg for device in PRESETS.values()) == CAUTIOUS_CONE_DEG


def test_a_model_of_tomorrow_is_drawn_as_bridge_says() -> None:
    panel = one(calibration=calibration("LKG-Z1", 60), defaultQuilt=quilt(), hardwareVersion="27_z")
    expected = expected_by(panel)
    assert (expected.device.name, expected.device.title) == ("27_z", "LKG-Z1")
    assert expected.device.layout == Layout(8, 6, 7680, 4320, 1.77778)


def test_a_model_of_tomorrow_of_which_bridge_says_nothing_has_to_be_named() -> None:
    panel = one(calibration=calibration("LKG-Z1"), defaultQuilt="{}")
    with pytest.raises(RenderError, match=r"which quilt LKG-Z1 shows, got \{\}; .*--device 8\.9\|"):
        expected_by(panel)
    expected = expected_by(panel, "Portrait")
    assert expected.device.layout == PRESETS["portrait"].layout
    assert expected.layout_from == "preset"


def test_a_panel_is_taken_by_serial_number_by_model_or_because_it_is_ready() -> None:
    asleep, go, new = (
        display(0, "LKG-P1", state="sleeping"),
        display(1, "LKG-E7"),
        display(2, "LKG-Z1"),
    )
    panels = listed(asleep, go, new)
    assert [chosen(panels, w).index for w in (None, "lkg-p1", " go", "LKG-Z1")] == [1, 0, 1, 2]
    assert chosen(panels, "portrait").serial == "LKG-P1"
    assert chosen(panels, "65").serial == "LKG-Z1"
    assert chosen(panels[:1], None).serial == "LKG-P1"


@pytest.mark.parametrize("wanted", ["LKG-P2", "65", "", "cube"])
def test_a_panel_that_is_not_there_is_refused_with_those_that_are(wanted: str) -> None:
    panels = listed(display(0, "LKG-P1"), display(1, "LKG-E7"))
    with pytest.raises(RenderError, match=r"lists \(LKG-P1 \(portrait\), LKG-E7 \(go\)\), got '"):
        chosen(panels, wanted)


@given(JSON)
def test_any_list_is_read(value) -> None:
    assert all(isinstance(panel, Panel) for panel in panels_listed(value))


@given(st.dictionaries(st.sampled_from(list(display())), JSON | JSON.map(json.dumps)))
def test_any_entry_is_read(fields) -> None:
    for panel in listed({name: named(value) for name, value in fields.items()}):
        assert isinstance(panel.is_looking_glass, bool)
        assert panel.title


@given(st.fixed_dictionaries(dict.fromkeys(LANDSCAPE, JSON)), JSON)
def test_whatever_bridge_says_can_be_drawn(told, cone) -> None:
    panel = one(calibration=calibration(cone=cone), defaultQuilt=json.dumps(told))
    device = expected_by(panel).device
    assert device.layout.views <= GREATEST_COUNT
    assert max(device.layout.width, device.layout.height) <= GREATEST_SIDE
    assert 0 < device.view_cone_deg <= 120
