"""Which writer an ending asks for, what is refused, and the writing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.export.metaimage import mha_bytes
from parasam_core.export.nifti import gzipped_nifti_bytes, nifti_bytes
from parasam_core.export.nrrd import nrrd_bytes, seg_nrrd_bytes
from parasam_core.export.picture import Picture, picture_of_frames, picture_of_label
from parasam_core.export.tiff import tiff_bytes
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress, no_progress
from parasam_core.volume import Volume

DICOM = ".dcm"
SEGMENTATION = ".seg.nrrd"
MESHES = (".glb", ".stl", ".ply", ".obj")
WRITERS: dict[str, Callable[[Picture], bytes]] = {
    ".nii.gz": gzipped_nifti_bytes,
    ".nii": nifti_bytes,
    SEGMENTATION: seg_nrrd_bytes,
    ".nrrd": nrrd_bytes,
    ".mha": mha_bytes,
    ".tif": tiff_bytes,
    ".tiff": tiff_bytes,
}
STEPS = 2
OF_LABELS = (*WRITERS, DICOM)
OF_FRAMES = tuple(e for e in WRITERS if e != SEGMENTATION)


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        out: the file.
        label: the label in it; None for the scan's frames.
        voxels: of the label; None for the scan's frames.
        volume_mm3: of the label, voxels × the volume of a voxel; None for the scan's frames.
        series: the folder of the DICOM series that `out` refers to; None where it needs none.
    """

    out: Path
    label: str | None = None
    voxels: int | None = None
    volume_mm3: float | None = None
    series: Path | None = None


def check_target(out: Path, *, image: bool) -> None:
    """Refuse a file name before any work is done for it.

    Args:
        out: the file to write.
        image: whether the scan's frames go there, not a label.

    Raises:
        UsageError: an ending without a writer, or a folder that is not there.
    """
    endings = OF_FRAMES if image else OF_LABELS
    what = "frames" if image else "a label"
    if out.suffix.lower() in MESHES:
        raise UsageError(f"expected a file of voxels, got {out}; `parasam mesh` writes that one")
    if _ending(out) not in endings:
        raise UsageError(f"expected a file for {what} ending in {', '.join(endings)}, got {out}")
    if not out.parent.is_dir() or out.is_dir():
        raise UsageError(f"expected a file in a folder that is there, got {out}")


def write(
    scan: ScanFile,
    out: Path,
    *,
    label: str | None = None,
    image: bool = False,
    progress: Progress = no_progress,
) -> Exported:
    """Write a label, or the scan's frames, in the format that the ending asks for.

    Args:
        scan: which.
        out: the file; replaced in one step where it is there.
        label: which mask; may be None where there is one.
        image: write the frames instead of a label.
        progress: told before every step, and about every frame of a DICOM series.

    Raises:
        UsageError: see `check_target`; or the place of the DICOM series is taken.
        LabelError: no such label, or several and none named.
    """
    check_target(out, image=image)
    progress(f"reading {'the frames' if image else 'the mask'}", 0, STEPS)
    if image:
        write_bytes(out, WRITERS[_ending(out)](picture_of_frames(scan, scan.sequence())))
        return Exported(out)
    name = scan.label_named(label)
    mask = scan.mask(name)
    progress("writing", 1, STEPS)
    series = _write_label(scan, out, picture_of_label(scan, name, mask), progress)
    volume = Volume(mask.masks, mask.space)
    return Exported(out, name, volume.voxels, volume.volume_mm3, series)


def _write_label(scan: ScanFile, out: Path, picture: Picture, progress: Progress) -> Path | None:
    """The file, and the folder of its series where it has one."""
    if _ending(out) != DICOM:
        write_bytes(out, WRITERS[_ending(out)](picture))
        return None
    from parasam_core.export.dicom_seg import write_dicom_seg  # highdicom takes a second to import

    frames = picture_of_frames(scan, scan.sequence())
    return write_dicom_seg(out, frames, picture, scan.written_at(picture.name), progress)


def _ending(out: Path) -> str:
    name = out.name.lower()
    return next((e for e in OF_LABELS if name.endswith(e) and name != e), "")
