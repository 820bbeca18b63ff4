"""What a TIFF's tags say of its spacing, what is believed of it, and what goes before it."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from parasam_core.capture import read_capture
from parasam_core.cli import main
from parasam_core.errors import GeometryError, UsageError
from parasam_core.scanfile import ScanFile

FRAMES = np.random.default_rng(4).integers(0, 255, (3, 20, 30), dtype=np.uint8)
WHOLE = (0, 0, 30, 20)


@pytest.fixture
def stack(tmp_path):
    def write(**how):
        tifffile.imwrite(tmp_path / "s.tif", FRAMES, photometric="minisblack", **how)
        return tmp_path / "s.tif"

    return write


def read(path, **said):
    return read_capture(path, roi_xyxy=WHOLE, **said)


def test_imagej_says_pixels_and_step(stack):
    path = stack(
        imagej=True, resolution=(20, 25), metadata={"axes": "ZYX", "unit": "mm", "spacing": 0.076}
    )
    sequence = read(path)
    assert sequence.space.spacing_mm == pytest.approx((0.076, 0.04, 0.05))
    assert sequence.provenance.details["spacing_source"] == "tags"
    assert np.array_equal(sequence.frames, FRAMES)


@pytest.mark.parametrize(("unit", "mm"), [("um", 1e-3), ("micron", 1e-3), ("cm", 10)])
def test_imagej_units(stack, unit, mm):
    path = stack(
        imagej=True, resolution=(4, 4), metadata={"axes": "ZYX", "unit": unit, "spacing": 3}
    )
    assert read(path).space.spacing_mm == pytest.approx((3 * mm, mm / 4, mm / 4))


@pytest.mark.parametrize(("unit", "mm"), [("CENTIMETER", 10), ("INCH", 25.4)])
def test_pixels_a_length_need_a_step(stack, unit, mm):
    path = stack(resolution=(410, 512), resolutionunit=unit)
    with pytest.raises(UsageError, match="--step MM"):
        read(path)
    sequence = read(path, step_mm=0.1)
    assert sequence.space.spacing_mm == pytest.approx((0.1, mm / 512, mm / 410))
    assert sequence.provenance.details["spacing_source"] == "tags, step by user"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"resolution": (72, 72), "resolutionunit": "INCH"},
        {"resolution": (300, 300), "resolutionunit": "INCH"},
        {"resolution": (28.35, 28.35), "resolutionunit": "CENTIMETER"},
        {"resolution": (1, 1), "resolutionunit": "NONE"},
        {"resolution": (0, 0), "resolutionunit": "CENTIMETER"},
        {"imagej": True, "resolution": (20, 20), "metadata": {"axes": "ZYX", "unit": "pixel"}},
    ],
)
def test_a_screen_is_no_scale(stack, how):
    path = stack(**how)
    for said in ({}, {"step_mm": 0.1}):
        with pytest.raises(UsageError, match="--spacing Z Y X"):
            read(path, **said)


def test_what_is_given_goes_first(stack):
    path = stack(
        imagej=True, resolution=(20, 25), metadata={"axes": "ZYX", "unit": "mm", "spacing": 0.076}
    )
    given = read(path, spacing_mm=(1, 2, 3))
    assert given.space.spacing_mm == (1, 2, 3)
    assert given.provenance.details["spacing_source"] == "user"
    assert read(path, step_mm=0.5).space.spacing_mm == pytest.approx((0.5, 0.04, 0.05))
    for step in (0, -1, float("nan")):
        with pytest.raises(GeometryError):
            read(path, step_mm=step)


def test_the_command_asks_for_what_is_missing_and_says_what_it_read(stack, capfd):
    path = stack(resolution=(410, 512), resolutionunit="CENTIMETER")
    scan = path.with_name("s.zarr")
    arguments = ["import", str(path), str(scan), "--roi", "0,0,30,20"]
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "--step MM" in capfd.readouterr().err
    assert not scan.exists()
    main([*arguments, "--step", "0.1"])
    assert "from: tags, step by user" in capfd.readouterr().out
    assert ScanFile.open(scan).space.spacing_mm == pytest.approx((0.1, 10 / 512, 10 / 410))
