"""The real mouse sweep: the B-mode area and the frames in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from parasam_core.capture import read_capture
from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from tests.core.capture.screens import read_video

AREA = (87, 70, 490, 326)
TOLERATED_PX = 4


@pytest.fixture(scope="module")
def sweep(mouse_folder):
    return np.ascontiguousarray(read_video(mouse_folder / "sweep.avi")[..., ::-1])


def spread(frames, count=32):
    return frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]


def assert_found(frames, area=AREA, scale=1.0):
    found = found_area(evidence_of(frames))
    assert max(abs(a - b) for a, b in zip(found.box, area, strict=True)) <= TOLERATED_PX * scale
    assert found.uncertain == ()


def test_the_sweep_is_read_whole(mouse_folder):
    sequence = read_capture(mouse_folder / "sweep.avi", spacing_mm=(0.076, 0.0352, 0.0352))
    x0, y0, x1, y1 = sequence.roi_xyxy
    assert sequence.roi_xyxy == AREA
    assert "area_uncertain" not in sequence.provenance.details
    assert sequence.frames.shape == (262, y1 - y0, x1 - x0)
    assert sequence.full_frame_shape == (444, 608)
    assert sequence.provenance.details["area"] == "found"


@pytest.mark.parametrize("part", [slice(0, 60), slice(100, 200), slice(-50, None)])
def test_a_part_of_it_gives_the_same_area(sweep, part):
    assert_found(spread(sweep[part]))


@pytest.mark.parametrize("scale", [0.75, 1.5, 2])
def test_another_size_gives_the_same_area(sweep, scale):
    frames = [cv2.resize(f, None, fx=scale, fy=scale) for f in spread(sweep)]
    assert_found(frames, [round(v * scale) for v in AREA], max(1.0, scale))


@pytest.mark.parametrize("gain", [0.25, 0.5, 2])
def test_another_gain_gives_the_same_area(sweep, gain):
    assert_found(np.clip(spread(sweep) * gain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("panel", [0, 40])
def test_another_place_on_a_larger_screen_gives_the_same_area(sweep, panel):
    frames = np.full((32, 1080, 1920, 3), panel, np.uint8)
    frames[:, 300:744, 700:1308] = spread(sweep)
    assert_found(frames, np.add(AREA, (700, 300, 700, 300)))


def test_a_mirrored_screen_gives_the_same_area(sweep):
    x0, y0, x1, y1 = AREA
    assert_found(spread(sweep)[:, ::-1], (x0, 444 - y1, x1, 444 - y0))
    assert_found(spread(sweep)[:, :, ::-1], (608 - x1, y0, 608 - x0, y1))


def test_cropped_to_the_image_it_is_the_whole_frame(sweep):
    x0, y0, x1, y1 = AREA
    assert_found(spread(sweep)[:, y0:y1, x0:x1], (0, 0, x1 - x0, y1 - y0))
