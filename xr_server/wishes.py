"""What a page can ask for: bodies of `POST /api/jobs`, told apart by `kind`.

There is no kind of its own for a surface made anew with other options: `parasam mesh` writes a
file and leaves the scan as it is, and so does an export as `glb`, `stl`, `ply` or `obj`. The
surface that pages are shown follows the mask: whatever is outlined anew is shown anew, to all.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

MOST_BOXES = 1000
FEWEST_TRIANGLES = 100
MOST_TRIANGLES = 1_000_000_000

Meshes = Literal["glb", "stl", "ply", "obj"]
Voxels = Literal["nii.gz", "nrrd", "seg.nrrd", "mha", "dcm", "tif"]
MESHES = ("glb", "stl", "ply", "obj")
WITH_DISTANCES = ("glb", "ply")
OF_MESHES = ("ends", "style", "triangles", "against")

Name = Annotated[str, Field(min_length=1, max_length=200)]
Label = Annotated[str, Field(min_length=1, max_length=64)]
Box = tuple[int, int, int, int]


class Outlining(BaseModel):
    """Outline the tumour.

    Attributes:
        scan: its id.
        label: where the masks go.
        boxes: frame → box, half-open, in pixels of the full frame; null finds the tumour without.
        model: a name of `parasam models list`; null leaves the choice to ParaSAM.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["segment"] = "segment"
    scan: Name
    label: Label = "parasam"
    boxes: Annotated[dict[int, Box], Field(min_length=1, max_length=MOST_BOXES)] | None = None
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$")] | None = None


class Exporting(BaseModel):
    """Write a mask, or its surface, as a file to download.

    Attributes:
        scan: its id.
        label: which mask; null takes the first.
        format: of the file; a DICOM segmentation comes with its series, as one archive.
        ends: of a mesh, as for `parasam mesh`: "required", "drawn" or "caps".
        style: of a mesh: "smooth" or "blocks".
        triangles: of a mesh: at most about so many; all where null.
        against: another mask, from whose surface each vertex of a GLB or PLY gets its distance.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["export"]
    scan: Name
    label: Label | None = None
    format: Voxels | Meshes
    ends: Literal["required", "drawn", "caps"] = "required"
    style: Literal["smooth", "blocks"] = "smooth"
    triangles: Annotated[int, Field(ge=FEWEST_TRIANGLES, le=MOST_TRIANGLES)] | None = None
    against: Label | None = None

    @property
    def is_mesh(self) -> bool:
        """Whether a surface is written, not voxels."""
        return self.format in MESHES

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        given = [name for name in OF_MESHES if name in self.model_fields_set]
        if given and not self.is_mesh:
            raise ValueError(f"expected {given[0]} with a mesh only, got it with {self.format}")
        if self.against is not None and self.format not in WITH_DISTANCES:
            raise ValueError(f"expected against with glb or ply only, got it with {self.format}")
        if self.style == "blocks" and self.triangles is not None:
            raise ValueError("expected all triangles of blocks, got a number of them")
        return self


def _kind(body: Any) -> str | None:
    kind = body.get("kind", "segment") if isinstance(body, dict) else None
    return kind if isinstance(kind, str) else None


Wish = Annotated[
    Annotated[Outlining, Tag("segment")] | Annotated[Exporting, Tag("export")],
    Discriminator(_kind),
]
"""One of them; a body without `kind` asks for an outline."""
