"""The coarse surface that is shown until the fine one is made."""

import numpy as np
import pytest

from parasam_core.solid import is_watertight, sketch, surface
from parasam_core.solid.distance import signed_distance_mm
from parasam_core.solid.sketch import coarsened
from parasam_core.space import Space
from parasam_core.volume import Volume

SPACE = Space((90, 150, 170), (0.08, 0.04, 0.04), (1.0, 2.0, 3.0))


def ellipsoid(middle=(0.0, 0.0, 0.0), reach=0.7):
    z, y, x = (np.linspace(-1, 1, n) for n in SPACE.shape)
    sides = zip(np.ix_(z, y, x), middle, strict=True)
    return sum(((side - at) / reach) ** 2 for side, at in sides) < 1


@pytest.mark.parametrize("dtype", [np.bool_, np.float32])
def test_it_lies_where_the_surface_lies_and_is_closed_and_of_the_same_volume(dtype):
    volume = Volume(ellipsoid().astype(dtype), SPACE)
    coarse, fine = sketch(volume), surface(volume)
    assert 3_000 < len(coarse.faces) < 7_000 < len(fine.faces)
    assert is_watertight(coarse)
    assert coarse.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-5)
    assert np.abs(signed_distance_mm(coarse.vertices_mm, fine)).max() < 0.05


def test_bodies_stay_where_they_are():
    occupied = ellipsoid((-0.4, 0, 0), 0.3) | ellipsoid((0.4, 0, 0), 0.3)
    assert np.ptp(sketch(Volume(occupied, SPACE)).vertices_mm[:, 2]) == pytest.approx(
        np.ptp(surface(Volume(occupied, SPACE)).vertices_mm[:, 2]), abs=0.1
    )


def test_cells_lie_where_they_lie_whatever_is_in_them():
    """So that a small change moves few points."""
    cells = [coarsened(Volume(ellipsoid(reach=r), SPACE), (3, 5, 5)) for r in (0.5, 0.52, 0.6)]
    origins = np.array([each.space.origin_mm for each in cells])
    steps = (origins - origins[0]) / cells[0].space.spacing_mm
    assert np.abs(steps - np.rint(steps)).max() < 1e-9
    assert len(np.unique(origins, axis=0)) > 1


def test_where_it_would_save_nothing_there_is_none():
    small = Volume(ellipsoid(reach=0.05), SPACE)
    assert sketch(small) is None
