"""One scan of a report: every mask of it measured, and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from parasam_core.agreement.edges import TOLERANCE_MM
from parasam_core.agreement.pairs import Pair, Rated, compared
from parasam_core.errors import EmptyMaskError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.measure import Measurement, measure
from parasam_core.mesh import Mesh
from parasam_core.report.charts import section_chart
from parasam_core.report.contents import Label, Picture, Scan, row_of
from parasam_core.report.pictures import overview, sheet
from parasam_core.scanfile import ScanFile
from parasam_core.solid import fill, surface
from parasam_core.volume import Volume


@dataclass(frozen=True)
class Measured:
    """One mask, and what was made of it.

    Attributes:
        mask: as it was outlined.
        volume: its voxels.
        mesh: its surface.
        found: its numbers.
    """

    mask: MaskStack
    volume: Volume
    mesh: Mesh
    found: Measurement


def scan_of(file: ScanFile, days: float | None, ends: str, colours: Mapping[str, str]) -> Scan:
    """Measure and draw a scan.

    Args:
        file: which.
        days: of its timepoint; None where it does not say.
        ends: see `parasam_core.solid.fill`.
        colours: of every label.
    """
    measured: dict[str, Measured] = {}
    labels = []
    for name in file.labels:
        mask = file.mask(name)
        result = _measured(mask, ends)
        if isinstance(result, Measured):
            measured[name] = result
        said = result if isinstance(result, str) else result.found
        row = row_of(file, name, days, mask.provenance, said)
        labels.append(Label(row, colours[name], mask.provenance))
    return Scan(
        name=file.name,
        subject=file.subject,
        timepoint=file.timepoint,
        frames=file.space.shape[0],
        size=file.space.shape[1:],
        spacing_mm=file.space.spacing_mm,
        provenance=file.provenance,
        labels=tuple(labels),
        pairs=_pairs(file, measured),
        pictures=_pictures(file, measured, colours) if measured else (),
    )


def _measured(mask: MaskStack, ends: str) -> Measured | str:
    """The numbers of a mask, or why there are none."""
    try:
        volume = fill(mask, ends=ends)
    except (EmptyMaskError, GeometryError) as error:
        return str(error)
    mesh = surface(volume)
    return Measured(mask, volume, mesh, measure(mask, volume, mesh))


def _pairs(file: ScanFile, measured: Mapping[str, Measured]) -> tuple[Pair, ...]:
    """How each two masks agree."""
    rated = [
        Rated(name, one.volume.volume_mm3, one.volume.voxels, one.volume.solid)
        for name, one in measured.items()
    ]
    return tuple(
        compared(file.name, a, b, file.space.spacing_mm, TOLERANCE_MM)
        for a, b in combinations(rated, 2)
    )


def _pictures(
    file: ScanFile, measured: dict[str, Measured], colours: Mapping[str, str]
) -> tuple[Picture, ...]:
    sequence = file.sequence()
    volumes = {name: one.volume for name, one in measured.items()}
    first = next(iter(measured))
    areas = {
        name: [(s.z_mm, s.area_mm2) for s in one.found.sections] for name, one in measured.items()
    }
    whose = f"{file.name}, outlined by {', '.join(volumes)}"
    return (
        Picture(
            "image/webp",
            overview(sequence, volumes, measured[first].mesh, colours),
            f"the frame with most tumour and two cuts along the sweep of {whose}; "
            f"the surface of {first}",
        ),
        Picture("image/webp", sheet(sequence, volumes, colours), f"frames through {whose}"),
        Picture(
            "image/svg+xml",
            section_chart(areas, colours),
            f"area of each frame along the sweep of {whose}",
        ),
    )
