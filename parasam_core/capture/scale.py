"""Scale: what a source says of its own spacing, and which spacing holds in the end.

Knows nothing about formats.
"""

from __future__ import annotations

from dataclasses import dataclass

from parasam_core.errors import UsageError
from parasam_core.space import Triple, checked_spacing_mm

USER = "user"


@dataclass(frozen=True)
class Scale:
    """The spacing that a source states.

    Attributes:
        source: where it says so: "tags", "DICOM", "XML", "header".
        pixel_mm: height and width of a pixel (y, x), mm.
        step_mm: distance of neighbouring frames, mm; None where it is not said.
        origin_mm: centre of the first pixel of the first frame as captured (z, y, x), mm; None
            where it is not said, and the B-mode area's first pixel counts as 0.
    """

    source: str
    pixel_mm: tuple[float, float]
    step_mm: float | None = None
    origin_mm: Triple | None = None


@dataclass(frozen=True)
class Said:
    """What a person says of spacing, which goes before what the source says.

    Attributes:
        spacing_mm: (z, y, x), mm; None where nothing is said.
        step_mm: distance of neighbouring frames, mm; goes before that of `spacing_mm`.
        source: who said it.
    """

    spacing_mm: Triple | None = None
    step_mm: float | None = None
    source: str = USER


def check_said(said: Said) -> None:
    """Refuse a given spacing that cannot be before a source is read.

    Raises:
        GeometryError: it cannot be.
    """
    if said.spacing_mm is not None:
        checked_spacing_mm(said.spacing_mm)
    if said.step_mm is not None:
        checked_spacing_mm((said.step_mm, 1.0, 1.0))


def settled_spacing(
    scale: Scale | None, said: Said, name: str, unread: str = ""
) -> tuple[Triple, str]:
    """Spacing (z, y, x) in mm, and where it came from.

    Args:
        scale: what the source states, if anything.
        said: what goes before it.
        name: how a message calls the source.
        unread: why its ruler says nothing, where one was looked for.

    Raises:
        UsageError: part of it is not known from either.
        GeometryError: it cannot be.
    """
    if said.spacing_mm is not None:
        step, height, width = checked_spacing_mm(said.spacing_mm)
        return checked_spacing_mm((said.step_mm or step, height, width)), said.source
    if scale is None:
        raise UsageError(
            f"expected --spacing Z Y X in mm, since {name} does not say its spacing in a way that "
            f"is read, got none{unread and f'; its ruler: {unread}'}"
        )
    if said.step_mm is not None:
        return checked_spacing_mm((said.step_mm, *scale.pixel_mm)), _with_step(scale, said)
    if scale.step_mm is None:
        raise UsageError(
            "expected --step MM, the distance of neighbouring frames, since {} says only that its "
            "pixels are {:g} × {:g} mm (y, x), got none".format(name, *scale.pixel_mm)
        )
    return checked_spacing_mm((scale.step_mm, *scale.pixel_mm)), scale.source


def _with_step(scale: Scale, said: Said) -> str:
    return f"{scale.source}, step by {said.source}"
