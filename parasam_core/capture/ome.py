"""The OME-XML in the description of an OME-TIFF: sizes and spacing. Entities are refused.

https://docs.openmicroscopy.org/ome-model/ (`Pixels`: PhysicalSizeX … in `PhysicalSizeXUnit`, µm
where none is named).
"""

from __future__ import annotations

import re
from xml.parsers import expat

from parasam_core.capture.lengths import positive_mm
from parasam_core.capture.scale import Scale

SOURCE = "OME"
STARTS = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(\w+:)?OME[\s>]", re.DOTALL)
LONGEST = 16 << 20
UNIT = "µm"


def is_ome(description: str) -> bool:
    """Whether a TIFF's description is OME-XML."""
    return STARTS.match(description[:4096]) is not None


def pixels_of(description: str) -> dict[str, str]:
    """The attributes of the first `Pixels`; empty where it cannot be read."""
    found: list[dict[str, str]] = []

    def on_element(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Pixels":
            found.append(attributes)

    def on_doctype(*_: object) -> None:
        raise ValueError("a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = on_element
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        parser.Parse(description[:LONGEST].encode(), True)
    except (expat.ExpatError, ValueError, LookupError):
        return {}
    return found[0] if found else {}


def scale_of_ome(description: str) -> Scale | None:
    """What OME-XML says of the spacing, if it says the size of a pixel."""
    pixels = pixels_of(description)
    z, y, x = (
        positive_mm(pixels.get(f"PhysicalSize{a}"), pixels.get(f"PhysicalSize{a}Unit", UNIT))
        for a in "ZYX"
    )
    return None if x is None or y is None else Scale(SOURCE, (y, x), z)
