"""MaskStack → Volume: where a mask becomes a volume."""

from __future__ import annotations

from parasam_core.errors import EmptyMaskError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.solid.between import has_gaps, with_gaps_filled
from parasam_core.solid.ends import End, missing_ends
from parasam_core.volume import Volume

ENDS = ("required", "drawn", "caps")


def fill(mask: MaskStack, *, ends: str = "required") -> Volume:
    """Every pixel of every mask becomes a voxel; frames between outlined ones are filled.

    Frames that nobody looked at lie between outlines or beyond them. Between, `between` draws them;
    beyond, the tumour has to be over.

    Args:
        mask: what was outlined.
        ends: what is done where outlines say that the tumour goes on beyond them: "required"
            refuses and names the frames to outline, "drawn" ends it with the last outline all the
            same, "caps" rounds it off to where it seems to end. Whoever outlined every frame in
            between has seen the ends, too: then "required" is "drawn".

    Raises:
        EmptyMaskError: no pixel is tumour.
        GeometryError: an end is missing and required.
    """
    if ends not in ENDS:
        raise GeometryError(f"expected ends {', '.join(ENDS)}, got {ends}")
    if not mask.masks.any():
        raise EmptyMaskError("expected a mask with at least one pixel of tumour, got an empty one")
    checked = ends == "caps" or (ends == "required" and has_gaps(mask.masks, mask.annotated))
    missing = missing_ends(mask.masks, mask.annotated, mask.space) if checked else []
    if missing and ends == "required":
        raise GeometryError(_named(missing))
    tips = [end.tip for end in missing if end.beyond]
    return Volume(with_gaps_filled(mask.masks, mask.annotated, mask.space, tips), mask.space)


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
