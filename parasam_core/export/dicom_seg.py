"""A DICOM segmentation of one label, over a series of the scan's frames, through highdicom."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom import Dataset
from pydicom.pixels.utils import pack_bits
from pydicom.sr.codedict import codes

from parasam_core.atomic import folder_written_beside, write_bytes
from parasam_core.errors import UsageError
from parasam_core.export.picture import Picture
from parasam_core.export.series import (
    MAKER,
    add_provenance,
    file_bytes,
    series_of,
    text_of,
    uid_of,
    uids_in,
)
from parasam_core.provenance import Provenance, version
from parasam_core.segmenter import Progress, no_progress

SERIES_NUMBER = 100
NO_SERIAL = "none"
DRAWN_BY_HAND = "import"


def series_folder(out: Path) -> Path:
    """Where the frames of `OUT.dcm` lie: `OUT_series` beside it."""
    return out.with_name(f"{out.name[: -len('.dcm')]}_series")


def write_dicom_seg(
    out: Path,
    frames: Picture,
    label: Picture,
    drawn_at: datetime,
    progress: Progress = no_progress,
) -> Path:
    """Write a segmentation, and the series it refers to where that is not there yet.

    Args:
        out: the file, ending in `.dcm`.
        frames: the scan's frames.
        label: a label of them.
        drawn_at: when the label was stored.
        progress: told about every frame.

    Returns:
        The folder of the series.

    Raises:
        UsageError: something else lies where the series goes.
    """
    images = series_of(frames)
    series = series_folder(out)
    files = []
    for done, image in enumerate(images):
        progress("writing the series", done, len(images))
        files.append(file_bytes(image))
    there = _is_there(series, files)
    progress("writing the segmentation", len(images), len(images))
    content = file_bytes(segmentation(images, label, drawn_at))
    if not there:
        _write_series(series, files)
    try:
        write_bytes(out, content)
    except OSError:
        if not there:
            shutil.rmtree(series, ignore_errors=True)
        raise
    return series


def segmentation(images: list[Dataset], label: Picture, drawn_at: datetime) -> Dataset:
    """A binary segmentation with one segment; the same label gives the same bytes.

    Args:
        images: the series it refers to, a dataset a frame.
        label: on the grid of the series.
        drawn_at: when the label was stored.
    """
    pixels = hashlib.sha256(label.voxels.tobytes()).hexdigest()
    series = str(images[0].SeriesInstanceUID)
    what = (series, label.about_json, pixels, drawn_at.isoformat())
    dataset = hd.seg.Segmentation(
        source_images=images,
        pixel_array=label.voxels.astype(np.bool_),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_segment(label)],
        series_instance_uid=uid_of("segmentation series", *what),
        series_number=SERIES_NUMBER,
        sop_instance_uid=uid_of("segmentation", *what),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=version(),
        device_serial_number=NO_SERIAL,
        content_description=text_of(label.name),
        series_description=text_of(label.name),
        omit_empty_frames=False,
    )
    _order_as_frames(dataset, label)
    _date(dataset, drawn_at)
    _replace_chance(dataset)
    add_provenance(dataset, label.about_json)
    return dataset


def _is_there(series: Path, files: list[bytes]) -> bool:
    """Whether this very series lies there; anything else in its place is refused."""
    if not series.exists():
        return False
    stored = sorted(series.iterdir()) if series.is_dir() else [series]
    ours = all(p.suffix == ".dcm" for p in stored) and len(stored) == len(files)
    if not ours or uids_in([p.read_bytes() for p in stored]) != uids_in(files):
        raise UsageError(
            f"expected {series} to be free for the DICOM series, or to hold it already, "
            "got something else there; give another file name"
        )
    return True


def _write_series(series: Path, files: list[bytes]) -> None:
    with folder_written_beside(series) as partial:
        partial.mkdir()
        for number, content in enumerate(files, start=1):
            (partial / f"{number:04d}.dcm").write_bytes(content)


def _segment(label: Picture) -> hd.seg.SegmentDescription:
    mask = Provenance.from_json(label.about["mask"])
    by_hand = mask.first_verb == DRAWN_BY_HAND
    return hd.seg.SegmentDescription(
        segment_number=1,
        segment_label=label.name,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Mass,
        algorithm_type="MANUAL" if by_hand else "SEMIAUTOMATIC",
        algorithm_identification=None if by_hand else _algorithm(mask),
        display_color=hd.color.CIELabColor.from_rgb(*label.colour_rgb),
    )


def _algorithm(mask: Provenance) -> hd.AlgorithmIdentificationSequence:
    return hd.AlgorithmIdentificationSequence(
        name=text_of(mask.source or MAKER),
        family=codes.DCM.ArtificialIntelligence,
        version=text_of(mask.made_by or MAKER),
    )


def _order_as_frames(dataset: Dataset, label: Picture) -> None:
    """Frame k shows frame k of the series; highdicom puts the last one first.

    Its order makes (frame, row, column) a right-handed frame; ours makes (x, y, z) one.
    """
    groups = list(dataset.PerFrameFunctionalGroupsSequence)[::-1]
    for number, group in enumerate(groups, start=1):
        group.FrameContentSequence[0].DimensionIndexValues = [1, number]
    dataset.PerFrameFunctionalGroupsSequence = groups
    dataset.PixelData = pack_bits(label.voxels.ravel())


def _date(dataset: Dataset, drawn_at: datetime) -> None:
    """Dates of the label in place of the clock's."""
    day, time = f"{drawn_at:%Y%m%d}", f"{drawn_at:%H%M%S}"
    dataset.TimezoneOffsetFromUTC = "+0000"
    dataset.ContentDate = dataset.SeriesDate = dataset.InstanceCreationDate = day
    dataset.ContentTime = dataset.SeriesTime = dataset.InstanceCreationTime = time


def _replace_chance(dataset: Dataset) -> None:
    """What highdicom draws at random or from the clock, so that the same label gives the same."""
    dimensions = uid_of("dimensions", dataset.SOPInstanceUID)
    for element in dataset.iterall():
        if element.keyword == "DimensionOrganizationUID":
            element.value = dimensions
        if element.keyword == "ContributionDateTime":
            element.value = dataset.ContentDate + dataset.ContentTime
