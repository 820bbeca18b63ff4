"""NIfTI-1 through nibabel.

NIfTI-1 holds spacing and origin as 32-bit floats, which round them in the eighth digit; the exact
ones are in the JSON of its header extension. NIfTI-2 would hold them, but ITK (3D Slicer, ITK-SNAP)
does not open it.
"""

from __future__ import annotations

import gzip

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from parasam_core.export.picture import Picture
from parasam_core.space import Space

SCANNER_FRAME = "scanner"


def nifti_bytes(picture: Picture) -> bytes:
    """A `.nii` file: uint8, mm, qform and sform, RAS."""
    affine = ras_from_index(picture.space)
    image = nib.Nifti1Image(picture.voxels.transpose(2, 1, 0), affine, dtype=np.uint8)
    image.set_qform(affine, SCANNER_FRAME)
    image.set_sform(affine, SCANNER_FRAME)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = f"{picture.about['made_by']}: {picture.name}".encode()[:79]
    if picture.is_label:
        image.header.set_intent("label", name=picture.name[:15])
    comment = nib.nifti1.Nifti1Extension("comment", picture.about_json.encode())
    image.header.extensions.append(comment)
    return bytes(image.to_bytes())


def gzipped_nifti_bytes(picture: Picture) -> bytes:
    """A `.nii.gz` file; the same picture gives the same bytes."""
    return gzip.compress(nifti_bytes(picture), mtime=0)


def ras_from_index(space: Space) -> NDArray[np.float64]:
    """(4, 4) matrix from (x, y, z) indices to RAS in mm: x and y against the scan's frame."""
    z, y, x = space.spacing_mm
    affine = np.diag([-x, -y, z, 1.0])
    affine[:3, 3] = space.mm_from_index((0, 0, 0)) * (-1, -1, 1) + 0.0  # + 0: no minus zero
    return affine
