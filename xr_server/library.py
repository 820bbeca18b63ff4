"""Library: the scans that are served, by id.

An id is looked up here and never joined to a path.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from parasam_core.errors import LabelError, ScanError
from parasam_core.scanfile import ScanFile, scans_in
from xr_server.protocol import ScanCard

Mark = tuple[tuple[str, int, int], ...]


class Library:
    """A folder of scans, or one scan; what is added while it is served is found.

    Raises:
        ScanError: no such folder, or no scan in it.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._mark: Mark = ()
        self._scans = scans_in(self._path)
        self._cards: list[ScanCard] = []

    def scans(self) -> list[ScanFile]:
        """The scans there are now; while one of them is damaged, those seen last."""
        try:
            self._scans = scans_in(self._path)
        except ScanError:
            return self._scans
        return self._scans

    def cards(self) -> list[ScanCard]:
        """The list, as the page shows it; read anew where a scan or label came or went."""
        mark = self._marked()
        if mark != self._mark:
            self._cards = [card_of(scan) for scan in self.scans()]
            self._mark = mark
        return self._cards

    def content(self, scan_id: str, label: str | None) -> str:
        """What `content_of` says now of a scan that was opened before.

        Raises:
            ScanError: it is gone, or being written.
        """
        known = self._known(scan_id, self._scans)
        if known is None:
            raise ScanError(f"expected a scan of the library, got {scan_id!r}, which went away")
        return content_of(known, label)

    def marks_changed_ns(self, scan_id: str) -> int:
        """When marks of a scan that was opened before were stored last; 0 where it has none."""
        known = self._known(scan_id, self._scans)
        return 0 if known is None else known.marks_changed_ns

    @staticmethod
    def _known(scan_id: str, scans: Iterable[ScanFile]) -> ScanFile | None:
        return next((scan for scan in scans if scan.name == scan_id), None)

    def scan(self, scan_id: str) -> ScanFile:
        """The scan of an id, as it is on disk now.

        Raises:
            ScanError: there is none, or it is damaged.
        """
        known = self._known(scan_id, self._scans) or self._known(scan_id, self.scans())
        if known is not None:
            return ScanFile.open(known.path)
        there = ", ".join(scan.name for scan in self._scans)
        raise ScanError(f"expected one of the scans {there}, got {scan_id!r}")

    def _marked(self) -> Mark:
        """Changes whenever a scan or a label comes, goes or is put in another's place."""
        is_scan = self._path.suffix == ".zarr"
        folders = [self._path] if is_scan else sorted(self._path.glob("*.zarr"))
        return tuple(
            (f.name, _changed_ns(f / "zarr.json"), _changed_ns(f / "labels")) for f in folders
        )


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


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
