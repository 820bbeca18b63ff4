"""Library: the scans that are served, by id.

An id is looked up here and never joined to a path.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from parasam_core.errors import LabelError, ScanError
from parasam_core.scanfile import ScanFile, scans_in
from xr_server.protocol import ScanCard


class Library:
    """A folder of scans, or one scan; what is added while it is served is found.

    Raises:
        ScanError: no such folder, or no scan in it.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._scans = scans_in(self._path)

    def scans(self) -> list[ScanFile]:
        """The scans there are now; while one of them is damaged, those seen last."""
        try:
            self._scans = scans_in(self._path)
        except ScanError:
            return self._scans
        return self._scans

    def cards(self) -> list[ScanCard]:
        """The list, as the page shows it."""
        return [card_of(scan) for scan in self.scans()]

    def scan(self, scan_id: str) -> ScanFile:
        """The scan of an id, as it is on disk now.

        Raises:
            ScanError: there is none, or it is damaged.
        """
        for scans in (self._scans, self.scans()):
            for scan in scans:
                if scan.name == scan_id:
                    return ScanFile.open(scan.path)
        there = ", ".join(scan.name for scan in self._scans)
        raise ScanError(f"expected one of the scans {there}, got {scan_id!r}")


def card_of(scan: ScanFile) -> ScanCard:
    """A scan as a line of the list."""
    return ScanCard(
        id=scan.name,
        subject=scan.subject,
        timepoint=scan.timepoint,
        frames=scan.space.shape[0],
        labels=list(scan.labels),
    )


def label_shown(scan: ScanFile, label: str | None) -> str | None:
    """The label asked for; for None the first there is, if any.

    Raises:
        LabelError: there is none of that name.
    """
    if label is None:
        return next(iter(scan.labels), None)
    if label not in scan.labels:
        there = ", ".join(scan.labels) or "none"
        raise LabelError(f"expected one of the labels of {scan.name} ({there}), got {label!r}")
    return label


def content_of(scan: ScanFile, label: str | None) -> str:
    """A digest that changes whenever the scan's image or this label is written anew."""
    total = hashlib.sha256(f"{scan.path.name}/{label}".encode())
    folders = [scan.path] if label is None else [scan.path, scan.path / "labels" / label]
    for folder in folders:
        description = folder / "zarr.json"
        try:
            total.update(description.read_bytes())
            total.update(str(description.stat().st_mtime_ns).encode())
        except OSError as error:
            raise ScanError(f"expected a whole scan, got {folder}, which went away") from error
    return total.hexdigest()
