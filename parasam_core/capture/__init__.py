"""Whatever a scanner exports → Sequence. The home of OpenCV.

read.py        read_capture: the whole way
readers.py     which reader reads a source, by its content
video.py       AVI, MP4
tiff.py        a TIFF of pages; the home of tifffile here
images.py      one image, a folder of numbered images
numbering.py   the order of numbered files, and what is missing
dicom.py       DICOM ultrasound; the home of pydicom here, with
dicom_header.py    headers, read safely
dicom_planes.py    where the planes of frames lie
dicom_seg.py       DICOM segmentations
nrrd.py        NRRD
metaimage.py   MetaImage
nifti.py       NIfTI; the home of nibabel here
grids.py       what these three give: voxels in the scan's frame
grey_levels.py any type of voxel → grey levels
slicer.py      the segments that 3D Slicer names in a NRRD
label_image.py labels drawn elsewhere, in one of these, in DICOM or TIFF
header_text.py what text headers share
vevo_raw.py    a VEVO raw export
vevo_xml.py    its parameters
pillow.py      still images, decoded strictly
parallel.py    many items at once, in order, bounded
footage.py     what every reader gives
scale.py       the spacing that a source states, and which one holds
ruler.py       the size of a pixel by the depth ruler on the screen
ruler_ticks.py   its ticks
ruler_words.py   numbers written beside it
ruler_digits.py  which digit a small picture shows
ruler_labels.py  numbers that grow evenly
ruler_pair.py    two numbers, where long ticks confirm them
ruler_unit.py    mm or cm
ruler_check.py   a spacing that is given beside it
ruler_doubts.py  what may stand unread in them
resolution.py  what a TIFF's tags say of it
ome.py         what the OME-XML in a TIFF says of it
lengths.py     lengths as files state them
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
settle.py         what holds for all captures, by a few of them; settled.py is what that is
by_originals.py   the panel, where originals show
matching.py       captures that are numbered apart from their originals
placing.py        where they show their originals
one_capture.py    a capture's frame, mask and finding
outlines.py       the masks and findings of all
annotated_ruler.py  the size of its pixels, by tags or ruler
tumour_folder.py  its layout
stills.py         captures, decoded fast
panel.py          where a capture shows the image, by its frame or by what changes
registration.py   where a capture shows an original; placement.py, coarse.py, view.py its parts
stroke.py         which pixels a colour covers
still.py          closed marks that stand still
tint.py           greys made grey where a map tints them
outline.py        what the centre line of a stroke encloses
pieces.py         connected strokes, and which enclose a region
gaps.py           strokes closed where they have gaps
enclosed.py       inside, outside, and the field between
drawn.py          the outline on a panel, and the colour of outlines
findings.py       what a person should look at
qa.py             contact sheets

medsam.py         read_tree: a tree of training images
sources.py        what a folder holds that can be imported
"""

from parasam_core.capture.annotated import Room, Wanted, read_annotated
from parasam_core.capture.outlines import Outlines
from parasam_core.capture.read import read_capture
from parasam_core.capture.tumour_folder import is_tumour_folder

__all__ = ["Outlines", "Room", "Wanted", "is_tumour_folder", "read_annotated", "read_capture"]
