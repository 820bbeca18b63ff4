"""Headers of DICOM files, read so that nothing that a damaged or hostile file does gets out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from parasam_core.errors import CaptureError

if TYPE_CHECKING:
    from pydicom import Dataset  # pydicom takes a fifth of a second to import

MAGIC, MAGIC_AT = b"DICM", 128
DEFERRED = 1 << 16
LARGEST_FRAME = 1 << 28
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""Segmentation Storage and Label Map Segmentation Storage."""


def is_dicom_file(path: Path) -> bool:
    """True for a file with DICOM's preamble."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(MAGIC_AT + len(MAGIC))[MAGIC_AT:] == MAGIC


def is_segmentation(header: Dataset) -> bool:
    """True for a DICOM segmentation."""
    with damage_named("the kind of image"):
        return str(header.get("SOPClassUID", "")) in SEGMENTATIONS


def read_header(path: Path) -> Dataset:
    """All but long values, which are read when asked for.

    Raises:
        CaptureError: it is damaged, or packed as a whole.
    """
    from pydicom import dcmread
    from pydicom.filereader import read_file_meta_info
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    with damage_named(str(path)):
        if read_file_meta_info(path).TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
            raise CaptureError(
                f"expected a header that is not deflated, got {path}; export it plain"
            )
        return dcmread(path, defer_size=DEFERRED)


def positive(header: Dataset, name: str) -> float | None:
    """A number > 0; None where it is none."""
    with damage_named(name):
        value = float(header.get(name) or 0)
    return value if math.isfinite(value) and value > 0 else None


def whole_number(header: Dataset, name: str, otherwise: int) -> int:
    """A whole number."""
    with damage_named(name):
        return int(header.get(name) or otherwise)


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turn whatever a damaged file throws into a CaptureError that names it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (CaptureError, MemoryError):
            raise
        except Exception as error:  # pydicom and its decoders raise nearly anything
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise CaptureError(
                f"expected DICOM frames that can be decoded, got {name} ({reason}); export it again"
            ) from error
