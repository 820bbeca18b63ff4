"""The B-mode area on screens whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.profiles import steepest, stretches, walked_up
from parasam_core.capture.rectangle import best_rectangle, turned
from parasam_core.errors import CaptureError
from tests.core.capture.screens import NAMES, SIZES, b_mode, screen
from tests.core.capture.survey import CODECS, TOLERATED_PX, encoded, missed_by

SMALL = (640, 480)
BOX = (150, 90, 520, 380)


def grey(frames):
    return np.repeat(frames[..., None], 3, axis=3)


@pytest.mark.parametrize("seed", range(12))
def test_tissue_from_the_first_row_is_found_on_any_screen(seed):
    drawn = screen(seed, 12, size=SIZES[seed % 5], gel=0)
    assert missed_by(drawn, encoded(drawn, CODECS[seed % 3])) <= TOLERATED_PX


def test_a_screen_of_2160_lines_is_no_different():
    drawn = screen(3, 8, size=(3840, 2160), gel=0, wearing=NAMES)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


@pytest.mark.parametrize("fourcc", CODECS)
def test_gel_that_flickers_belongs_to_the_image(fourcc):
    drawn = screen(4, 16, size=SMALL, box=BOX, panel=0, gel=0.3, gain=5, noise_db=-42)
    assert missed_by(drawn, encoded(drawn, fourcc)) <= TOLERATED_PX


def test_black_gel_on_a_grey_panel_belongs_to_the_image():
    drawn = screen(4, 12, size=SMALL, box=BOX, panel=30, gel=0.3, gain=-5, noise_db=-90)
    assert missed_by(drawn, encoded(drawn, "MJPG")) <= TOLERATED_PX


@pytest.mark.parametrize("mark", ["ruler", "frame"])
def test_black_gel_on_a_black_screen_is_read_off_what_stands_beside_it(mark):
    drawn = screen(
        4, 12, size=SMALL, box=BOX, panel=0, wearing=[mark], gel=0.3, gain=-5, noise_db=-90
    )
    assert missed_by(drawn, encoded(drawn, "MJPG")) <= TOLERATED_PX


def test_black_gel_on_a_black_screen_with_nothing_beside_it_is_refused():
    drawn = screen(5, 12, size=SMALL, box=BOX, panel=0, wearing=["counter", "text"], gel=0.3,
                   gain=-5, noise_db=-90)  # fmt: skip
    with pytest.raises(CaptureError, match="the top of the image is not straight; give it with"):
        found_area(evidence_of(encoded(drawn, None)))


@pytest.mark.parametrize("gel", [0, 0.2])
@pytest.mark.parametrize("size", [(300, 400), (480, 640)])
def test_an_image_with_no_screen_around_it_is_the_whole_frame(size, gel):
    frames = b_mode(np.random.default_rng(1), 12, *size, gel=gel)
    assert found_area(evidence_of(frames)) == (0, 0, size[1], size[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("panel", "wearing"), [(30, ["text"]), (0, ["ruler", "text"])])
def test_one_frame_is_judged_by_its_texture(seed, panel, wearing):
    drawn = screen(seed, 1, size=SMALL, box=BOX, gel=0, gain=0, panel=panel, wearing=wearing)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


def test_one_frame_on_a_black_screen_with_nothing_beside_it_is_refused():
    drawn = screen(0, 1, size=SMALL, box=BOX, gel=0, gain=0, panel=0, wearing=["text"])
    with pytest.raises(CaptureError, match="--roi"):
        found_area(evidence_of(encoded(drawn, None)))


def test_two_frames_are_enough():
    drawn = screen(10, 2, size=SIZES[3], gel=0)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


def test_frames_captured_twice_change_nothing():
    drawn = screen(11, 8, size=SMALL, gel=0)
    rgb = encoded(drawn, None)
    assert found_area(evidence_of(np.repeat(rgb, 2, axis=0))) == found_area(evidence_of(rgb))


def test_a_tinted_image_is_found_too():
    drawn = screen(12, 10, size=SMALL, gel=0, wearing=["ecg", "counter"])
    x0, y0, x1, y1 = drawn.box
    tint = np.array([1.0, 0.7, 0.4])
    rgb = encoded(drawn, None)
    rgb[:, y0:y1, x0:x1] = (rgb[:, y0:y1, x0:x1] * tint).astype(np.uint8)
    assert missed_by(drawn, rgb) <= TOLERATED_PX


def test_noise_over_the_whole_screen_does_not_mislead():
    drawn = screen(13, 12, size=SMALL, gel=0, panel=40, wearing=["ruler", "text"])
    noise = np.random.default_rng(0).normal(0, 3, drawn.frames.shape)
    rgb = np.clip(encoded(drawn, None) + noise, 0, 255).astype(np.uint8)
    assert missed_by(drawn, rgb) <= TOLERATED_PX


def test_two_images_side_by_side_are_refused():
    drawn = screen(2, 10, size=(1280, 720), box=(100, 150, 560, 600), panel=0, gel=0)
    other = b_mode(np.random.default_rng(9), 10, 450, 460, gel=0)
    drawn.frames[:, 150:600, 700:1160] = grey(other)
    with pytest.raises(CaptureError, match="two parts of the screen"):
        found_area(evidence_of(encoded(drawn, None)))


def test_a_screen_on_which_only_a_counter_and_an_ecg_move_is_refused():
    drawn = screen(2, 10, size=SMALL, box=BOX, wearing=["counter", "ecg"])
    x0, y0, x1, y1 = drawn.box
    drawn.frames[:, y0:y1, x0:x1] = drawn.frames[:1, y0:y1, x0:x1]
    with pytest.raises(CaptureError, match="--roi"):
        found_area(evidence_of(encoded(drawn, None)))


def test_a_black_screen_is_refused():
    with pytest.raises(CaptureError, match="nothing on the screen"):
        found_area(evidence_of(np.zeros((3, 240, 320), np.uint8)))


def brute_force(gain):
    height, width = gain.shape
    return max(
        float(gain[y0:y1, x0:x1].sum())
        for y0 in range(height)
        for y1 in range(y0, height + 1)
        for x0 in range(width)
        for x1 in range(x0, width + 1)
    )


@given(arrays(np.float32, (5, 6), elements=st.integers(-9, 9)))
def test_the_best_rectangle_is_the_best_of_all(gain):
    x0, y0, x1, y1 = best_rectangle(gain)
    assert gain[y0:y1, x0:x1].sum() == brute_force(gain)


@given(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5), st.integers(1, 4))
def test_a_turned_box_holds_the_same_pixels(quarters, y0, x0, size):
    there = np.arange(9 * 11).reshape(9, 11)
    box = (x0, y0, x0 + size, y0 + size - 1 + 1)
    u0, v0, u1, v1 = turned(box, there.shape, quarters)
    inside = there[y0 : box[3], x0 : box[2]]
    assert (np.rot90(there, quarters)[v0:v1, u0:u1] == np.rot90(inside, quarters)).all()


@given(st.integers(6, 34), st.integers(1, 5))
def test_the_steepest_place_of_a_step_is_the_step(at, window):
    profile = np.where(np.arange(40) >= at, 5.0, 1.0).astype(np.float32)
    assert steepest(profile, at - 5, at + 5, window) == at


def test_a_profile_that_starts_high_is_steepest_at_its_beginning():
    assert steepest(np.full(20, 3.0, np.float32), 0, 10, 4) == 0


def test_a_walk_steps_over_small_gaps_only():
    covered = np.array([1, 1, 0, 0, 0, 1, 0, 1, 1, 0], np.bool_)
    assert walked_up(covered, 9, gap=1) == 5
    assert walked_up(covered, 9, gap=3) == 0
    assert walked_up(~covered, 7, gap=0) == 6


@given(st.integers(1, 200))
def test_stretches_keep_the_mean_of_even_rows(width):
    rows = np.full((2, width), 7.0, np.float32)
    assert (stretches(rows) == 7).all()
    assert stretches(rows).shape[1] == min(width, 32)
