"""Arrived: what has come of a lab's scan, as a stage; `specimen.py` for one that is followed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from parasam_core.sequence import Box
from viewers.looking_glass.folding import first_frame_to_show
from viewers.looking_glass.picture import Picture, Plane, slice_box, slice_picture
from viewers.looking_glass.snapshot import Slice, Snapshot
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.views import CUT, INSIDE, VOXELS, WHOLE
from viewers.looking_glass.whole import Whole

NOWHERE = np.zeros((0, 3), np.float32)
NO_FACES = np.zeros((0, 3), np.uint32)
OF_ALL_FRAMES = (VOXELS, INSIDE)
RECENT = 8
"""Pictures that stay the same objects, so that they go to the GPU once."""


@dataclass(frozen=True, eq=False)
class Arrived:
    """What a snapshot with an open scan shows.

    Attributes:
        snapshot: of the lab.
        whole: the scan in it, as far as it has come.
    """

    snapshot: Snapshot
    whole: Whole

    @classmethod
    def of(cls, snapshot: Snapshot, before: Arrived | None = None) -> Arrived:
        """What a snapshot shows; of the one before it what is the same."""
        same = before is not None and before.whole.is_of(snapshot)
        return cls(snapshot, before.whole if before and same else Whole(snapshot))

    @property
    def frames(self) -> int:
        """How many the scan has."""
        return self.snapshot.shape[0]

    @property
    def middle_frame(self) -> int:
        """The middle one of the frames with tumour, or of all."""
        return first_frame_to_show(self.snapshot.opened) if self.snapshot.opened else 0

    @property
    def probe(self) -> Plane | None:
        """Where somebody holds the probe."""
        pose = self.snapshot.probe
        return Plane.of_pose(pose) if pose is not None and any(pose[3:]) else None

    def stage(
        self, frame: int | None = None, view: str = WHOLE, probe: Plane | None = None
    ) -> Stage:
        """What is shown of it; the same arrays wherever nothing has changed.

        Without a mask, or before its surface has come, the whole frame and no body; before any
        frame has come, none. Voxels, the grey levels within and what the probe shows need every
        frame; until all have come there is the surface, and the frame looked at.

        Args:
            frame: of the scan, from 0, or the nearest that has come; None: that looked at.
            view: one of `views.VIEWS`.
            probe: a plane to cut at, instead of the frame's; None: the one that somebody holds.
        """
        held = probe or self.probe
        if (view in OF_ALL_FRAMES or held) and self.whole.specimen:
            return self.whole.specimen.stage(self._at(frame), view, held)
        snapshot, surfaces = self.snapshot, self.snapshot.surfaces
        one = snapshot.nearest(snapshot.frame if frame is None else frame)
        numbers = tuple(snapshot.scene_from_index.ravel())
        height, width = snapshot.shape[1:]
        body = surfaces[-1].stage if surfaces else Stage(NOWHERE, NOWHERE, NO_FACES)
        box = _box(body, numbers, (height, width)) if surfaces else None
        picture = None if one is None else _picture(one, box, numbers)
        cut = held or (picture.plane if view == CUT and picture else None)
        return Stage(body.positions, body.normals, body.faces, picture, view, cut)

    def _at(self, frame: int | None) -> int:
        return min(max(self.snapshot.frame if frame is None else frame, 0), self.frames - 1)


@lru_cache(maxsize=RECENT)
def _box(body: Stage, numbers: tuple[float, ...], shape_yx: tuple[int, int]) -> Box:
    """What is shown of frames: around the body, in pixels."""
    index_from_scene = np.linalg.inv(_matrix(numbers))
    index = body.positions @ index_from_scene[:3, :3].T + index_from_scene[:3, 3]
    largest = np.array(shape_yx[::-1])
    (x0, y0), (x1, y1) = (
        np.clip(np.floor(corner[:2] + 0.5) + more, 0, largest).astype(int).tolist()
        for corner, more in ((index.min(axis=0), 0), (index.max(axis=0), 1))
    )
    return slice_box((x0, y0, x1, y1), shape_yx)


@lru_cache(maxsize=RECENT)
def _picture(one: Slice, box: Box | None, numbers: tuple[float, ...]) -> Picture:
    """A frame, cut to an ellipse within the box; None shows all of it."""
    if box is not None:
        return slice_picture(one.levels, one.mask, box, one.frame, _matrix(numbers))
    all_of_it = (0, 0, *one.levels.shape[::-1])
    whole = slice_picture(one.levels, one.mask, all_of_it, one.frame, _matrix(numbers))
    return Picture(whole.levels, whole.corners)


def _matrix(numbers: tuple[float, ...]) -> NDArray[np.float64]:
    return np.reshape(numbers, (4, 4))
