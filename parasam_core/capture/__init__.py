"""Whatever a scanner exports → Sequence. The home of OpenCV.

read.py        read_capture: the whole way
readers.py     which reader reads a source, by its content
video.py       AVI, MP4
tiff.py        a TIFF of pages
images.py      one image, a folder of numbered images
numbering.py   the order of numbered files, and what is missing
pillow.py      still images, decoded strictly
footage.py     what every reader gives
evidence.py    what tells a B-mode image from the screen around it
area.py        where it lies
marks.py       a side that does not show, by the ruler or frame beside it
"""

from parasam_core.capture.read import read_capture

__all__ = ["read_capture"]
