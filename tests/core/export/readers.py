"""Every format read by its tool's own library: voxels (z, y, x), and where they lie in LPS, mm."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 as its own manual has it
import tifffile


@dataclass
class Read:
    """What a tool saw; `lps_mm(index_zyx)` gives (n, 3) points."""

    voxels: np.ndarray
    spacing_mm: tuple[float, float, float]
    lps_mm: Callable[[np.ndarray], np.ndarray]

    @property
    def volume_mm3(self) -> float:
        return float(np.count_nonzero(self.voxels)) * float(np.prod(self.spacing_mm))


def by_nibabel(path: Path) -> Read:
    image = nib.load(path)
    affine = image.affine @ np.eye(4)
    assert np.array_equal(image.get_qform(), image.get_sform())
    assert image.header.get_xyzt_units()[0] == "mm"

    def lps(index):
        ras = index[:, ::-1] @ affine[:3, :3].T + affine[:3, 3]
        return ras * (-1, -1, 1)

    voxels = np.asarray(image.dataobj)
    assert voxels.dtype == np.uint8
    return Read(voxels.transpose(2, 1, 0), tuple(map(float, image.header.get_zooms()[::-1])), lps)


def of_itk(image: sitk.Image) -> Read:
    def lps(index):
        points = [image.TransformIndexToPhysicalPoint([int(i) for i in p[::-1]]) for p in index]
        return np.array(points).reshape(-1, 3)

    return Read(sitk.GetArrayFromImage(image), image.GetSpacing()[::-1], lps)


def by_itk(path: Path) -> Read:
    return of_itk(sitk.ReadImage(str(path)))


def series_by_itk(folder: Path) -> Read:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return of_itk(reader.Execute())


def by_highdicom(path: Path) -> Read:
    volume = hd.seg.segread(path).get_volume().flip_spatial(0)  # it puts the last frame first

    def lps(index):
        return volume.map_indices_to_reference(index)

    return Read(volume.array[..., 0], volume.spacing, lps)


def by_tifffile(path: Path) -> Read:
    with tifffile.TiffFile(path) as tiff:
        about, tags = tiff.imagej_metadata, tiff.pages[0].tags
        assert about["unit"] == "mm"
        y, x = (tags[t].value[1] / tags[t].value[0] for t in ("YResolution", "XResolution"))
        spacing = (about["spacing"], y, x)
        zero = np.array([about[f"{axis}origin"] for axis in "zyx"])
        voxels = tiff.asarray().reshape(-1, *tiff.pages[0].shape)

    return Read(voxels, spacing, lambda index: ((index - zero) * spacing)[:, ::-1])


def about_in(path: Path) -> dict:
    """Our provenance, as each tool gives it."""
    name = path.name
    if name.endswith((".nii", ".nii.gz")):
        (extension,) = nib.load(path).header.extensions
        return json.loads(extension.get_content())
    if name.endswith(".nrrd"):
        return json.loads(sitk.ReadImage(str(path)).GetMetaData("parasam"))
    if name.endswith(".mha"):
        return json.loads(sitk.ReadImage(str(path)).GetMetaData("ParaSAM"))
    if name.endswith(".dcm"):
        return json.loads(pydicom.dcmread(path).private_block(0x0077, "ParaSAM")[0x01].value)
    with tifffile.TiffFile(path) as tiff:
        return json.loads(tiff.imagej_metadata["Info"])


OF_ENDING = {
    "nii.gz": by_nibabel,
    "nii": by_nibabel,
    "nrrd": by_itk,
    "seg.nrrd": by_itk,
    "mha": by_itk,
    "tif": by_tifffile,
    "dcm": by_highdicom,
}
