"""Which reader reads a source, by its content.

    Reader    reads
    ──────    ─────
    dicom     DICOM ultrasound: a file, or a folder of one series
    video     AVI, MP4
    tiff      a TIFF of one or many pages
    image     one PNG, JPEG or BMP
    vevo raw  X.raw.xml beside X.raw.bmode or X.raw.3d.bmode
    nrrd      NRRD, its data in it or beside it
    metaimage MetaImage, its data in it or beside it
    nifti     NIfTI, packed or not
    folder    numbered images or TIFFs

A new format is one more line of `READERS`. What may hold a label is in `LABELS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parasam_core.capture.dicom import is_dicom, open_dicom
from parasam_core.capture.dicom_seg import is_dicom_seg, read_dicom_seg
from parasam_core.capture.footage import Footage
from parasam_core.capture.grids import Grid
from parasam_core.capture.images import is_folder, is_image, open_folder, open_image
from parasam_core.capture.metaimage import is_metaimage, read_metaimage
from parasam_core.capture.nifti import is_nifti, read_nifti
from parasam_core.capture.nrrd import is_nrrd, read_nrrd
from parasam_core.capture.tiff import is_tiff, open_tiff, read_tiff_label
from parasam_core.capture.vevo_raw import is_vevo_raw, open_vevo_raw
from parasam_core.capture.video import is_video, open_video
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Reader:
    """One way in.

    Attributes:
        name: as the provenance names it.
        fits: whether it reads this path, whose first bytes are given (none for a folder).
        open: path and progress to footage; raises CaptureError.
    """

    name: str
    fits: Callable[[Path, bytes], bool]
    open: Callable[[Path, Progress], Footage]


GRIDS: tuple[tuple[str, Callable[[Path, bytes], bool], Callable[[Path], Grid]], ...] = (
    ("nrrd", is_nrrd, read_nrrd),
    ("metaimage", is_metaimage, read_metaimage),
    ("nifti", is_nifti, read_nifti),
)
LABELS: tuple[tuple[Callable[[Path, bytes], bool], Callable[[Path], Grid]], ...] = (
    *((fits, read) for _, fits, read in GRIDS),
    (is_dicom_seg, read_dicom_seg),
    (is_tiff, read_tiff_label),
)


def _of_grid(read: Callable[[Path], Grid]) -> Callable[[Path, Progress], Footage]:
    """A grid is in memory at once: nothing to tell progress."""
    return lambda path, _: read(path).as_footage()


READERS = (
    Reader("dicom", is_dicom, open_dicom),
    Reader("video", is_video, open_video),
    Reader("tiff", is_tiff, open_tiff),
    Reader("image", is_image, open_image),
    Reader("vevo raw", is_vevo_raw, open_vevo_raw),
    *(Reader(name, fits, _of_grid(read)) for name, fits, read in GRIDS),
    Reader("folder", is_folder, open_folder),
)


def reader_of(source: Path) -> Reader:
    """The reader for a source.

    Raises:
        CaptureError: it is not there, empty, or nothing that is read.
    """
    head = _head(source)
    for reader in READERS:
        if reader.fits(source, head):
            return reader
    raise CaptureError(
        "expected a video (AVI, MP4), a folder of images, an image, a TIFF, a VEVO raw export, "
        "NIfTI, NRRD, MetaImage or DICOM, "
        f"got {source}, whose content is none of these"
    )


def label_reader_of(source: Path) -> Callable[[Path], Grid] | None:
    """What reads a file that may hold labels; None for any other source."""
    if not source.is_file():
        return None
    head = _head(source)
    return next((read for fits, read in LABELS if fits(source, head)), None)


def _head(source: Path) -> bytes:
    if not source.exists():
        raise CaptureError(f"expected a capture, got {source}, which does not exist")
    if source.is_dir():
        return b""
    if not source.is_file():
        raise CaptureError(f"expected a file or a folder, got {source}, which is neither")
    with source.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise CaptureError(f"expected a capture, got {source}, which is empty")
    return head
