"""What holds for all captures of a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.album import Album
from parasam_core.capture.enclosed import Bits
from parasam_core.capture.placement import Placement
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.stroke import Ink
from parasam_core.capture.tint import Tint
from parasam_core.capture.tumour_folder import TumourFolder
from parasam_core.sequence import Box

Captures = dict[Path, Colours]
"""By their files."""


@dataclass(frozen=True)
class Settled:
    """What holds for all captures.

    Attributes:
        folder: which.
        originals: (z, y, x); None without originals.
        capture_yx: size of the first capture looked at.
        place: where the originals lie in it; None without originals.
        panel: the panel's box, half-open.
        panel_by: what said it.
        ink: the outline's colour; None where nothing is outlined.
        off_px: how far off the place seems on the capture that it was found on; see `agreements`.
        tint: of the image's map; None where its greys are grey.
        marks: (y, x) of the panel, 1 on closed marks that all captures show; see `still_marks`.
        doubt: what makes every outline doubtful, in words; "" where nothing does.
        album: of the originals in that place; None without originals.
    """

    folder: TumourFolder
    originals: NDArray[np.uint8] | None
    capture_yx: tuple[int, int]
    place: Placement | None
    panel: Box
    panel_by: str
    ink: Ink | None = None
    off_px: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    tint: Tint | None = None
    marks: Bits | None = None
    doubt: str = ""
    album: Album | None = None

    def read(self, path: Path) -> Colours:
        """A capture, its greys grey."""
        capture = colours_of(path)
        return self.tint.removed(capture) if self.tint else capture

    @property
    def frame_yx(self) -> tuple[int, int]:
        """Size of a frame."""
        x0, y0, x1, y1 = self.panel
        shape = (y1 - y0, x1 - x0) if self.originals is None else self.originals.shape[1:]
        return shape[0], shape[1]
