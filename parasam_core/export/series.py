"""Frames → a DICOM series, a file a frame, for a segmentation to refer to.

Ultrasound images with the plane of each frame beside the calibrated region, so that both readers
of volumes and viewers of ultrasound measure in mm. Every UID follows from the pixels and where they
lie: the same scan gives the same series, another spacing gives another one.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid

from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, UltrasoundImageStorage
from pydicom.valuerep import DSfloat

from parasam_core.export.picture import Picture
from parasam_core.space import Space

MAKER = "ParaSAM"
PRIVATE_GROUP = 0x0077
TISSUE, TWO_D, CENTIMETRES = 1, 1, 3
LONGEST_TEXT = 63  # 64, less the ^ that ends a name of one part


def series_of(frames: Picture) -> list[Dataset]:
    """One dataset a frame, in order.

    Args:
        frames: the scan's frames.
    """
    digest = _digest(frames)
    return [_frame(frames, digest, z) for z in range(frames.space.shape[0])]


def uid_of(*parts: str) -> UID:
    """A UID that follows from what it names (2.25, of a name-based UUID)."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, ' '.join((MAKER, *parts))).int}")


def text_of(value: str) -> str:
    """`value` as one DICOM text: no backslash or control character, at most 63 characters."""
    return re.sub(r"[\x00-\x1f\x7f\\^=]", "_", value).strip()[:LONGEST_TEXT]


def add_provenance(dataset: Dataset, about_json: str) -> None:
    """Our provenance, in a private block of ours."""
    block = dataset.private_block(PRIVATE_GROUP, MAKER, create=True)
    block.add_new(0x01, "UT", about_json)


def provenance_in(dataset: Dataset) -> str:
    """What `add_provenance` wrote."""
    return str(dataset.private_block(PRIVATE_GROUP, MAKER)[0x01].value)


def file_bytes(dataset: Dataset) -> bytes:
    """The DICOM file of a dataset."""
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def uids_in(files: list[bytes]) -> list[str]:
    """The SOP instances of DICOM files, sorted."""
    read = (dcmread(io.BytesIO(f), specific_tags=["SOPInstanceUID"]) for f in files)
    return sorted(str(d.SOPInstanceUID) for d in read)


def _digest(frames: Picture) -> str:
    parts = [frames.about["image"]["digest"], frames.about["subject"], frames.about["timepoint"]]
    where = [frames.space.shape, frames.space.spacing_mm, frames.space.origin_mm]
    total = hashlib.sha256(repr((parts, where)).encode())
    total.update(frames.voxels.tobytes())
    return total.hexdigest()


def _frame(frames: Picture, digest: str, z: int) -> Dataset:
    dataset = Dataset()
    _add_identity(dataset, frames, digest, z)
    _add_plane(dataset, frames.space, z)
    _add_pixels(dataset, frames, z)
    dataset.SequenceOfUltrasoundRegions = [_region(frames.space)]
    add_provenance(dataset, frames.about_json)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def _add_identity(dataset: Dataset, frames: Picture, digest: str, z: int) -> None:
    subject, timepoint = frames.about["subject"], frames.about["timepoint"]
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientID = text_of(subject) or text_of(frames.name)
    dataset.PatientName = f"{dataset.PatientID}^"
    dataset.PatientBirthDate = dataset.PatientSex = ""
    dataset.StudyInstanceUID = uid_of("study", digest)
    dataset.StudyDate = dataset.StudyTime = dataset.StudyID = ""
    dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = text_of(timepoint)
    dataset.SeriesInstanceUID = uid_of("series", digest)
    dataset.SeriesNumber = 1
    dataset.SeriesDescription = text_of(frames.name)
    dataset.Modality = "US"
    dataset.Manufacturer = ""
    dataset.SOPClassUID = UltrasoundImageStorage
    dataset.SOPInstanceUID = uid_of("frame", digest, str(z))
    dataset.InstanceNumber = z + 1
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.DerivationDescription = "B-mode area of a captured frame"


def _add_plane(dataset: Dataset, space: Space, z: int) -> None:
    step, height, width = space.spacing_mm
    x, y, depth = space.mm_from_index((z, 0, 0))
    dataset.FrameOfReferenceUID = uid_of("frame of reference", dataset.SeriesInstanceUID)
    dataset.PositionReferenceIndicator = ""
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [_decimal(x), _decimal(y), _decimal(depth)]
    dataset.PixelSpacing = [_decimal(height), _decimal(width)]
    dataset.SliceThickness = dataset.SpacingBetweenSlices = _decimal(step)


def _add_pixels(dataset: Dataset, frames: Picture, z: int) -> None:
    pixels = frames.voxels[z].tobytes()
    dataset.Rows, dataset.Columns = frames.space.shape[1:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels + b"\0" * (len(pixels) % 2)


def _region(space: Space) -> Dataset:
    _, height, width = space.spacing_mm
    region = Dataset()
    region.RegionSpatialFormat = TWO_D
    region.RegionDataType = TISSUE
    region.RegionFlags = 0
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1 = space.shape[2] - 1
    region.RegionLocationMaxY1 = space.shape[1] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = CENTIMETRES
    region.PhysicalDeltaX, region.PhysicalDeltaY = width / 10, height / 10
    return region


def _decimal(value: float) -> DSfloat:
    """A decimal string; DICOM allows it 16 characters."""
    return DSfloat(float(value), auto_format=True)
