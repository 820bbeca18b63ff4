"""MaskStack → Volume: where a mask becomes a volume."""

from __future__ import annotations

from parasam_core.errors import EmptyMaskError
from parasam_core.mask import MaskStack
from parasam_core.volume import Volume


def fill(mask: MaskStack) -> Volume:
    """Every pixel of every mask becomes a voxel.

    Raises:
        EmptyMaskError: no pixel is tumour.
    """
    if not mask.masks.any():
        raise EmptyMaskError("expected a mask with at least one pixel of tumour, got an empty one")
    return Volume(mask.masks, mask.space)
