"""A scan's tumour, read once and shown frame after frame."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from parasam_core.errors import EmptyMaskError, UsageError
from parasam_core.mask import MaskStack
from parasam_core.mesh import Mesh
from parasam_core.provenance import Provenance
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from viewers.looking_glass.picture import Plane
from viewers.looking_glass.specimen import Specimen
from viewers.looking_glass.views import VIEWS, view_named

NO_MESH = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3)))


def specimen_of(masks: np.ndarray) -> Specimen:
    """Of frames of noise, without a surface."""
    space = Space(masks.shape, (0.1, 0.05, 0.04), (1.0, 2.0, 3.0))
    frames = np.arange(masks.size, dtype=np.uint32).reshape(masks.shape).astype(np.uint8)
    made = Provenance("test")
    height, width = masks.shape[1:]
    sequence = Sequence(frames, space, "", "", (height, width), (0, 0, width, height), made)
    return Specimen(sequence, MaskStack(masks, space, made), NO_MESH, 12.34)


@pytest.fixture
def small() -> Specimen:
    masks = np.zeros((9, 40, 60), bool)
    masks[3:8, 10:30, 20:50] = True
    return specimen_of(masks)


@pytest.mark.parametrize("frame", [None, 0, 5, 8])
def test_the_slice_hangs_where_its_pixels_are(small: Specimen, frame: int | None) -> None:
    picture = small.stage(frame).picture
    k = 5 if frame is None else frame
    assert np.array_equal(picture.levels, small.sequence.frames[k, 7:33, 15:55])
    x = (np.array([14.5, 54.5]) * 0.04 + 3) / 1e3
    y = -(np.array([6.5, 32.5]) * 0.05 + 2) / 1e3
    z = -(k * 0.1 + 1) / 1e3
    expected = [(x[0], y[0], z), (x[1], y[0], z), (x[0], y[1], z), (x[1], y[1], z)]
    assert picture.corners == pytest.approx(np.array(expected), abs=1e-12)


def test_the_slice_of_a_tumour_at_the_border_stays_inside_the_frame() -> None:
    masks = np.ones((3, 20, 30), bool)
    assert specimen_of(masks).stage().picture.levels.shape == (20, 30)


def test_an_empty_mask_has_no_slice() -> None:
    with pytest.raises(EmptyMaskError, match="at least one pixel"):
        specimen_of(np.zeros((3, 20, 30), bool)).stage(0)


@pytest.mark.parametrize("frame", [-1, 9])
def test_a_frame_that_the_scan_has_not_is_refused(small: Specimen, frame: int) -> None:
    with pytest.raises(UsageError, match=f"expected a frame from 0 to 8, got {frame}"):
        small.stage(frame)


def test_the_cut_is_at_the_frame_unless_a_probe_is_held(small: Specimen) -> None:
    assert small.stage(4).cut is None
    cut = small.stage(4, "cut").cut
    assert cut.centre[2] == pytest.approx(-1.4e-3)
    assert cut.turn == pytest.approx(np.eye(3))
    probe = Plane.of_pose([1e-3, 2e-3, 3e-3, 0, np.sqrt(0.5), 0, np.sqrt(0.5)])
    assert probe.centre == pytest.approx([1e-3, 2e-3, 3e-3])
    assert probe.normal == pytest.approx([1, 0, 0], abs=1e-12)
    assert small.stage(4, "cut", probe).cut is probe


def test_views_go_by_the_pages_words() -> None:
    assert [view_named(word) for word in VIEWS] == list(VIEWS)
    assert view_named("solid") == "whole"
    with pytest.raises(UsageError, match=r"expected a view, cut, glass, whole.* got 'x-ray'"):
        view_named("x-ray")


def test_scrubbing_makes_nothing_but_a_slice(scan: Path) -> None:
    specimen = Specimen.of_scan(ScanFile.open(scan), "truth")
    first, other, again = specimen.stage(20), specimen.stage(21), specimen.stage(20)
    for name in ("positions", "normals", "faces"):
        assert getattr(first, name) is getattr(other, name)
    assert first.picture is again.picture is not other.picture
    began = time.process_time()
    for frame in range(specimen.frames):
        specimen.stage(frame)
    assert time.process_time() - began < 0.005 * specimen.frames
