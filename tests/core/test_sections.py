"""Sections: areas, diameters and Cavalieri's volume."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from parasam_core import cli
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.sections import cavalieri_mm3, diameters_mm, sections
from parasam_core.solid import fill, surface
from parasam_core.space import Space
from tests.core.bodies import SPACING, ball, drawn, every, sequence_of


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.tuples(*[st.floats(0.03, 0.1)] * 2))
def test_the_longest_diameter_is_that_of_all_pairs_of_corners(seed, pixel_mm):
    rng = np.random.default_rng(seed)
    mask = rng.random((9, 12)) < 0.2
    mask[4, 5] = True
    pixels = np.argwhere(mask)
    corners = np.concatenate([pixels + np.array((y, x)) for y in (-0.5, 0.5) for x in (-0.5, 0.5)])
    length, width = diameters_mm(mask, pixel_mm)
    assert length == pytest.approx(pdist(corners * pixel_mm).max())
    assert 0 < width <= length + 1e-9


def test_of_one_pixel():
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    length, width = diameters_mm(mask, (0.3, 0.4))
    assert (length, width) == pytest.approx((0.5, 0.48))


def test_cavalieri_on_every_frame_is_the_voxels_volume():
    masks = ball(5)
    mask = MaskStack(masks, Space(masks.shape, SPACING), Provenance("x"))
    volume = fill(mask)
    assert cavalieri_mm3(sections(mask, volume), SPACING[0]) == pytest.approx(volume.volume_mm3)


def test_cavalieri_of_every_fifth_frame_needs_no_filling():
    masks = ball(40, (1.2, 0.9, 1.0))
    mask = drawn(masks, every(masks, 5))
    volume = fill(mask)
    found = measure(mask, volume, surface(volume))
    assert found.cavalieri_mm3 == pytest.approx(40, rel=0.01)
    assert found.bodies == 1
    assert found.ellipsoid_mm3 == pytest.approx(40, rel=0.06)
    assert found.longest_section_mm <= found.extent_mm[0] + 0.1


def test_bodies_are_counted():
    masks = np.concatenate([ball(5), ball(5)], axis=2)
    mask = MaskStack(masks, Space(masks.shape, SPACING), Provenance("x"))
    volume = fill(mask)
    assert measure(mask, volume, surface(volume)).bodies == 2


def test_the_command_writes_a_table_of_sections(tmp_path, capsys):
    masks = ball(5)
    mask = drawn(masks, every(masks, 5))
    scan = write_scan(tmp_path / "s.zarr", sequence_of(mask))
    scan.write_mask("manual", mask)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["measure", str(scan.path), "--sections", str(tmp_path / "no" / "t.csv")])
    assert stopped.value.code == 2
    cli.main(["measure", str(scan.path), "--sections", str(tmp_path / "t.csv"),
              "--csv", str(tmp_path / "line.csv")])  # fmt: skip
    [line] = csv.DictReader((tmp_path / "line.csv").read_text().splitlines())
    assert float(line["volume_mm3"]) == pytest.approx(fill(mask).volume_mm3, rel=1e-6)
    assert (line["subject"], line["rater"], line["days"]) == ("M1", "manual", "0")
    assert "bodies    1" in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert [row["outlined"] for row in rows].count("yes") == mask.annotated.sum()
    total = sum(float(row["area_mm2"]) for row in rows) * SPACING[0]
    assert total == pytest.approx(fill(mask).volume_mm3, rel=1e-5)
