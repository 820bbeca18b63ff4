"""What a report says, before it is drawn: volumes with where they come from, scans, growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from parasam_core.agreement.bland_altman import BlandAltman
from parasam_core.agreement.pairs import Pair
from parasam_core.measure import Measurement
from parasam_core.provenance import Provenance
from parasam_core.report.growth import Growth
from parasam_core.scanfile import ScanFile
from parasam_core.timepoint import days_of


@dataclass(frozen=True)
class Row:
    """One volume of one tumour at one time: a line of the table and of the CSV.

    Attributes:
        subject: whose tumour.
        timepoint: as the scan has it.
        days: since the subject's earliest, or as the timepoint says; None where it does not.
        scan: the scan's name; "" for what was measured elsewhere.
        rater: the label, or the external method.
        volume_mm3: None with a `reason`.
        low_mm3: lower end of the 95 % interval; None for external volumes; so is `high_mm3`.
        reason: why there is no volume; "" where there is one.
        warnings: why the volume should not be relied on.
        made_by: what drew the mask, with its version; for external volumes the table's name.
        source: the model's or file's name.
        digest: sha256 of it.
        frames_digest: sha256 of what the frames came from.
        spacing_source: where the size of a voxel is known from.
    """

    subject: str
    timepoint: str
    days: float | None
    scan: str
    rater: str
    volume_mm3: float | None
    low_mm3: float | None = None
    high_mm3: float | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    caliper_mm3: float | None = None
    ellipsoid_mm3: float | None = None
    cavalieri_mm3: float | None = None
    surface_mm2: float | None = None
    longest_section_mm: float | None = None
    voxels: int | None = None
    bodies: int | None = None
    first_frame: int | None = None
    last_frame: int | None = None
    outlined_frames: int | None = None
    filled_frames: int | None = None
    extrapolated_mm3: float | None = None
    step_mm: float | None = None
    row_mm: float | None = None
    column_mm: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    made_by: str = ""
    source: str = ""
    digest: str = ""
    frames_digest: str = ""
    spacing_source: str = ""


@dataclass(frozen=True)
class Picture:
    """An image of the report.

    Attributes:
        kind: "image/webp" or "image/svg+xml".
        content: the file's bytes.
        text: what it shows, for those who do not see it.
    """

    kind: str
    content: bytes = field(repr=False)
    text: str


@dataclass(frozen=True)
class Label:
    """One mask of a scan.

    Attributes:
        row: its numbers.
        colour: of its outline, "#rrggbb".
        provenance: what made it.
    """

    row: Row
    colour: str
    provenance: Provenance


@dataclass(frozen=True)
class Scan:
    """One scan of the library.

    Attributes:
        name: of its folder.
        subject: whose tumour.
        timepoint: when.
        frames: how many.
        size: (y, x) of a frame, pixels.
        spacing_mm: (z, y, x).
        provenance: of the frames.
        labels: every mask.
        pairs: how each two of them agree.
        pictures: of it; none where no mask has a volume.
    """

    name: str
    subject: str
    timepoint: str
    frames: int
    size: tuple[int, int]
    spacing_mm: tuple[float, float, float]
    provenance: Provenance
    labels: tuple[Label, ...]
    pairs: tuple[Pair, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        title: of the page.
        made_on: the day, ISO.
        made_by: ParaSAM's version.
        rows: every volume, by subject, time and rater.
        scans: every scan.
        growths: of each subject and rater with two timepoints or more.
        charts: of growth, by subject.
        agreement: of each two raters over the library.
        remarks: what a reader has to know of the whole: scans of the same time, lines of a table
            that belong to no scan.
    """

    title: str
    made_on: str
    made_by: str
    rows: tuple[Row, ...]
    scans: tuple[Scan, ...]
    growths: tuple[Growth, ...]
    charts: Mapping[str, Picture]
    agreement: tuple[BlandAltman, ...]
    remarks: tuple[str, ...]


def row_of(
    scan: ScanFile, label: str, days: float | None, mask: Provenance, found: Measurement | str
) -> Row:
    """A line of a label's numbers, or of why it has none.

    Args:
        scan: where it is.
        label: its name.
        days: of its timepoint.
        mask: what made it.
        found: the numbers, or the reason.
    """
    frames = scan.provenance
    known: dict[str, Any] = {
        "subject": scan.subject, "timepoint": scan.timepoint, "days": days, "scan": scan.name,
        "rater": label, "made_by": mask.made_by, "source": mask.source, "digest": mask.digest,
        "frames_digest": frames.digest,
        "spacing_source": str(frames.details.get("spacing_source", "")),
    }  # fmt: skip
    known |= dict(zip(("step_mm", "row_mm", "column_mm"), scan.space.spacing_mm, strict=True))
    if isinstance(found, str):
        return Row(**known, volume_mm3=None, reason=found)
    numbers = {f.name: getattr(found, f.name) for f in fields(Row) if hasattr(found, f.name)}
    numbers |= dict(zip(("low_mm3", "high_mm3"), found.interval_mm3, strict=True))
    numbers |= dict(zip(("length_mm", "width_mm", "height_mm"), found.extent_mm, strict=True))
    numbers |= dict(zip(("first_frame", "last_frame"), found.frames, strict=True))
    return Row(**known, **numbers)


def line_of(scan: ScanFile, label: str | None, found: Measurement) -> Row:
    """A line of one label alone; arguments as of `row_of`, the label None where there is one."""
    name = scan.label_named(label)
    days = days_of([scan.timepoint])
    return row_of(scan, name, days[0] if days else None, scan.mask(name).provenance, found)
