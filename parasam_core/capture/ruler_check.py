"""A spacing that a person gives, beside what the ruler on the screen says: a warning, no more."""

from __future__ import annotations

from typing import Any

from parasam_core.capture.ruler import Ruler, Unread
from parasam_core.capture.scale import Scale
from parasam_core.space import Triple

TOLERATED = 0.03


def doubts_of(ruler: Ruler | Unread, scale: Scale | None, spacing_mm: Triple) -> dict[str, Any]:
    """For the provenance: a warning where a ruler read with certainty says another size of a pixel.

    Args:
        ruler: what was read; one whose unit is assumed is not certain.
        scale: of the frames by it; None where nothing says it.
        spacing_mm: (z, y, x), mm, as given, which is used.
    """
    if isinstance(ruler, Unread) or ruler.assumed or scale is None:
        return {}
    given = spacing_mm[1:]
    if all(abs(g / r - 1) <= TOLERATED for g, r in zip(given, scale.pixel_mm, strict=True)):
        return {}
    by_ruler, by_user = ("{:.4g} × {:.4g}".format(*pair) for pair in (scale.pixel_mm, given))
    sentence = (
        f"the ruler on the screen says {by_ruler} mm a pixel (y, x), --spacing says {by_user}, "
        f"which is used; look which is right ({ruler.said})"
    )
    return {"warnings": [sentence], "ruler_unused": ruler.as_json()}
