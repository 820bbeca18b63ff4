"""Specimen: a scan's tumour, read and meshed once, from which any stage is made at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import EmptyMaskError, UsageError
from parasam_core.gltf import scene_from_index
from parasam_core.mask import MaskStack, box_of
from parasam_core.mesh import Mesh
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Box, Sequence
from parasam_core.solid import blocks, fill, simplified, surface
from viewers.looking_glass.caption import Caption
from viewers.looking_glass.grey_volume import GreyVolume, grey_volume
from viewers.looking_glass.picture import (
    Picture,
    Plane,
    Section,
    section_picture,
    slice_box,
    slice_picture,
)
from viewers.looking_glass.stage import Stage, stage_of
from viewers.looking_glass.views import CUT, INSIDE, VOXELS, WHOLE

TRIANGLES = 100_000

FRAMES_BEYOND = 4
"""Of the tumour at each end, that a probe shows."""

OPENED = (CUT, VOXELS, INSIDE)
"""Views that a probe cuts open; only the first is cut at the frame, too."""


@dataclass(frozen=True, eq=False)
class Specimen:
    """What a scan and one of its masks show.

    Attributes:
        sequence: the frames.
        mask: of the tumour in them.
        mesh: its surface, mm.
        volume_mm3: of its voxels.
    """

    sequence: Sequence
    mask: MaskStack
    mesh: Mesh
    volume_mm3: float

    @classmethod
    def of_scan(cls, scan: ScanFile, label: str) -> Specimen:
        """Read a scan and mesh one of its masks: seconds of work.

        Raises:
            ScanError, LabelError, EmptyMaskError: the scan is damaged, or has no such tumour.
        """
        mask = scan.mask(label)
        volume = fill(mask, ends="drawn")
        mesh = simplified(surface(volume), TRIANGLES)
        return cls(scan.sequence(), mask, mesh, volume.volume_mm3)

    @property
    def frames(self) -> int:
        """How many the scan has."""
        return self.sequence.space.shape[0]

    @cached_property
    def middle_frame(self) -> int:
        """The middle one of the frames with tumour."""
        frames = np.flatnonzero(self.mask.masks.any(axis=(1, 2)))
        return int(frames[len(frames) // 2])

    @cached_property
    def caption(self) -> Caption:
        """Whose tumour, when, and its volume."""
        whose = " · ".join(filter(None, (self.sequence.subject, self.sequence.timepoint)))
        return Caption(tuple(filter(None, (whose, f"{self.volume_mm3:.1f} mm³"))))

    def stage(
        self,
        frame: int | None = None,
        view: str = WHOLE,
        probe: Plane | None = None,
        *,
        with_caption: bool = False,
    ) -> Stage:
        """What is shown of it; cheap, and of the same arrays wherever nothing has changed.

        Args:
            frame: of the scan, from 0; None: the middle one.
            view: one of `views.VIEWS`.
            probe: a plane to cut at, instead of the frame's.
            with_caption: say whose it is and how large.

        Raises:
            UsageError: the scan has no such frame.
            EmptyMaskError: no frame has any tumour.
        """
        at = checked_frame(self.middle_frame if frame is None else frame, self.frames)
        picture: Picture | Section | None = self._picture(at)
        if probe is not None:
            picture = section_picture(self._volume, probe)
        elif view == INSIDE:
            picture = None
        cut = probe or (self._picture(at).plane if view == CUT else None)
        body = self._voxels if view == VOXELS else self._body
        return replace(
            body,
            caption=self.caption if with_caption else None,
            picture=picture,
            view=view,
            cut=cut if view in OPENED else None,
            volume=self._volume if view == INSIDE else None,
        )

    @cached_property
    def _body(self) -> Stage:
        return stage_of(self.mesh)

    @cached_property
    def _voxels(self) -> Stage:
        return stage_of(blocks(fill(self.mask, ends="drawn")))

    @cached_property
    def _volume(self) -> GreyVolume:
        x0, y0, x1, y1 = self._box
        first, last = self.mask.frames_with_tumour or (0, 0)
        return grey_volume(
            self.sequence.frames,
            self.mask.masks,
            (first - FRAMES_BEYOND, y0, x0, last + FRAMES_BEYOND + 1, y1, x1),
            self.sequence.space.spacing_mm,
            self._scene_from_index,
        )

    @cached_property
    def _tumour_box(self) -> Box:
        box = box_of(np.asarray(self.mask.masks.any(axis=0)))
        if box is None:
            raise EmptyMaskError(
                "expected a mask with at least one pixel of tumour, got an empty one"
            )
        return box

    @cached_property
    def _box(self) -> Box:
        return slice_box(self._tumour_box, self.mask.space.shape[1:])

    @cached_property
    def _scene_from_index(self) -> NDArray[np.float64]:
        return scene_from_index(self.sequence.space)

    @cached_property
    def _pictures(self) -> dict[int, Picture]:
        return {}

    def _picture(self, frame: int) -> Picture:
        if frame not in self._pictures:
            levels = self.sequence.frames[frame]
            mask = self.mask.masks[frame]
            self._pictures[frame] = slice_picture(
                levels, mask, self._box, frame, self._scene_from_index
            )
        return self._pictures[frame]


def checked_frame(frame: int, frames: int) -> int:
    """The frame, if the scan has it.

    Raises:
        UsageError: it has not.
    """
    if not 0 <= frame < frames:
        raise UsageError(f"expected a frame from 0 to {frames - 1}, got {frame}")
    return frame
