"""The B-mode area on screens whose truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.profiles import steepest, stretches, walked_up
from parasam_core.capture.rectangle import turned
from parasam_core.errors import CaptureError
from tests.core.capture.screens import NAMES, SIZES, b_mode, screen
from tests.core.capture.survey import CODECS, SIDES, TOLERATED_PX, encoded, judged, missed_by
from tests.core.capture.workstations import export, workstation

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


def outwards(box, truth):
    """How far each side lies outside the truth, pixels."""
    return dict(zip(SIDES, np.multiply(np.subtract(box, truth), (-1, -1, 1, 1)), strict=True))


def test_black_gel_on_a_black_screen_with_nothing_beside_it_is_kept_and_said():
    drawn = screen(5, 12, size=SMALL, box=BOX, panel=0, wearing=["counter", "text"], gel=0.3,
                   gain=-5, noise_db=-90)  # fmt: skip
    area = found_area(evidence_of(encoded(drawn, None)))
    assert area.uncertain == ("top",)
    out = outwards(area.box, drawn.box)
    assert out.pop("top") >= 0
    assert max(map(abs, out.values())) <= TOLERATED_PX


@pytest.mark.parametrize("gel", [0, 0.2])
@pytest.mark.parametrize("size", [(300, 400), (480, 640)])
def test_an_image_with_no_screen_around_it_is_the_whole_frame(size, gel):
    frames = b_mode(np.random.default_rng(1), 12, *size, gel=gel)
    assert found_area(evidence_of(frames)).box == (0, 0, size[1], size[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("panel", "wearing"), [(30, ["text"]), (0, ["ruler", "text"])])
def test_one_frame_is_judged_by_its_texture(seed, panel, wearing):
    drawn = screen(seed, 1, size=SMALL, box=BOX, gel=0, gain=0, panel=panel, wearing=wearing)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


def test_one_frame_on_a_black_screen_is_never_cut():
    drawn = screen(0, 1, size=SMALL, box=BOX, gel=0, gain=0, panel=0, wearing=["text"])
    area = found_area(evidence_of(encoded(drawn, None)))
    out = outwards(area.box, drawn.box)
    assert min(out.values()) >= -TOLERATED_PX
    assert {name for name, px in out.items() if px > TOLERATED_PX} <= set(area.uncertain)


@pytest.mark.parametrize("played", ["plain", "fade", "freeze", "slow"])
@pytest.mark.parametrize("convex", [False, True])
def test_an_image_among_software_is_found_however_it_plays(played, convex):
    drawn = workstation(3, 10, size=SMALL, theme="light", wearing=["title", "list", "trace"],
                        played=played, convex=convex, sent="raw", letterbox=False, pointer=True,
                        viewport=False, gel=0.0, small=False)  # fmt: skip
    found = found_area(evidence_of(drawn.frames)).box
    assert np.abs(np.subtract(found, drawn.box)).max() <= 1.25 * TOLERATED_PX


def test_what_rings_above_black_gel_belongs_to_the_image():
    drawn = screen(4, 12, size=SMALL, box=BOX, panel=0, wearing=["text"], gel=0.3, gain=-5,
                   noise_db=-90)  # fmt: skip
    x0, y0, x1, _ = drawn.box
    ring = np.random.default_rng(0).integers(60, 255, (12, 20, x1 - x0)).astype(np.uint8)
    drawn.frames[:, y0 : y0 + 20, x0:x1] = grey(ring)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


def test_an_image_all_but_frozen_is_preferred_to_an_m_mode_strip():
    drawn = workstation(3, 10, size=SMALL, theme="dark", wearing=["mmode"], played="partial",
                        convex=False, sent="raw", letterbox=False, pointer=False, viewport=False,
                        gel=0.0, small=False)  # fmt: skip
    assert missed_by(drawn, drawn.frames[..., ::-1]) <= TOLERATED_PX


@pytest.mark.parametrize("seed", range(700, 706))
def test_no_workstation_is_cut_silently(seed):
    drawn = workstation(seed, 8, size=SMALL)
    verdict, why = judged(np.ascontiguousarray(drawn.frames[..., ::-1]), drawn.box)
    assert not verdict.startswith("cut"), why


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 3), st.integers(0, 99))
def test_a_tiny_frame_is_taken_or_refused(height, width, count, seed):
    frames = np.random.default_rng(seed).integers(0, 256, (count, height, width)).astype(np.uint8)
    try:
        x0, y0, x1, y1 = found_area(evidence_of(frames)).box
    except CaptureError:
        return
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height


@pytest.mark.parametrize("seed", range(600, 608))
def test_an_export_without_software_is_taken_whole(seed):
    drawn = export(seed, (1, 10)[seed % 2], played="plain")
    verdict, why = judged(np.ascontiguousarray(drawn.frames[..., ::-1]), drawn.box)
    assert verdict.startswith("found"), why


def test_a_real_image_alone_is_taken_whole(mouse_folder):
    for path in sorted((mouse_folder.parent / "busi" / "images").iterdir())[::30]:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert found_area(evidence_of([grey])).box == (0, 0, *grey.shape[::-1]), path.name


def test_two_frames_are_enough():
    drawn = screen(10, 2, size=SIZES[3], gel=0)
    assert missed_by(drawn, encoded(drawn, None)) <= TOLERATED_PX


def test_frames_captured_twice_change_nothing():
    drawn = screen(11, 8, size=SMALL, gel=0)
    rgb = encoded(drawn, None)
    assert (
        found_area(evidence_of(np.repeat(rgb, 2, axis=0))).box == found_area(evidence_of(rgb)).box
    )


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
