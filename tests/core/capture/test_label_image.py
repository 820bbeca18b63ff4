"""A label drawn elsewhere lands on the scan it was drawn on, or is refused."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from parasam_core.api import export, import_scan, measure
from parasam_core.cli import main
from parasam_core.errors import GeometryError, LabelError, UsageError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACE = Space((6, 7, 9), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
MASK = np.zeros(SPACE.shape, np.bool_)
MASK[1:5, 2:5, 3:8] = MASK[0, 0, 0] = MASK[1, 6, 2] = True


@pytest.fixture
def scan(tmp_path):
    frames = (np.arange(MASK.size) % 251).astype(np.uint8).reshape(MASK.shape)
    sequence = Sequence(frames, SPACE, "M1", "d0", (7, 9), (0, 0, 9, 7), Provenance("noise"))
    drawn = MaskStack(MASK, SPACE, Provenance("hand", made_by=signed("segment")))
    return write_scan(tmp_path / "s.zarr", sequence).write_mask("drawn", drawn)


def write(path, voxels, spacing=SPACE.spacing_mm, origin=SPACE.origin_mm):
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(spacing[::-1])
    image.SetOrigin(origin[::-1])
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize(
    "ending", [".nrrd", ".seg.nrrd", ".mha", ".nii", ".nii.gz", ".tif", ".dcm"]
)
def test_what_export_wrote_comes_back_as_a_label(scan, tmp_path, ending):
    export(scan, tmp_path / f"again{ending}", label="drawn")
    after = import_scan(tmp_path / f"again{ending}", scan.path)
    assert after.labels == ("again", "drawn")
    assert np.array_equal(after.mask("again").masks, MASK)
    assert measure(after, "again") == measure(after, "drawn")
    assert after.mask("again").provenance.verb == "import"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32])
def test_any_whole_number_of_any_type(scan, tmp_path, dtype):
    path = write(tmp_path / "t.nrrd", MASK.astype(dtype) * dtype(7))
    mask = import_scan(path, scan.path).mask("t")
    assert np.array_equal(mask.masks, MASK)
    assert mask.provenance.details["value"] == 7


def test_a_label_laid_out_otherwise_lands_where_it_was_drawn(scan, tmp_path):
    affine = np.diag([0.05, 0.0352, 0.076, 1])
    z, y, x = SPACE.origin_mm
    affine[:3, 3] = -x - 8 * 0.05, -y - 6 * 0.0352, z
    nib.save(
        nib.Nifti1Image(MASK[:, ::-1, ::-1].transpose(2, 1, 0).astype(np.uint8), affine),
        tmp_path / "t.nii.gz",
    )
    assert np.array_equal(import_scan(tmp_path / "t.nii.gz", scan.path).mask("t").masks, MASK)


@pytest.mark.parametrize(
    "how",
    [
        {"voxels": np.pad(MASK, 1)},
        {"voxels": MASK, "origin": (1.5 + 0.038, -2.25, 3.125)},
        {"spacing": (0.0762, 0.0352, 0.05)},
        {"spacing": (0.07603, 0.0352, 0.05)},
        {"origin": (1.5, -2.25, 3.1252)},
        {"origin": (0.0, 0.0, 0.0)},
    ],
)
def test_another_grid_is_refused_never_resampled(scan, tmp_path, how):
    how = {"voxels": MASK} | how
    path = write(tmp_path / "t.nrrd", how.pop("voxels").astype(np.uint8), **how)
    with pytest.raises(GeometryError, match="resample"):
        import_scan(path, scan.path)
    (tmp_path / "t.nrrd").unlink()
    assert ScanFile.open(scan.path).labels == ("drawn",)


def test_a_hair_off_is_the_same_grid(scan, tmp_path):
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8), origin=(1.50005, -2.25, 3.125))
    assert import_scan(path, scan.path).mask("t").space == SPACE


def test_what_is_taken_or_more_than_a_label_is_refused(scan, tmp_path):
    path = write(tmp_path / "drawn.nrrd", MASK.astype(np.uint8))
    with pytest.raises(LabelError, match="free"):
        import_scan(path, scan.path)
    path = path.rename(tmp_path / "t.nrrd")
    with pytest.raises(UsageError, match="label image"):
        import_scan(path, scan.path, spacing_mm=(1, 1, 1))
    import_scan(path, scan.path)
    assert import_scan(path, scan.path).labels == ("drawn", "t")


@pytest.mark.parametrize("ending", [".nrrd", ".seg.nrrd", ".nii.gz"])
def test_without_its_scan_a_label_is_refused(scan, tmp_path, ending, capfd):
    export(scan, tmp_path / f"t{ending}", label="drawn")
    for where, more in (("new.zarr", []), ("s.zarr", ["--overwrite"])):
        with pytest.raises(SystemExit) as stopped:
            main(["import", str(tmp_path / f"t{ending}"), str(tmp_path / where), *more])
        assert stopped.value.code == 1
        assert "a label" in capfd.readouterr().err
    assert not (tmp_path / "new.zarr").exists()
    assert ScanFile.open(scan.path).labels == ("drawn",)
