"""Volumes that were measured elsewhere, as lines of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from parasam_core.agreement import ExternalTable, read_volumes
from parasam_core.provenance import digest_of_files
from parasam_core.report.contents import Row, Scan


@dataclass(frozen=True)
class Others:
    """A table of volumes; empty where there is none.

    Attributes:
        name: of the file.
        digest: sha256 of it.
        table: what it says.
    """

    name: str = ""
    digest: str = ""
    table: ExternalTable = field(default_factory=ExternalTable)

    @classmethod
    def read(cls, path: Path) -> Others:
        """Read a table.

        Raises:
            TableError: it cannot be read, or a row cannot be.
        """
        table = read_volumes(path)
        return cls(path.name, digest_of_files([path]), table)

    @property
    def rows(self) -> list[Row]:
        """A line each; when they were measured is not known in days yet."""
        return [
            Row(subject=one.subject, timepoint=one.timepoint, days=None, scan="", rater=one.rater,
                volume_mm3=one.volume_mm3, made_by=f"line {one.line}", source=self.name,
                digest=self.digest)
            for one in self.table.volumes
        ]  # fmt: skip

    def remarks(self, scans: Iterable[Scan]) -> list[str]:
        """What of the table belongs to no scan, or was not understood."""
        known = {(scan.subject, scan.timepoint) for scan in scans}
        times = dict.fromkeys((one.subject, one.timepoint) for one in self.table.volumes)
        alone = [
            f"{subject} {time}".strip() for subject, time in times if (subject, time) not in known
        ]
        found = []
        if alone:
            found.append(f"{self.name} has volumes that no scan is of: {', '.join(alone)}")
        if self.table.ignored:
            found.append(
                f"{self.name} has columns that were not understood: {', '.join(self.table.ignored)}"
            )
        return found
