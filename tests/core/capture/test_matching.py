"""Captures that are numbered apart from their originals are matched by what they show."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.capture import Wanted, read_annotated
from parasam_core.capture.matching import ascending
from parasam_core.errors import CaptureError
from tests.core.capture.annotations import case, write
from tests.core.capture.screens import read_video
from tests.core.test_cli import answer_of, parasam

SPACING = (0.076, 0.04, 0.04)
PLAIN = {
    "size": (1024, 768), "scale": (1.6, 1.6), "wide": 300, "high": 240, "jpeg": 0, "gap": 0.0,
    "x0": 150, "y0": 110, "stroke": 2.0, "smooth": True, "radius": 0.25, "ink": "cyan",
    "marks": ["logo", "text"], "frame": True,
}  # fmt: skip
SHOWN = (3, 4, 6, 7, 10)


@pytest.fixture(scope="module")
def made():
    return case(5, frames=12, **PLAIN)


def renumbered(made, folder, numbers):
    """Captures of a few frames only, with other numbers."""
    source = write(made, folder / "KPC1_d3", originals=True)
    for path in (source / "annotations").iterdir():
        if int(path.stem) in SHOWN:
            number = numbers[SHOWN.index(int(path.stem))]
            path.rename(source / f"Screenshot ({number}).png")
        else:
            path.unlink()
    for path in source.glob("*.png"):
        path.rename(source / "annotations" / path.name)
    return source


@pytest.mark.parametrize(
    "numbers", [(1, 2, 3, 4, 5), (2, 3, 5, 6, 9), (408, 409, 411, 415, 416)],
    ids=["from 1", "off by one", "beyond all"],
)  # fmt: skip
def test_captures_are_matched_by_what_they_show(tmp_path, made, numbers):
    _, outlines = read_annotated(renumbered(made, tmp_path, numbers), Wanted(SPACING))
    mask = outlines.mask()
    assert [z + 1 for z in np.flatnonzero(mask.annotated)] == list(SHOWN)
    for number in SHOWN:
        truth, got = made.truths[number - 1], mask.masks[number - 1]
        assert (truth & got).sum() / (truth | got).sum() > 0.98
    assert not any(f.kinds for f in outlines.findings if f.number in SHOWN)


def test_it_is_said(tmp_path, made):
    renumbered(made, tmp_path, (1, 2, 3, 4, 5))
    ran = parasam("import", "KPC1_d3", "K.zarr", "--spacing", *SPACING, cwd=tmp_path)
    said = "matched by what they show, from Screenshot (1).png shows 3 to Screenshot (5).png shows"
    assert said in " ".join(ran.stdout.split())
    again = answer_of(
        parasam("import", ".", "library", "--spacing", *SPACING, "--json", cwd=tmp_path)
    )
    assert any("matched by what they show" in n for row in again["scans"] for n in row["notes"])


def test_captures_of_another_tumour_are_refused(tmp_path, made):
    other = case(6, frames=12, **PLAIN)
    other.originals[:] = made.originals
    source = renumbered(other, tmp_path, (101, 102, 103, 104, 105))
    with pytest.raises(CaptureError, match="none numbered 101, 102"):
        read_annotated(source, Wanted(SPACING))


def test_a_real_sweep_is_matched_frame_by_frame(tmp_path, mouse_folder):
    x0, y0, x1, y1 = 87, 70, 490, 326
    frames = read_video(mouse_folder / "sweep.avi")[60:120, y0:y1, x0:x1]
    source = tmp_path / "KPC1_d3"
    for name in ("annotations", "originals"):
        (source / name).mkdir(parents=True)
    shown = [z for z in range(5, 55) if z % 7]
    for z, frame in enumerate(frames):
        cv2.imwrite(str(source / "originals" / f"a_C1_{z}.tif"), frame[..., 0])
    for n, z in enumerate(shown, 1):
        screen = np.full((600, 900, 3), 20, np.uint8)
        big = cv2.resize(frames[z], None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
        screen[100 : 100 + big.shape[0], 200 : 200 + big.shape[1]] = big
        cv2.ellipse(screen, (480, 300), (90 + n, 60), 10, 0, 360, (255, 200, 40), 2, cv2.LINE_AA)
        cv2.imwrite(str(source / "annotations" / f"{n}.png"), screen)
    sequence, outlines = read_annotated(source, Wanted(SPACING))
    assert sequence.provenance.details["captures"] == {
        f"{n}.png": z for n, z in enumerate(shown, 1)
    }
    assert np.flatnonzero(outlines.annotated).tolist() == shown


@given(st.data())
def test_the_matching_is_the_ascending_one_that_agrees_best(data):
    frames = data.draw(st.integers(1, 7))
    count = data.draw(st.integers(1, frames))
    cells = st.lists(st.floats(0.7, 1.0), min_size=frames, max_size=frames)
    likeness = np.array(data.draw(st.lists(cells, min_size=count, max_size=count)))
    matched = ascending(likeness)
    assert matched is not None
    assert all(a < b for a, b in pairwise(matched))
    own = likeness[np.arange(count), matched].sum()
    assert own == pytest.approx(_most(likeness))


def _most(likeness):
    """By trying all."""
    if not len(likeness):
        return 0.0
    tried = range(likeness.shape[1] - len(likeness) + 1)
    return max(likeness[0, z] + _most(likeness[1:, z + 1 :]) for z in tried)


def test_what_agrees_with_nothing_is_not_matched():
    assert ascending(np.full((3, 9), 0.3)) is None
    assert ascending(np.full((9, 3), 0.9)) is None
