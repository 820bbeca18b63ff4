from __future__ import annotations

import pytest

from parasam_core.errors import RenderError
from viewers.looking_glass.device import DEFAULT, PRESETS, preset


def test_every_device_of_the_table_is_there() -> None:
    grids = {
        (d.layout.columns, d.layout.rows, d.layout.width, d.layout.height) for d in PRESETS.values()
    }
    assert grids == {
        (5, 9, 4096, 4096), (5, 9, 8192, 8192), (8, 6, 3360, 3360), (8, 9, 8192, 8192),
        (11, 6, 4092, 4092), (11, 6, 5995, 6000), (7, 7, 5999, 5999), (8, 6, 7680, 4320),
        (12, 4, 7680, 4320), (11, 6, 8184, 8184), (7, 7, 8190, 8190),
    }  # fmt: skip
    assert len(PRESETS) == 14
    assert DEFAULT in PRESETS


@pytest.mark.parametrize("device", PRESETS.values(), ids=str)
def test_a_display_is_as_wide_as_its_panel_says(device) -> None:
    if device.screen is not None:
        assert device.layout.aspect == pytest.approx(device.screen[0] / device.screen[1])
    assert 30 <= device.view_cone_deg <= 60


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("portrait", "portrait"),
        (" Portrait ", "portrait"),
        ("LKG-P00042", "portrait"),
        ("lkg-2k123", "8.9"),
        ("LKG-L-1", "32-gen3-landscape"),
    ],
)
def test_a_name_or_a_serial_number_finds_a_display(asked: str, name: str) -> None:
    assert preset(asked).name == name


@pytest.mark.parametrize("asked", ["", "LKG-", "LKG-Z1", "hologram"])
def test_an_unknown_display_is_refused_with_those_there_are(asked: str) -> None:
    with pytest.raises(RenderError, match=r"8\.9, .*portrait.*got '"):
        preset(asked)
