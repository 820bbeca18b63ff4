"""The depth ruler on a screen: read to a fraction of a percent, or refused."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from parasam_core.capture import Wanted, read_annotated, read_capture
from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.ruler import Ruler, Unread, read_ruler
from parasam_core.capture.ruler_check import doubts_of
from parasam_core.capture.ruler_digits import likenesses
from parasam_core.capture.ruler_pair import read_pair
from parasam_core.capture.ruler_ticks import Ticks
from parasam_core.errors import UsageError
from tests.core.capture.rulers import ruled
from tests.core.capture.rulers_resized import resized
from tests.core.capture.screens import read_video

PLAIN = {"size": (800, 600), "depth": 12.0, "unit": "mm", "written": "first", "font": "",
         "font_px": 14, "step": 1, "minor": 0.5, "ground": 0, "ink": 0, "jpeg": 0, "thick": 1,
         "rises": 0.0, "spine": False, "zero": 0.0, "side": "right", "out_px": 12.0}  # fmt: skip


def read(drawn, scale=1.0):
    frames = drawn.frames
    if scale != 1:
        frames = [cv2.resize(f, None, fx=scale, fy=scale) for f in frames]
    box = tuple(round(v * scale) for v in drawn.box)
    return read_ruler(evidence_of(np.ascontiguousarray(f) for f in frames), box)


@pytest.mark.parametrize("make", [ruled, resized])
@pytest.mark.parametrize("seed", range(12))
def test_a_ruler_is_read_right_or_not_at_all(make, seed):
    drawn = make(seed)
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


TWO = {**PLAIN, "unit": "cm", "written": "over", "step": 10, "minor": 1.0, "depth": 14.0}


@pytest.mark.parametrize("says", [{}, {"side": "left"}, {"spine": True}])
def test_two_numbers_are_enough_where_long_ticks_stand_at_them(says):
    drawn = ruled(1, **{**TWO, **says})
    found = read(drawn)
    assert isinstance(found, Ruler)
    assert found.labels == (0.0, 1.0)
    assert not found.assumed
    assert found.px_a_mm == pytest.approx(drawn.px_a_mm, rel=0.005)


def test_two_numbers_with_one_tick_between_are_refused():
    assert isinstance(read(ruled(1, **{**TWO, "minor": 5.0})), Unread)


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


def test_a_given_spacing_that_the_ruler_contradicts_is_used_and_said(mouse_folder):
    sequence = read_capture(mouse_folder / "sweep.avi", spacing_mm=(0.076, 0.0352, 0.04))
    assert sequence.space.spacing_mm == (0.076, 0.0352, 0.04)
    (warning,) = sequence.provenance.details["warnings"]
    assert "0.0352 × 0.04" in warning
    assert "ruler" in warning


def test_a_given_spacing_that_the_ruler_confirms_is_no_warning(mouse_folder):
    sequence = read_capture(mouse_folder / "sweep.avi", spacing_mm=(0.076, 0.0345, 0.0345))
    assert "warnings" not in sequence.provenance.details


def test_the_command_says_it_in_one_sentence(mouse_folder, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "parasam_core.cli", "import", mouse_folder / "sweep.avi",
         tmp_path / "a.zarr", "--spacing", "0.076", "0.05", "0.05"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (said,) = (line for line in ran.stderr.splitlines() if "ruler" in line)
    assert "0.05 × 0.05, which is used" in said


def test_a_ruler_whose_unit_is_assumed_contradicts_nothing():
    found = read(ruled(1, **{**PLAIN, "written": ""}))
    assert doubts_of(found, found.scale, (1.0, 5.0, 5.0)) == {}


def test_captures_whose_ruler_contradicts_the_spacing_are_said(mouse_folder, tmp_path):
    folder = tmp_path / "KPC1_d0"
    (folder / "annotations").mkdir(parents=True)
    for n, screen in enumerate(read_video(mouse_folder / "sweep.avi")[100:160:12], 1):
        drawn = cv2.ellipse(screen.copy(), (285, 190), (110, 60), n, 0, 360, (255, 200, 40), 2)
        cv2.imwrite(str(folder / "annotations" / f"{n}.png"), drawn)
    sequence, _ = read_annotated(folder, Wanted((0.076, 0.03, 0.03)))
    (said,) = sequence.provenance.details["warnings"]
    assert "--spacing says 0.03 × 0.03" in said
    sequence, _ = read_annotated(folder, Wanted((0.076, 0.0352, 0.0352)))
    assert "warnings" not in sequence.provenance.details


def test_ticks_that_begin_beyond_the_strip_are_no_error():
    strip = np.zeros((200, 40), np.float32)
    strip[7::10, 10:16] = 200
    above = Ticks(12, 10.0, -3.0, 20, 187.0, 0.1)
    assert read_pair([], [above], strip, 3) is None


def test_digits_are_alike_whatever_else_is_compared_with_them():
    rng = np.random.default_rng(0)
    glyphs = [rng.random((20, wide), np.float32) for wide in (6, 12, 20)]
    alone = np.concatenate([likenesses([g]) for g in glyphs])
    np.testing.assert_allclose(likenesses(glyphs), alone, atol=1e-6)
