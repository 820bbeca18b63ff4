"""A page has a mask, and its surface, saved as files."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import trimesh

from tests.e2e.library import SPACE, volume_mm3

MASK = "M1_d0_manual"


def saved(page, form: str, folder: Path) -> Path:
    """What the browser saves after one click."""
    page.get_by_role("combobox", name="Format").select_option(form)
    with page.expect_download(timeout=60_000) as coming:
        page.get_by_role("button", name="Download manual").click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    return target


def test_a_click_saves_the_mask(desk, tmp_path):
    file = saved(desk.page, "nii.gz", tmp_path)
    assert file.name == f"{MASK}.nii.gz"
    voxels = np.asanyarray(nib.load(file).dataobj)
    assert voxels.sum() * SPACE.voxel_mm3 == pytest.approx(volume_mm3("d0"))
    assert desk.state["failure"] is None


def test_a_click_saves_the_surface_that_is_shown(desk, tmp_path):
    file = saved(desk.page, "stl", tmp_path)
    assert file.name == f"{MASK}.stl"
    mesh = trimesh.load(file)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(desk.state["volumeMm3"], rel=0.02)


def test_a_dicom_segmentation_is_one_archive(desk, tmp_path):
    file = saved(desk.page, "dcm", tmp_path)
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        assert archive.testzip() is None
        assert f"{MASK}.dcm" in archive.namelist()
        assert len(archive.namelist()) == 1 + SPACE.shape[0]


def test_keys_alone_save_a_file_and_no_other_page_saves_it(desk, visit, lab, tmp_path):
    other = visit(lab.url)
    other.shown()
    taken = []
    other.page.on("download", lambda download: taken.append(download.url))
    desk.page.get_by_role("combobox", name="Format").focus()
    desk.page.keyboard.type("PLY")
    with desk.page.expect_download(timeout=60_000) as coming:
        desk.page.keyboard.press("Tab")
        desk.page.keyboard.press("Enter")
    assert coming.value.suggested_filename == f"{MASK}.ply"
    assert Path(coming.value.path()).read_bytes().startswith(b"ply")
    give_up = time.monotonic() + 20
    while not has_taken_the_end(other):
        assert time.monotonic() < give_up
        other.page.wait_for_timeout(40)
    assert taken == []
    assert other.errors == []


def has_taken_the_end(page):
    """Whether it has acked that the job is done."""
    ends = [m["seq"] for m in page.wire.of("job") if m["state"] == "done"]
    return any(m["seq"] in ends for m in page.wire.of("ack"))


def test_a_scan_without_masks_has_nothing_to_save(visit, lab):
    page = visit(f"{lab.url}#scan=M2_d0")
    page.until("s.scan === 'M2_d0'")
    assert page.page.get_by_role("heading", name="Download").count() == 0
