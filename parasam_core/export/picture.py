"""Picture: what is written, whatever the format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import MaskStack
from parasam_core.provenance import signed
from parasam_core.scanfile import LABEL_RGBA, ScanFile
from parasam_core.sequence import Sequence
from parasam_core.space import Space


@dataclass(frozen=True)
class Picture:
    """Voxels, where they lie, and where they came from.

    Attributes:
        voxels: (z, y, x) uint8: grey levels, or 1 inside a label and 0 outside.
        space: the grid of `voxels`.
        name: the label's, or the scan's for its frames.
        is_label: whether it is a label.
        about: our provenance, as JSON takes it.
    """

    voxels: NDArray[np.uint8]
    space: Space
    name: str
    is_label: bool
    about: dict[str, Any]

    @property
    def colour_rgb(self) -> tuple[int, int, int]:
        """0 to 255: a label's own, where the file that it came from had one."""
        own = self.about.get("mask", {}).get("details", {}).get("colour_rgb")
        red, green, blue = own if own else LABEL_RGBA[:3]
        return int(red), int(green), int(blue)

    @property
    def about_json(self) -> str:
        """`about` on one line of ASCII."""
        return json.dumps(self.about)


def picture_of_label(scan: ScanFile, label: str, mask: MaskStack) -> Picture:
    """A label of a scan."""
    about = _about(scan) | {
        "label": label,
        "mask": mask.provenance.as_json(),
        "annotated_frames": _runs(mask.annotated),
    }
    return Picture(mask.masks.astype(np.uint8), mask.space, label, True, about)


def picture_of_frames(scan: ScanFile, sequence: Sequence) -> Picture:
    """The frames of a scan."""
    return Picture(sequence.frames, sequence.space, scan.name, False, _about(scan))


def _about(scan: ScanFile) -> dict[str, Any]:
    return {
        "made_by": signed("export"),
        "scan": scan.name,
        "subject": scan.subject,
        "timepoint": scan.timepoint,
        "spacing_mm": list(scan.space.spacing_mm),
        "origin_mm": list(scan.space.origin_mm),
        "image": scan.provenance.as_json(),
    }


def _runs(flags: NDArray[np.bool_]) -> list[list[int]]:
    """[first, last] of every run of True."""
    runs = (list(g) for on, g in groupby(range(len(flags)), key=lambda z: bool(flags[z])) if on)
    return [[run[0], run[-1]] for run in runs]
