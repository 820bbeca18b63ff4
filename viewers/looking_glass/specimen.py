"""Specimen: a scan's tumour, read and meshed once, from which any stage is made at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import EmptyMaskError, UsageError
from parasam_core.gltf import scene_from_index
from parasam_core.mask import MaskStack, box_of
from parasam_core.mesh import Mesh
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Box, Sequence
from parasam_core.solid import fill, simplified, surface
from viewers.looking_glass.stage import (
    Picture,
    Plane,
    Stage,
    slice_box,
    slice_picture,
    stage_of,
)
from viewers.looking_glass.views import CUT, WHOLE

TRIANGLES = 100_000


@dataclass(frozen=True, eq=False)
class Specimen:
    """What a scan and one of its masks show.

    Attributes:
        sequence: the frames.
        mask: of the tumour in them.
        mesh: its surface, mm.
    """

    sequence: Sequence
    mask: MaskStack
    mesh: Mesh

    @classmethod
    def of_scan(cls, scan: ScanFile, label: str) -> Specimen:
        """Read a scan and mesh one of its masks: seconds of work.

        Raises:
            ScanError, LabelError, EmptyMaskError: the scan is damaged, or has no such tumour.
        """
        mask = scan.mask(label)
        mesh = simplified(surface(fill(mask, ends="drawn")), TRIANGLES)
        return cls(scan.sequence(), mask, mesh)

    @property
    def frames(self) -> int:
        """How many the scan has."""
        return self.sequence.space.shape[0]

    @cached_property
    def middle_frame(self) -> int:
        """The middle one of the frames with tumour."""
        frames = np.flatnonzero(self.mask.masks.any(axis=(1, 2)))
        return int(frames[len(frames) // 2])

    def stage(
        self, frame: int | None = None, view: str = WHOLE, probe: Plane | None = None
    ) -> Stage:
        """What is shown of it; cheap, and of the same arrays wherever nothing has changed.

        Args:
            frame: of the scan, from 0; None: the middle one.
            view: one of `views.VIEWS`.
            probe: a plane to cut at, instead of the frame's.

        Raises:
            UsageError: the scan has no such frame.
            EmptyMaskError: no frame has any tumour.
        """
        at = checked_frame(self.middle_frame if frame is None else frame, self.frames)
        picture = self._picture(at)
        cut = probe or (plane_of(picture) if view == CUT else None)
        body = self._body
        return Stage(body.positions, body.normals, body.faces, picture, view, cut)

    @cached_property
    def _body(self) -> Stage:
        return stage_of(self.mesh)

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
            self._pictures[frame] = slice_picture(levels, self._box, frame, self._scene_from_index)
        return self._pictures[frame]


def checked_frame(frame: int, frames: int) -> int:
    """The frame, if the scan has it.

    Raises:
        UsageError: it has not.
    """
    if not 0 <= frame < frames:
        raise UsageError(f"expected a frame from 0 to {frames - 1}, got {frame}")
    return frame


def plane_of(picture: Picture) -> Plane:
    """The plane of a frame; its picture is seen from the end of the sweep on."""
    top_left, top_right, bottom_left, _ = picture.corners
    right, up = top_right - top_left, top_left - bottom_left
    right, up = right / np.linalg.norm(right), up / np.linalg.norm(up)
    return Plane(picture.corners.mean(axis=0), np.stack([right, up, np.cross(right, up)], axis=1))
