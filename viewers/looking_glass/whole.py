"""Whole: all of a followed scan, once all has come, for the views that need every frame."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from parasam_core.gltf import SCENE_FROM_MM
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from viewers.looking_glass.snapshot import Snapshot
from viewers.looking_glass.specimen import Specimen


class Whole:
    """What a snapshot has of a scan; made into a specimen when somebody wants to see that.

    Args:
        snapshot: of the lab.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def is_of(self, snapshot: Snapshot) -> bool:
        """Whether a later snapshot has the same frames, mask and surface."""
        mine = self._snapshot
        return (
            mine.opened is snapshot.opened
            and mine.slices is snapshot.slices
            and mine.surfaces is snapshot.surfaces
        )

    @cached_property
    def specimen(self) -> Specimen | None:
        """The scan as it is on the lab's disk; None before every frame and a surface have come.

        Its mesh is the finest that has come. A mask that is empty is none.
        """
        snapshot = self._snapshot
        opened, mesh, frames = snapshot.opened, snapshot.mesh, range(snapshot.shape[0])
        if opened is None or mesh is None or any(k not in snapshot.slices for k in frames):
            return None
        masks = np.stack([snapshot.slices[k].mask for k in frames])
        if not masks.any():
            return None
        levels = np.stack([snapshot.slices[k].levels for k in frames])
        space, seen_in = _space(snapshot), Provenance(opened.scan)
        height, width = space.shape[1:]
        sequence = Sequence(levels, space, opened.subject, opened.timepoint, (height, width),
                            (0, 0, width, height), seen_in)  # fmt: skip
        measured = snapshot.measured.volume_mm3 if snapshot.measured else 0.0
        return Specimen(sequence, MaskStack(masks, space, seen_in), mesh, measured)


def _space(snapshot: Snapshot) -> Space:
    mm_from_index = np.linalg.inv(SCENE_FROM_MM) @ snapshot.scene_from_index
    x, y, z = mm_from_index[:3, 3].tolist()
    return Space(snapshot.shape, snapshot.spacing_mm, (z, y, x))
