import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import GeometryError
from parasam_core.mask import MaskStack, box_of, mask_from_outline
from parasam_core.provenance import Provenance
from parasam_core.space import Space


def test_an_outline_fills_the_pixels_whose_centre_it_holds():
    mask = mask_from_outline([(1.5, 0.5), (4.5, 0.5), (4.5, 3.5), (1.5, 3.5)], (6, 7))
    expected = np.zeros((6, 7), bool)
    expected[1:4, 2:5] = True
    assert np.array_equal(mask, expected)


@given(st.integers(3, 40), st.floats(5, 20), st.floats(-3, 3), st.floats(-3, 3))
def test_a_polygon_fills_its_area(corners, radius, dx, dy):
    angles = np.arange(corners) * 2 * np.pi / corners
    outline = np.stack([24 + dx + radius * np.cos(angles), 24 + dy + radius * np.sin(angles)], 1)
    area = corners * radius**2 * np.sin(2 * np.pi / corners) / 2
    assert abs(mask_from_outline(outline, (48, 48)).sum() - area) < 2 * np.pi * radius


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20))
def test_outline_to_mask_to_outline(x0, y0, width, height):
    x1, y1 = x0 + width, y0 + height
    edges = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) - 0.5
    assert box_of(mask_from_outline(edges, (48, 48))) == (x0, y0, x1, y1)


def test_the_direction_of_an_outline_does_not_matter():
    outline = np.random.default_rng(3).uniform(0, 30, (9, 2))
    assert np.array_equal(
        mask_from_outline(outline, (30, 30)), mask_from_outline(outline[::-1], (30, 30))
    )


def test_an_outline_that_leaves_the_frame_is_cut_to_it():
    assert mask_from_outline([(-9, -9), (40, -9), (40, 40), (-9, 40)], (5, 6)).all()


@pytest.mark.parametrize("outline", [[(0, 0), (1, 1)], [(0, 0), (1, 1), (2, np.nan)], [1, 2, 3]])
def test_an_outline_that_cannot_be_is_refused(outline):
    with pytest.raises(GeometryError, match="expected"):
        mask_from_outline(outline, (5, 5))


def test_an_empty_mask_has_no_box():
    assert box_of(np.zeros((4, 4), bool)) is None


def test_masks_must_fit_their_space():
    space = Space((2, 3, 4), (1, 1, 1))
    with pytest.raises(GeometryError, match="expected bool masks"):
        MaskStack(np.zeros((2, 3, 4), np.uint8), space, Provenance("x"))
    with pytest.raises(GeometryError, match="expected bool masks"):
        MaskStack(np.zeros((3, 3, 4), bool), space, Provenance("x"))
    with pytest.raises(GeometryError, match="annotated"):
        MaskStack(np.zeros((2, 3, 4), bool), space, Provenance("x"), np.ones(3, bool))


def test_frames_with_tumour(small_mask):
    assert small_mask.frames_with_tumour == (3, 8)
    empty = MaskStack(np.zeros_like(small_mask.masks), small_mask.space, small_mask.provenance)
    assert empty.frames_with_tumour is None
