"""Sparse outlines become a volume, and a missing end is named."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core import cli
from parasam_core.errors import EmptyMaskError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.solid import fill
from parasam_core.space import Space
from tests.core.bodies import SPACING, ball, drawn, every, sequence_of


@pytest.mark.parametrize(("step", "most"), [(5, 0.003), (10, 0.01)])
def test_sparse_outlines_give_the_volume_without_bias(step, most):
    rng = np.random.default_rng(4)
    errors = []
    for _ in range(10):
        masks = ball(40, rng.uniform(0.7, 1.4, 3), rng.uniform(-0.5, 0.5, 3))
        volume = fill(drawn(masks, every(masks, step, int(rng.integers(step)))))
        errors.append(volume.volume_mm3 / 40 - 1)
    assert abs(np.mean(errors)) < most


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 9), st.integers(0, 8), st.integers(0, 2**31))
def test_frames_that_were_looked_at_stay_as_they_are(step, first, seed):
    masks = ball(5, np.random.default_rng(seed).uniform(0.7, 1.4, 3))
    mask = drawn(masks, every(masks, step, first % step))
    found = fill(mask).occupancy
    assert np.array_equal(found[mask.annotated], mask.masks[mask.annotated])
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    assert found[shown[0] : shown[-1] + 1].any(axis=(1, 2)).all()
    assert not found[: shown[0]].any()


def test_what_is_outlined_on_every_frame_is_left_alone():
    masks = ball(5)
    masks[3:6] = False  # a gap that somebody saw
    mask = MaskStack(masks, Space(masks.shape, SPACING), Provenance("x"))
    assert np.array_equal(fill(mask).occupancy, masks)


def test_an_empty_frame_that_somebody_saw_parts_two_bodies():
    masks = np.concatenate([ball(5), ball(5)])
    half = len(masks) // 2
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    ends = [shown[0], shown[shown < half][-1], shown[shown > half][0], shown[-1]]
    mask = drawn(masks, sorted({*ends, *shown[::4], half}))
    volume = fill(mask)
    assert not volume.occupancy[half].any()
    assert volume.volume_mm3 == pytest.approx(10, rel=0.02)


def test_two_bodies_join_on_the_way():
    rows, columns = np.mgrid[:80, :120]
    masks = np.zeros((40, 80, 120), bool)
    for z in range(5, 35):
        apart = max(0, 22 - z)
        for sign in (-1, 1):
            masks[z] |= (rows - 40) ** 2 + (columns - 60 - sign * apart) ** 2 < 15**2
    mask = drawn(masks, [4, 5, 10, 15, 20, 25, 30, 34, 35])
    assert fill(mask).voxels == pytest.approx(masks.sum(), rel=0.02)


def test_a_missing_end_is_named():
    masks = ball(40)
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    frames = range(shown[0] + 4, shown[-1] - 6, 5)
    mask = drawn(masks, frames)
    with pytest.raises(GeometryError, match=f"frame {frames[0]} as its first") as refused:
        fill(mask)
    assert f"frame {frames[-1]} as its last" in str(refused.value)
    near = int(str(refused.value).split("near frame ")[1].split()[0])
    assert near == pytest.approx(shown[0], abs=2)
    as_drawn, rounded = (fill(mask, ends=ends) for ends in ("drawn", "caps"))
    assert not as_drawn.occupancy[: frames[0]].any()
    assert abs(rounded.volume_mm3 / 40 - 1) < 0.01 < 1 - as_drawn.volume_mm3 / 40
    shown = np.flatnonzero(rounded.occupancy.any(axis=(1, 2)))
    assert shown[0] < frames[0]
    assert shown[-1] > frames[-1]


def test_an_end_that_somebody_saw_is_none_that_is_missing():
    masks = ball(40)
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    masks[: shown[0] + 6] = False  # a flat end
    mask = drawn(masks, [*range(0, len(masks), 2), shown[-1] - 1, shown[-1]])
    assert fill(mask).volume_mm3 == pytest.approx(masks.sum() * np.prod(SPACING), rel=0.01)


def test_the_ends_of_a_ring_are_outlined_where_it_is_thin():
    z, y, x = np.ogrid[:50, :140, :140]
    across = np.hypot((y - 70) * SPACING[1], (x - 70) * SPACING[2]) - 2.0
    masks = across**2 + ((z - 25.4) * SPACING[0]) ** 2 < 1.0**2
    exact = 2 * np.pi * 2.0 * np.pi * 1.0**2
    assert fill(drawn(masks, every(masks, 5))).volume_mm3 == pytest.approx(exact, rel=0.01)


def test_one_outline_has_no_ends():
    masks = ball(5)
    mask = drawn(masks, [len(masks) // 2])
    for ends in ("required", "drawn", "caps"):
        assert fill(mask, ends=ends).voxels == mask.masks.sum()


def test_a_way_with_ends_that_there_is_not_is_refused():
    masks = ball(5)
    with pytest.raises(GeometryError, match="expected ends required, drawn, caps"):
        fill(drawn(masks, range(len(masks))), ends="open")


def test_the_command_names_the_missing_end_and_measures_what_is_asked(tmp_path, capsys):
    masks = ball(40)
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    mask = drawn(masks, range(shown[0] + 4, shown[-1] - 3, 5))
    scan = write_scan(tmp_path / "s.zarr", sequence_of(mask))
    scan.write_mask("manual", mask)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["measure", str(scan.path)])
    assert stopped.value.code == 1
    assert "outlines up to both ends" in capsys.readouterr().err
    found = {}
    for ends in ("drawn", "caps"):
        cli.main(["measure", str(scan.path), "--ends", ends, "--json"])
        found[ends] = json.loads(capsys.readouterr().out)["volume_mm3"]
    assert found["drawn"] < found["caps"] == pytest.approx(40, rel=0.01)


def test_pixels_that_nobody_looked_at_are_no_outline():
    masks = ball(5)
    annotated = ~masks.any(axis=(1, 2))
    with pytest.raises(EmptyMaskError, match="got an empty one"):
        fill(MaskStack(masks, Space(masks.shape, SPACING), Provenance("x"), annotated))
