"""MaskStack → Volume: where a mask becomes a volume."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion

from parasam_core.errors import EmptyMaskError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.soft import SoftMaskStack
from parasam_core.solid.between import has_gaps, with_gaps_filled
from parasam_core.solid.ends import End, missing_ends
from parasam_core.volume import Volume

ENDS = ("required", "drawn", "caps")

EDGE_PX = 2
"""How far from its outline a voxel can be tumour in part, and one frame along the sweep; further
out or in, a probability tells of doubt, which is not a volume: 0.01 all over a frame would add up
to a tumour of its own."""


def fill(mask: MaskStack | SoftMaskStack, *, ends: str = "required") -> Volume:
    """Every pixel of every mask becomes a voxel; frames between outlined ones are filled.

    Frames that nobody looked at lie between outlines or beyond them. Between, `between` draws them;
    beyond, the tumour has to be over. Probabilities within `EDGE_PX` of the outline at one half are
    the part of their voxel that is tumour.

    Args:
        mask: what was outlined, or how likely each voxel is tumour.
        ends: what is done where outlines say that the tumour goes on beyond them: "required"
            refuses and names the frames to outline, "drawn" ends it with the last outline all the
            same, "caps" rounds it off to where it seems to end. Whoever outlined every frame in
            between has seen the ends, too: then "required" is "drawn".

    Raises:
        EmptyMaskError: no pixel of a frame that somebody looked at is tumour.
        GeometryError: an end is missing and required.
    """
    if ends not in ENDS:
        raise GeometryError(f"expected ends {', '.join(ENDS)}, got {ends}")
    if isinstance(mask, SoftMaskStack):
        filled = fill(mask.hard, ends=ends)
        return Volume(_in_part(mask, filled.solid), mask.space)
    if not mask.outlined_frames.size:
        raise EmptyMaskError("expected a mask with at least one pixel of tumour, got an empty one")
    checked = ends == "caps" or (ends == "required" and has_gaps(mask))
    missing = missing_ends(mask) if checked else []
    if missing and ends == "required":
        raise GeometryError(_named(missing))
    tips = [end.tip for end in missing if end.beyond]
    return Volume(with_gaps_filled(mask, tips), mask.space)


def _in_part(mask: SoftMaskStack, filled: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The filled voxels as 0 and 1, and on frames looked at the probabilities along the edge."""
    part = filled.astype(np.float32)
    for z in np.flatnonzero(mask.hard.annotated):
        around = filled[max(z - 1, 0) : z + 2]
        if not around.any():
            continue
        inner = binary_erosion(around.all(axis=0), iterations=EDGE_PX)
        edge = binary_dilation(around.any(axis=0), iterations=EDGE_PX) & ~inner
        part[z][edge] = mask.probability[z][edge]
    return part


def _named(missing: list[End]) -> str:
    ways = {-1: ("first", "begins before"), 1: ("last", "ends behind")}
    said = []
    for end in missing:
        which, where = ways[end.direction]
        near = f", near frame {end.tip}" if end.beyond else ""
        said.append(f"{end.outlined} as its {which} though it {where} that{near}")
    return (
        f"expected outlines up to both ends of the tumour, got frame {' and frame '.join(said)}; "
        "outline the frames there, too, or say whether it ends as drawn or is rounded off (--ends "
        "drawn or caps)"
    )
