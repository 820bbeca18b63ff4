import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.errors import GeometryError
from parasam_core.space import Space, covering

lengths = st.floats(0.001, 5.0)
shapes = st.tuples(*[st.integers(1, 300)] * 3)
spaces = st.builds(
    Space,
    shapes,
    st.tuples(lengths, lengths, lengths),
    st.tuples(*[st.floats(-100, 100)] * 3),
)
indices = st.tuples(*[st.floats(-500, 500)] * 3)


@given(spaces, indices)
def test_index_and_mm_are_inverse(space, index):
    there = space.mm_from_index(index)
    assert np.allclose(space.index_from_mm(there), index, atol=1e-6)


@given(spaces)
def test_points_are_xyz_and_indices_zyx(space):
    x, y, z = space.mm_from_index((1, 2, 3))
    oz, oy, ox = space.origin_mm
    sz, sy, sx = space.spacing_mm
    assert np.allclose((x, y, z), (ox + 3 * sx, oy + 2 * sy, oz + sz))


@given(spaces, shapes)
def test_resizing_keeps_the_box_of_tissue(space, shape):
    other = space.resized(shape)
    assert np.allclose(other.extent_mm, space.extent_mm)
    assert np.allclose(other.mm_from_index((-0.5,) * 3), space.mm_from_index((-0.5,) * 3))
    assert math.isclose(
        other.voxel_mm3 * math.prod(other.shape), space.voxel_mm3 * math.prod(space.shape)
    )


@given(spaces, st.data())
def test_cropping_moves_no_voxel(space, data):
    start = [data.draw(st.integers(0, n - 1)) for n in space.shape]
    stop = [data.draw(st.integers(a + 1, n)) for a, n in zip(start, space.shape, strict=True)]
    crop = space.cropped(tuple(start), tuple(stop))
    assert crop.shape == tuple(b - a for a, b in zip(start, stop, strict=True))
    assert np.allclose(crop.mm_from_index((0, 0, 0)), space.mm_from_index(start))
    assert crop.spacing_mm == space.spacing_mm


@pytest.mark.parametrize(
    "spacing",
    [(0, 1, 1), (1, -1, 1), (1, math.nan, 1), (1, math.inf, 1), (1, 1), (1,) * 4, "abc", None],
)
def test_a_spacing_that_cannot_be_is_refused_with_what_came(spacing):
    with pytest.raises(GeometryError, match="expected spacing") as caught:
        Space((1, 1, 1), spacing)
    assert str(spacing) in str(caught.value)


@pytest.mark.parametrize("shape", [(0, 1, 1), (1, 1), (1.5, 1, 1), "ab", (1, 1, -4)])
def test_a_shape_that_cannot_be_is_refused(shape):
    with pytest.raises(GeometryError, match="expected a shape"):
        Space(shape, (1, 1, 1))


def test_an_origin_that_cannot_be_is_refused():
    with pytest.raises(GeometryError, match="expected a finite origin"):
        Space((1, 1, 1), (1, 1, 1), (0, 0, math.nan))


@pytest.mark.parametrize(
    ("start", "stop"), [((0, 0, 0), (3, 1, 1)), ((-1, 0, 0), (1, 1, 1)), ((1, 0, 0), (1, 1, 1))]
)
def test_a_crop_outside_is_refused(start, stop):
    with pytest.raises(GeometryError, match="expected a crop inside"):
        Space((2, 2, 2), (1, 1, 1)).cropped(start, stop)


def test_grids_are_the_same_to_a_hundredth_of_a_voxel():
    space = Space((40, 50, 60), (0.1, 0.05, 0.05))
    assert space.same_grid(Space((40, 50, 60), (0.1, 0.05 + 1e-8, 0.05), (1e-5, 0, 0)))
    assert not space.same_grid(Space((40, 50, 61), (0.1, 0.05, 0.05)))
    assert not space.same_grid(Space((40, 50, 60), (0.1, 0.051, 0.05)))
    assert not space.same_grid(Space((40, 50, 60), (0.1, 0.05, 0.05), (0, 0.01, 0)))
    assert not Space((1, 2, 2), (1, 1, 1)).same_grid(Space((1, 2, 2), (2, 1, 1)))


@given(spaces, st.tuples(*[st.integers(1, 4)] * 3))
def test_the_finest_grid_covers_all(space, times):
    fine = space.resized(tuple(n * t for n, t in zip(space.shape, times, strict=True)))
    if fine.shape != space.shape:
        assert covering([space, fine]).same_grid(fine)
    for axis, index in enumerate(space.nearest(fine)):
        assert np.array_equal(index, np.repeat(np.arange(space.shape[axis]), times[axis]))


def test_a_grid_is_carried_on_beyond_itself():
    fine = Space((4, 4, 4), (1, 1, 1), (10, 0, 0))
    wide = Space((2, 4, 4), (3, 3, 3), (8, -2, -2))
    found = covering([wide, fine])
    assert found.spacing_mm == fine.spacing_mm
    assert found.origin_mm == (7, -3, -3)
    assert found.shape == (7, 12, 12)
    assert fine.nearest(found)[0].tolist() == [-1, -1, -1, 0, 1, 2, 3]
    with pytest.raises(GeometryError, match="grids that meet"):
        covering([fine, Space((2, 2, 2), (1, 1, 1), (90, 0, 0))])
