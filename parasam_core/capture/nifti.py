"""NIfTI-1 and NIfTI-2 in one file (`.nii`, `.nii.gz`) → Grid. Its frame is RAS, ours LPS."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.grids import (
    DEFLATE,
    RAW,
    Grid,
    Header,
    checked_sizes,
    grid_of,
    read_voxels,
)
from parasam_core.errors import CaptureError

GZIP = b"\x1f\x8b"
HEADER_BYTES = 540
MAGICS = {344: (b"n+1\0",), 4: (b"n+2\0",)}
MM_OF_UNIT = {0: 1.0, 1: 1e3, 2: 1.0, 3: 1e-3}
UNIT_BITS = 7
LARGEST_OFFSET = 1 << 26
LABEL_INTENT = 1002
UNEVEN = 1e-3
TO_LPS = np.array([-1.0, -1.0, 1.0])


def is_nifti(path: Path, head: bytes) -> bool:
    """True for NIfTI, packed or not."""
    if not path.is_file():
        return False
    start = _start(path) if head.startswith(GZIP) else head[:HEADER_BYTES]
    return any(start[at : at + 4] in magics for at, magics in MAGICS.items())


@np.errstate(all="ignore")  # what overflows is refused as not finite
def read_nifti(path: Path) -> Grid:
    """Header and voxels.

    Raises:
        CaptureError: it is damaged, or of a kind that is not read.
    """
    start = _start(path)
    stored = _stored_header(start, path)
    header, offset = _header(stored, path)
    with path.open("rb") as stream:
        packing = DEFLATE if stream.read(len(GZIP)) == GZIP else RAW
        stream.seek(0)
        voxels = read_voxels(stream, header, packing, path, offset)
    return grid_of(path, (path,), header, _scaled(voxels, stored))


def _start(path: Path) -> bytes:
    """The header's bytes, unpacked."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if not head.startswith(GZIP):
        return head[:HEADER_BYTES]
    try:
        return zlib.decompressobj(47).decompress(head, HEADER_BYTES)
    except zlib.error:
        return b""


def _stored_header(start: bytes, path: Path) -> Any:
    import nibabel as nib  # takes a tenth of a second to import

    second = start[4:8] == b"n+2\0"
    kind = nib.Nifti2Header if second else nib.Nifti1Header
    size = 540 if second else 348
    try:
        if len(start) < size:
            raise ValueError(f"{len(start)} bytes")
        return kind.from_fileobj(io.BytesIO(start[:size]), check=False)
    except Exception as error:  # nibabel raises nearly anything
        raise CaptureError(f"expected a NIfTI header in {path}, got {error}") from error


def _header(stored: Any, path: Path) -> tuple[Header, int]:
    """The header, and where the voxels begin."""
    try:
        dtype, offset = stored.get_data_dtype(), _offset(stored)
        sizes = [int(n) for n in stored["dim"][1 : 1 + int(stored["dim"][0])]]
        affine = np.asarray(stored.get_best_affine(), np.float64)
    except Exception as error:  # nibabel raises nearly anything
        raise CaptureError(f"expected a NIfTI header in {path}, got {error}") from error
    if dtype.kind not in "uif" or dtype.itemsize > 8 or not offset < LARGEST_OFFSET:
        raise CaptureError(
            f"expected whole numbers or floats in {path}, got {dtype} from byte {offset}"
        )
    shape = checked_sizes(sizes, dtype, path)
    is_label = int(stored["intent_code"]) == LABEL_INTENT
    unit_mm = MM_OF_UNIT.get(int(stored["xyzt_units"]) & UNIT_BITS)
    if unit_mm is None:
        raise CaptureError(f"expected lengths in m, mm or µm in {path}, got an unknown unit")
    _check_sizes_agree(stored, affine, path)
    affine = np.vectorize(_as_written)(affine)
    steps = affine[:3, :3].T * TO_LPS * unit_mm
    return Header(dtype, shape, steps, affine[:3, 3] * TO_LPS * unit_mm, is_label), offset


def _offset(stored: Any) -> int:
    """Where the voxels begin: behind the header, and directly so where it says 0."""
    behind, said = int(stored.single_vox_offset), int(stored["vox_offset"])
    if said != 0 and said < behind:
        raise ValueError(f"voxels from byte {said}, which is in the header")
    return said or behind


def _check_sizes_agree(stored: Any, affine: NDArray[np.float64], path: Path) -> None:
    """Refuse voxels of two sizes: readers differ in which one they take."""
    sizes = np.abs(np.asarray(stored["pixdim"][1:4], np.float64))
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    agree = np.abs(lengths - sizes) <= UNEVEN * lengths  # False of what is not finite
    if int(stored["sform_code"]) > 0 and not agree.all():
        raise CaptureError(
            f"expected voxels of one size in {path}, got {sizes.tolist()} by pixdim and "
            f"{lengths.tolist()} by its matrix; save it again"
        )


def _as_written(value: float) -> float:
    """The shortest decimal that a 32-bit float may stand for: 0.0352, not 0.03519999980926514."""
    single = np.float32(value)
    return float(str(single)) if single == value else value


def _scaled(voxels: NDArray[Any], stored: Any) -> NDArray[Any]:
    """Slope and intercept applied where the header states them."""
    slope, intercept = (float(stored[name]) for name in ("scl_slope", "scl_inter"))
    if slope == 0 or not np.isfinite(slope) or (slope, intercept) == (1, 0):
        return voxels
    return voxels * slope + intercept
