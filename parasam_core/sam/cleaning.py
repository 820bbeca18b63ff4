"""Rules that a person may ask for, and that nothing applies by itself. Free of torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance


def cleaned(mask: MaskStack, *, keep_largest: bool = False, fill_holes: bool = False) -> MaskStack:
    """A mask after the rules that were asked for, which its provenance names.

    Args:
        mask: what was found.
        keep_largest: keep the largest body, joined by faces of voxels.
        fill_holes: fill what is enclosed within a frame.
    """
    masks = mask.masks
    if keep_largest:
        masks = largest_body(masks)
    if fill_holes:
        masks = without_holes(masks)
    rules = {"keep_largest": keep_largest, "fill_holes": fill_holes}
    made = mask.provenance
    details = {**made.details, **rules}
    noted = Provenance(made.source, made.digest, made.made_by, details)
    return MaskStack(masks, mask.space, noted, mask.annotated)


def largest_body(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest of the bodies in (z, y, x) bool masks, joined by faces; the same where none."""
    bodies, count = ndimage.label(masks)
    if count <= 1:
        return masks
    sizes = np.bincount(bodies.ravel())
    sizes[0] = 0
    return np.asarray(bodies == sizes.argmax())


def without_holes(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(z, y, x) bool masks with all that a frame's outline encloses."""
    return np.stack([ndimage.binary_fill_holes(mask) for mask in masks]).astype(np.bool_)
