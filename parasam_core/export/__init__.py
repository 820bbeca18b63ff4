"""A scan → what other tools open. The home of nibabel, pydicom and highdicom.

picture.py     what is written: voxels, where they lie, and where they came from
formats.py     which writer an ending asks for, and what is refused
nifti.py       .nii.gz, .nii
nrrd.py        .nrrd, and .seg.nrrd as 3D Slicer writes it
metaimage.py   .mha
tiff.py        .tif, as Fiji shows it
series.py      frames → a DICOM series
dicom_seg.py   .dcm: a DICOM segmentation over that series
plan.py        which frame becomes which training image, and in which part
medsam.py      the tree of training images

The frame: the scan's own, x right, y down, z along the sweep, in mm, is written as the patient's
left, posterior, superior (LPS) as it is. How the animal lay is not known, so "left" is a name for
the frame's x and says nothing of the animal. NRRD, MetaImage and DICOM are LPS; NIfTI is RAS, so
there x and y change their sign. `Space.origin_mm` is the centre of the first voxel in all of them.
"""

from parasam_core.export.formats import Exported, check_target, write
from parasam_core.export.medsam import write_tree

__all__ = ["Exported", "check_target", "write", "write_tree"]
