"""What has come of a lab's scan is drawn where the scan itself is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from parasam_core.scanfile import ScanFile
from tests.e2e.library import SPACE, write_library
from tests.looking_glass.companion import company
from tests.looking_glass.test_feed import is_whole, until
from tests.server.small import served
from viewers.looking_glass.arrived import Arrived
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.snapshot import Snapshot
from viewers.looking_glass.specimen import Specimen
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import ProbeAt


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return write_library(tmp_path_factory.mktemp("arrived") / "library")


@pytest.fixture(scope="module")
def lab(library):
    with served(create_app(Library(library))) as port:
        yield f"http://127.0.0.1:{port}"


def test_it_is_what_the_scan_on_disk_shows(lab, library):
    with Feed(lab) as feed:
        arrived = Arrived.of(until(feed, is_whole))
    scan = Specimen.of_scan(ScanFile.open(library / "M1_d0.zarr"), "manual")
    assert arrived.frames == scan.frames == SPACE.shape[0]
    assert abs(arrived.middle_frame - scan.middle_frame) <= 1
    for view in ("whole", "cut"):
        here, there = arrived.stage(12, view), scan.stage(12, view)
        for side in (np.min, np.max):
            apart = side(here.positions, axis=0) - side(there.positions, axis=0)
            assert np.abs(apart).max() < 0.1e-3  # a pixel
        centres = [np.mean(stage.picture.corners, axis=0) for stage in (here, there)]
        np.testing.assert_allclose(*centres, atol=0.1e-3)
        assert here.picture.levels.dtype == np.uint8
        assert (here.cut is None) == (there.cut is None) == (view == "whole")
    np.testing.assert_allclose(here.cut.normal, there.cut.normal, atol=1e-9)


@pytest.mark.parametrize("view", ["voxels", "inside"])
def test_what_needs_every_frame_is_as_from_the_disk(lab, library, view):
    with Feed(lab) as feed:
        arrived = Arrived.of(until(feed, is_whole))
    scan = Specimen.of_scan(ScanFile.open(library / "M1_d0.zarr"), "manual")
    here, there = arrived.stage(12, view), scan.stage(12, view)
    assert arrived.stage(13, view).positions is here.positions
    if view == "voxels":
        np.testing.assert_allclose(here.positions, there.positions, atol=1e-7)
        assert np.array_equal(here.faces, there.faces)
    else:
        np.testing.assert_allclose(here.volume.scene_from_texture, there.volume.scene_from_texture)
        assert np.array_equal(here.volume.samples, there.volume.samples)


def test_the_probe_shows_what_it_cuts(lab, library):
    with Feed(lab) as feed:
        whole = until(feed, is_whole)
    scan = Specimen.of_scan(ScanFile.open(library / "M1_d0.zarr"), "manual")
    middle = scan.stage(12).points.mean(axis=0).tolist()
    tilted = ProbeAt(whole.scan, [*middle, 0.0, 0.3826834, 0.0, 0.9238795])
    held = Arrived.of(replace(whole, scene=replace(whole.scene, probe=tilted)))
    here, there = held.stage(12, "cut"), scan.stage(12, "cut", held.probe)
    assert type(here.picture) is type(there.picture)
    np.testing.assert_allclose(here.picture.corners, there.picture.corners, atol=1e-9)
    np.testing.assert_allclose(here.cut.normal, there.cut.normal)


def test_what_stays_the_same_are_the_same_arrays(lab):
    with Feed(lab) as feed:
        first = until(feed, is_whole)
        feed.look(9)
        second = until(feed, lambda s: s.slice.frame == 9)
    one, two = Arrived.of(first).stage(9), Arrived.of(second).stage(9, "cut")
    assert one.positions is two.positions
    assert one.picture is two.picture


def test_without_a_mask_there_is_the_whole_frame(lab):
    with Feed(lab, scan="M2_d0") as feed:
        state = until(feed, lambda s: s.scan == "M2_d0" and len(s.slices) == SPACE.shape[0])
    stage = Arrived.of(state).stage()
    assert len(stage.positions) == 0
    assert stage.picture.levels.shape == SPACE.shape[1:]
    assert np.ptp(stage.picture.corners[:, 0]) == pytest.approx(80 * 0.09e-3)


def test_it_is_cut_where_the_probe_is_held(lab):
    held = [0.001, -0.002, -0.003, 0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5)]
    with company(lab) as ann, Feed(lab) as feed:
        ann.select("M1_d0", "manual", 20)
        ann.share(probe=ProbeAt("M1_d0", held))
        state = until(feed, lambda s: is_whole(s) and s.probe)
    cut = Arrived.of(state).stage(view="cut").cut
    np.testing.assert_allclose(cut.centre, held[:3])
    np.testing.assert_allclose(cut.normal, (1, 0, 0), atol=1e-9)
    none = replace(state.scene, probe=ProbeAt("M1_d0", [0.0] * 7))
    assert Arrived.of(replace(state, scene=none)).stage().cut is None  # a turn that is none


def test_before_anything_has_come_there_is_nothing():
    stage = Arrived.of(Snapshot()).stage()
    assert stage.picture is None
    assert len(stage.faces) == 0
    assert Arrived.of(Snapshot()).probe is None
