"""Which masks are of the same tumour at the same time, and whose they are.

Scans of one subject and timepoint are one case, with a rater for each label. Scans that do not say
whose they are stand alone. Where scans of one label each are given by name, and none shares subject
and timepoint with another, all are taken for the same tumour, with raters named after the scans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parasam_core.errors import LabelError
from parasam_core.scanfile import ScanFile

Key = tuple[str, str]


@dataclass(frozen=True)
class Rater:
    """Whose a mask is.

    Attributes:
        name: of the label, or of the scan, or of both.
        scan: where the mask is.
        label: which of its masks.
    """

    name: str
    scan: ScanFile
    label: str


@dataclass(frozen=True)
class Case:
    """One tumour at one time.

    Attributes:
        name: for reading.
        keys: the subjects and timepoints that its scans say; several where scans of one tumour
            were given that say different ones.
        raters: in the order of the scans.
    """

    name: str
    keys: tuple[Key, ...]
    raters: tuple[Rater, ...]

    @property
    def subject(self) -> str:
        """The animal; "" where scans say different ones."""
        return _common(subject for subject, _ in self.keys)

    @property
    def timepoint(self) -> str:
        """When; "" where scans say different ones."""
        return _common(timepoint for _, timepoint in self.keys)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the scans say against being one case."""
        known = list(dict.fromkeys(f"{s} {t}".strip() for s, t in self.keys if s))
        if len(known) < 2:
            return ()
        return (f"scans of {', '.join(known)} are taken for the same tumour",)


def cases_of(
    scans: Sequence[ScanFile], labels: Sequence[str] | None, *, by_name: bool
) -> list[Case]:
    """Sort scans into cases.

    Args:
        scans: each once.
        labels: the labels to compare; all where None.
        by_name: each scan was given by itself, so that all may be of one tumour.

    Raises:
        LabelError: no scan has one of the labels.
    """
    _check_labels(scans, labels)
    groups: dict[tuple[str, ...], list[ScanFile]] = {}
    for scan in scans:
        groups.setdefault(_identity(scan), []).append(scan)
    single = all(len(_labels(scan, labels)) == 1 for scan in scans)
    if by_name and single and len(groups) == len(scans) > 1:
        return [_together(scans, labels)]
    return [_case(group, labels) for group in groups.values()]


def _check_labels(scans: Iterable[ScanFile], labels: Sequence[str] | None) -> None:
    there = {label for scan in scans for label in scan.labels}
    for label in labels or ():
        if label not in there:
            raise LabelError(
                f"expected labels of the scans ({', '.join(sorted(there)) or 'none'}), got {label}"
            )


def _identity(scan: ScanFile) -> tuple[str, ...]:
    """What scans of one case share; a scan without a subject shares its path with none."""
    return (scan.subject, scan.timepoint) if scan.subject else (str(scan.path.resolve()),)


def _labels(scan: ScanFile, labels: Sequence[str] | None) -> list[str]:
    return [label for label in scan.labels if labels is None or label in labels]


def _together(scans: Sequence[ScanFile], labels: Sequence[str] | None) -> Case:
    names = _scan_names(scans)
    raters = tuple(
        Rater(name, scan, _labels(scan, labels)[0]) for name, scan in zip(names, scans, strict=True)
    )
    keys = tuple((scan.subject, scan.timepoint) for scan in scans)
    return Case(", ".join(names), keys, raters)


def _case(scans: Sequence[ScanFile], labels: Sequence[str] | None) -> Case:
    """Raters are labels where no two scans have the same; else scan and label."""
    pairs = [(n, label) for n, scan in enumerate(scans) for label in _labels(scan, labels)]
    clear = len({label for _, label in pairs}) == len(pairs)
    names = _scan_names(scans)
    raters = tuple(
        Rater(label if clear else f"{names[n]}/{label}", scans[n], label) for n, label in pairs
    )
    first = scans[0]
    name = f"{first.subject} {first.timepoint}".strip() or names[0]
    return Case(name, ((first.subject, first.timepoint),), raters)


def _scan_names(scans: Sequence[ScanFile]) -> list[str]:
    """Their names, or their paths where names are the same."""
    names = [scan.name for scan in scans]
    return names if len(set(names)) == len(names) else [str(scan.path) for scan in scans]


def _common(texts: Iterable[str]) -> str:
    found = set(texts)
    return found.pop() if len(found) == 1 else ""
