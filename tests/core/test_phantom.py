import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_erosion, gaussian_filter

from parasam_core.errors import GeometryError
from parasam_core.phantom import Tumour, phantom, write_demo
from parasam_core.scanfile import scans_in
from parasam_core.screen import Screen, captures


@pytest.fixture(scope="module")
def small():
    return phantom(3, seed=11, spacing_mm=(0.15, 0.05, 0.05), subject="P", timepoint="d3")


def test_a_seed_gives_the_same_phantom_and_another_another(small):
    again = phantom(3, seed=11, spacing_mm=(0.15, 0.05, 0.05), subject="P", timepoint="d3")
    other = phantom(3, seed=12, spacing_mm=(0.15, 0.05, 0.05))
    assert np.array_equal(again.sequence.frames, small.sequence.frames)
    assert np.array_equal(again.truth.masks, small.truth.masks)
    assert other.tumour.lobes != small.tumour.lobes


@settings(max_examples=10, deadline=None)
@given(st.tuples(*[st.floats(-0.15, 0.15)] * 5), st.tuples(*[st.floats(0.7, 1.4)] * 3))
def test_the_volume_is_exact_by_another_way_of_counting(lobes, stretch):
    tumour = Tumour(1.0, (0.0, 0.0, 0.0), stretch, lobes)
    half = tumour.half_size_mm()
    points = np.random.default_rng(0).uniform(-1, 1, (200_000, 3)) * half
    share = (tumour.depth_inside(points) > 0).mean()
    box = 8 * np.prod(half)
    deviation = np.sqrt(share * (1 - share) / len(points))
    assert abs(share * box - 1.0) < 5 * deviation * box


def test_a_ball_is_a_ball():
    ball = Tumour(4 / 3 * np.pi, (1.0, 2.0, 3.0), (1, 1, 1))
    assert ball.radius_mm == pytest.approx(1.0)
    assert ball.depth_inside(np.array([[2.0, 2.0, 3.0], [1.0, 2.0, 3.0]])) == pytest.approx([0, 1])


def test_the_tumour_is_darker_than_the_tissue_beside_it(small):
    frames = small.sequence.frames.astype(float)
    inside = small.truth.masks
    beside = np.roll(inside, inside.shape[2] // 3, axis=2) & ~inside
    assert frames[inside].mean() + 20 < frames[beside].mean()


def test_speckle_is_rayleigh(small):
    amplitude = 10 ** (small.sequence.frames.astype(float) / 255 * 60 / 20)
    local = amplitude / gaussian_filter(amplitude, (1, 4, 4))
    core = local[binary_erosion(small.truth.masks, iterations=4)]
    assert core.std() / core.mean() == pytest.approx(np.sqrt(4 / np.pi - 1), abs=0.08)


def test_the_capture_holds_the_panel_and_the_outline_on_the_true_edge(small):
    screen = Screen(size_xy=(900, 760), panel_xy=(200, 120), scale=3.0, stroke_px=3.0)
    x0, y0, x1, y1 = screen.panel_xyxy(small)
    z = small.truth.frames_with_tumour[0] + 8
    picture = list(captures(small, screen))[z].astype(int)
    assert picture.shape == (760, 900, 3)
    panel = picture[y0:y1, x0:x1]
    stroke = panel[..., 2] - panel[..., 0] > 100
    rows, columns = np.nonzero(stroke)
    space = small.sequence.space
    index = np.stack(
        [np.full(rows.shape, z), (rows + 0.5) / 3 - 0.5, (columns + 0.5) / 3 - 0.5], axis=-1
    )
    depth_mm = small.tumour.depth_inside(space.mm_from_index(index)) * small.tumour.radius_mm
    assert len(rows) > 200
    assert abs(depth_mm.mean()) < 0.01
    assert not (picture[:y0, :, 2] - picture[:y0, :, 0] > 140).any()


def test_a_panel_without_room_is_refused(small):
    with pytest.raises(GeometryError, match="room"):
        next(captures(small, Screen(size_xy=(300, 300))))


@pytest.mark.parametrize("volume", [0, -1, float("nan")])
def test_a_volume_that_cannot_be_is_refused(volume):
    with pytest.raises(GeometryError, match="expected a volume"):
        Tumour(volume, (0, 0, 0))


def test_the_demo_library_is_one_subject_twice_and_made_once(tmp_path):
    first = write_demo(tmp_path)
    stamps = [s.path.stat().st_mtime_ns for s in first]
    again = write_demo(tmp_path)
    assert [s.path.stat().st_mtime_ns for s in again] == stamps
    found = scans_in(tmp_path)
    assert [(s.subject, s.timepoint, s.labels) for s in found] == [
        ("PHANTOM1", "d0", ("truth",)),
        ("PHANTOM1", "d6", ("truth",)),
    ]
