"""Whatever a scanner exports → Sequence. The home of OpenCV.

read.py        read_capture: the whole way
readers.py     which reader reads a source, by its content
video.py       AVI, MP4
tiff.py        a TIFF of pages
images.py      one image, a folder of numbered images
numbering.py   the order of numbered files, and what is missing
dicom.py       DICOM ultrasound; the home of pydicom here
nrrd.py        NRRD
metaimage.py   MetaImage
nifti.py       NIfTI; the home of nibabel here
grids.py       what these three give: voxels in the scan's frame
grey_levels.py any type of voxel → grey levels
label_image.py a label drawn elsewhere, in one of these three
header_text.py what text headers share
vevo_raw.py    a VEVO raw export
vevo_xml.py    its parameters
pillow.py      still images, decoded strictly
footage.py     what every reader gives
scale.py       the spacing that a source states, and which one holds
resolution.py  what a TIFF's tags say of it
evidence.py    what tells a B-mode image from the screen around it
area.py        where it lies
core.py        what changes in one piece, or is textured in one piece
rectangle.py   a box in a map that is turned
sides.py       one side of it, and whether it shows
steps.py       where change or the mean picture begins, to the pixel
around.py      what lies beyond: black gel, a drawn screen, or nothing
profiles.py    steps and walks along rows
marks.py       a side that does not show, by the ruler or frame beside it

annotated.py      read_annotated: the whole way of a folder of captures with an outline
tumour_folder.py  its layout
stills.py         captures, decoded fast
panel.py          where a capture shows the image, by its frame or by what changes
registration.py   where a capture shows an original
stroke.py         which pixels a colour covers
outline.py        what the centre line of a stroke encloses
drawn.py          the outline on a panel, and the colour of outlines
findings.py       what a person should look at
qa.py             contact sheets
"""

from parasam_core.capture.annotated import Outlines, Wanted, read_annotated
from parasam_core.capture.read import read_capture
from parasam_core.capture.tumour_folder import is_tumour_folder

__all__ = ["Outlines", "Wanted", "is_tumour_folder", "read_annotated", "read_capture"]
