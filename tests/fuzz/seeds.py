"""A small valid source of every kind: which file of it is damaged, and which one is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import SimpleITK as sitk  # noqa: N813 as its own manual has it
import tifffile
from PIL import Image
from pydicom.uid import RLELossless

from parasam_core.api import export, export_medsam
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.core.capture.test_dicom import loop
from tests.core.capture.test_vevo_raw import FRAMES as RAW_FRAMES
from tests.core.capture.test_vevo_raw import raw_bytes, xml_bytes

SPACE = Space((4, 24, 32), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
ROI = (0, 0, 24, 20)


@dataclass(frozen=True)
class Seed:
    """One kind of source.

    Attributes:
        damaged: the file whose bytes are changed.
        source: what is imported; the same file, or a folder or file beside it.
        onto: imported onto a scan that is there, as a label is.
        stated: whether its spacing is its own.
    """

    damaged: str
    source: str
    onto: bool = False
    stated: bool = True


def write_scan_in(folder: Path) -> ScanFile:
    """The scan that labels go onto."""
    sequence = Sequence(_frames(), SPACE, "M1", "d0", SPACE.shape[1:], (0, 0, 32, 24),
                        Provenance("noise", made_by=signed("import")))  # fmt: skip
    drawn = MaskStack(_mask(), SPACE, Provenance("hand", made_by=signed("segment")))
    return write_scan(folder / "scan.zarr", sequence).write_mask("drawn", drawn)


def write_seeds(folder: Path, scan: ScanFile) -> dict[str, Seed]:
    """Write a source of every kind, each into a folder of its own name."""
    seeds = {}
    for name, make in KINDS.items():
        place = folder / name
        place.mkdir(parents=True)
        seeds[name] = make(place, scan)
    return seeds


def _frames() -> np.ndarray:
    return np.random.default_rng(5).integers(20, 235, SPACE.shape, np.uint8)


def _mask() -> np.ndarray:
    mask = np.zeros(SPACE.shape, np.bool_)
    mask[1:3, 5:15, 8:20] = True
    return mask


def _image(voxels: np.ndarray) -> sitk.Image:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACE.spacing_mm[::-1])
    image.SetOrigin(SPACE.origin_mm[::-1])
    return image


def _of_itk(ending: str, *, packed: bool) -> Callable[[Path, ScanFile], Seed]:
    def make(place: Path, scan: ScanFile) -> Seed:
        sitk.WriteImage(_image(_frames()), str(place / f"a{ending}"), useCompression=packed)
        return Seed(f"a{ending}", f"a{ending}")

    return make


def _label(ending: str) -> Callable[[Path, ScanFile], Seed]:
    def make(place: Path, scan: ScanFile) -> Seed:
        export(scan, place / f"a{ending}", label="drawn")
        return Seed(f"a{ending}", f"a{ending}", onto=True)

    return make


def _layers(place: Path, scan: ScanFile) -> Seed:
    export(scan, place / "a.seg.nrrd", label="drawn")
    layers = np.stack([_mask(), np.roll(_mask(), 2, axis=2)], axis=-1).astype(np.uint8)
    z, y, x = SPACE.spacing_mm
    header = (
        "NRRD0004\ntype: uint8\ndimension: 4\nspace: left-posterior-superior\nsizes: 2 32 24 4\n"
        f"space directions: none ({x},0,0) (0,{y},0) (0,0,{z})\nkinds: list domain domain domain\n"
        "encoding: raw\nspace origin: (3.125,-2.25,1.5)\nSegment0_Layer:=0\nSegment0_LabelValue:=1"
        "\nSegment0_Name:=a\nSegment1_Layer:=1\nSegment1_LabelValue:=1\nSegment1_Name:=b\n\n"
    )
    (place / "a.seg.nrrd").write_bytes(header.encode() + layers.tobytes())
    return Seed("a.seg.nrrd", "a.seg.nrrd", onto=True)


def _nifti(place: Path, scan: ScanFile) -> Seed:
    image = nib.Nifti1Image(_frames().transpose(2, 1, 0), np.diag([-0.05, -0.0352, 0.076, 1]))
    nib.save(image, place / "a.nii")
    return Seed("a.nii", "a.nii")


def _vevo(ending: str, damaged: str) -> Callable[[Path, ScanFile], Seed]:
    def make(place: Path, scan: ScanFile) -> Seed:
        (place / "X.raw.xml").write_bytes(xml_bytes())
        (place / f"X{ending}").write_bytes(raw_bytes(RAW_FRAMES))
        return Seed(damaged, f"X{ending}", stated=ending.startswith(".raw.3d"))

    return make


def _dicom(packed: str = "") -> Callable[[Path, ScanFile], Seed]:
    def make(place: Path, scan: ScanFile) -> Seed:
        dataset = loop(SpacingBetweenSlices="0.076")
        if packed:
            dataset.compress(packed, generate_instance_uid=False)
        dataset.save_as(place / "a.dcm", enforce_file_format=True)
        return Seed("a.dcm", "a.dcm")

    return make


def _series(place: Path, scan: ScanFile) -> Seed:
    export(scan, place / "a.dcm", label="drawn")
    (place / "a.dcm").unlink()
    return Seed("a_series/0002.dcm", "a_series")


def _tiff(**how: object) -> Callable[[Path, ScanFile], Seed]:
    dtype = how.pop("dtype", np.uint8)

    def make(place: Path, scan: ScanFile) -> Seed:
        tifffile.imwrite(place / "a.tif", _frames().astype(dtype), photometric="minisblack", **how)
        return Seed("a.tif", "a.tif", stated="resolution" in how)

    return make


def _still(name: str) -> Callable[[Path, ScanFile], Seed]:
    def make(place: Path, scan: ScanFile) -> Seed:
        Image.fromarray(_frames()[0]).save(place / name)
        return Seed(name, name, stated=False)

    return make


def _folder(place: Path, scan: ScanFile) -> Seed:
    for k, frame in enumerate(_frames()):
        Image.fromarray(frame).save(place / f"f_{k}.png")
    return Seed("f_2.png", ".", stated=False)


def _video(place: Path, scan: ScanFile) -> Seed:
    size = (SPACE.shape[2], SPACE.shape[1])
    writer = cv2.VideoWriter(str(place / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
    for frame in _frames():
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return Seed("a.avi", "a.avi", stated=False)


def _tree(place: Path, scan: ScanFile) -> Seed:
    export_medsam(scan.path, place / "tree", label="drawn", size=32, split="frame")
    return Seed("tree/manifest.json", "tree")


def _zarr(damaged: str) -> Callable[[Path, ScanFile], Seed]:
    """The scan that a label goes onto is damaged, not the label."""

    def make(place: Path, scan: ScanFile) -> Seed:
        export(scan, place / "a.nrrd", label="drawn")
        return Seed(f"scan.zarr/{damaged}", "a.nrrd", onto=True)

    return make


IMAGEJ = {"imagej": True, "resolution": (20, 25)}
MM = {"axes": "ZYX", "unit": "mm", "spacing": 0.076}
KINDS: dict[str, Callable[[Path, ScanFile], Seed]] = {
    "vevo sweep": _vevo(".raw.3d.bmode", "X.raw.3d.bmode"),
    "vevo loop": _vevo(".raw.bmode", "X.raw.bmode"),
    "vevo xml": _vevo(".raw.3d.bmode", "X.raw.xml"),
    "nrrd": _of_itk(".nrrd", packed=False),
    "nrrd packed": _of_itk(".nrrd", packed=True),
    "nrrd detached": _of_itk(".nhdr", packed=False),
    "seg.nrrd": _label(".seg.nrrd"),
    "seg.nrrd layers": _layers,
    "mha": _of_itk(".mha", packed=False),
    "mha packed": _of_itk(".mha", packed=True),
    "nifti": _nifti,
    "nifti label": _label(".nii.gz"),
    "dicom": _dicom(),
    "dicom packed": _dicom(RLELossless),
    "dicom series": _series,
    "dicom seg": _label(".dcm"),
    "tiff": _tiff(**IMAGEJ, metadata=MM),
    "tiff tiles": _tiff(tile=(16, 16), compression="zlib"),
    "tiff float": _tiff(dtype=np.float32, **IMAGEJ, metadata=MM),
    "tiff behind one": _tiff(**IMAGEJ, metadata=MM, truncate=True),
    "tiff ome": _tiff(ome=True, metadata={"axes": "ZYX", "PhysicalSizeX": 50, "PhysicalSizeY": 40}),
    "tiff label": _label(".tif"),
    "png": _still("a.png"),
    "jpeg": _still("a.jpg"),
    "bmp": _still("a.bmp"),
    "folder": _folder,
    "avi": _video,
    "medsam tree": _tree,
    "zarr": _zarr("zarr.json"),
    "zarr array": _zarr("0/zarr.json"),
    "zarr label": _zarr("labels/drawn/zarr.json"),
}
