"""The depth ruler on a screen: read to a fraction of a percent, or refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from parasam_core.capture import read_capture
from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.ruler import Ruler, Unread, read_ruler
from parasam_core.errors import UsageError
from tests.core.capture.rulers import ruled

PLAIN = {"size": (800, 600), "depth": 12.0, "unit": "mm", "written": "first", "font": "",
         "font_px": 14, "step": 1, "minor": 0.5, "ground": 0, "ink": 0, "jpeg": 0, "thick": 1,
         "rises": 0.0, "spine": False, "zero": 0.0, "side": "right", "out_px": 12.0}  # fmt: skip


def read(drawn, scale=1.0):
    frames = drawn.frames
    if scale != 1:
        frames = [cv2.resize(f, None, fx=scale, fy=scale) for f in frames]
    box = tuple(round(v * scale) for v in drawn.box)
    return read_ruler(evidence_of(np.ascontiguousarray(f) for f in frames), box)


@pytest.mark.parametrize("seed", range(12))
def test_a_ruler_is_read_right_or_not_at_all(seed):
    drawn = ruled(seed)
    found = read(drawn)
    assert isinstance(found, Unread) or found.px_a_mm == pytest.approx(drawn.px_a_mm, rel=0.01)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_a_ruler_that_is_scaled_gives_so_many_times_the_pixels(scale):
    drawn = ruled(1, **PLAIN)
    found = read(drawn, scale)
    assert isinstance(found, Ruler)
    assert found.px_a_mm == pytest.approx(drawn.px_a_mm * scale, rel=0.005)


def test_where_no_unit_is_written_the_depth_decides_and_it_is_said():
    found = read(ruled(1, **{**PLAIN, "written": ""}))
    assert isinstance(found, Ruler)
    assert found.assumed
    assert "assumed" in found.said


def test_ticks_without_numbers_are_refused():
    drawn = ruled(1, **PLAIN)
    x1 = drawn.box[2]
    drawn.frames[:, :, x1 + 30 :] = 0
    found = read(drawn)
    assert isinstance(found, Unread)
    assert "ticks" in found.why


def test_the_real_ruler_and_the_step_are_enough(mouse_folder):
    sequence = read_capture(mouse_folder / "sweep.avi", step_mm=0.076)
    assert sequence.space.spacing_mm == pytest.approx((0.076, 0.0352, 0.0352), rel=0.01)
    details = sequence.provenance.details
    assert details["spacing_source"] == "ruler, step by user"
    assert details["ruler"]["labels"][0] == 1


def test_without_a_step_the_refusal_says_what_was_read(mouse_folder):
    with pytest.raises(UsageError, match=r"--step.*0\.035"):
        read_capture(mouse_folder / "sweep.avi")
