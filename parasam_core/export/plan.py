"""Which frame becomes which file of a tree of training images, and in which part. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parasam_core.errors import DatasetError
from parasam_core.medsam_tree import (
    TEST,
    TRAIN,
    Fit,
    Manifest,
    Split,
    TreeFile,
    TreeScan,
    subject_key,
)
from parasam_core.provenance import signed


@dataclass(frozen=True)
class Annotated:
    """A scan and the numbers of its frames that somebody or something has outlined."""

    scan: TreeScan
    frames: tuple[int, ...]


def planned(found: Sequence[Annotated], *, size: int, stretch: bool, split: Split) -> Manifest:
    """Every annotated frame as a file, dealt out to Train and Test.

    Args:
        found: whose frames.
        size: edge of the images, pixels.
        stretch: stretch frames to the square; else their aspect is kept.
        split: how to deal out.

    Raises:
        DatasetError: too few subjects or frames, a scan without a subject among several when split
            by subject, two scans of one name.
    """
    _check_names(found)
    used = [one for one in found if one.frames]
    parts = (_parts_of_subjects if split.by == "subject" else _parts_of_frames)(used, split)
    fitted = Fit.stretched if stretch else Fit.padded
    files = [
        _file(scan, z, fitted(scan.space.shape[1:], size), parts[_dealt(scan, z, split)])
        for scan, z in ((one.scan, z) for one in used for z in one.frames)
    ]
    scans = tuple(one.scan for one in found)
    return Manifest(size, stretch, split, scans, tuple(files), signed("export"))


def dealt_out(names: Iterable[str], split: Split) -> dict[str, str]:
    """The part of every name: about a fifth, and at least one, to Test, the others to Train.

    A hash decides the order, so that a name more moves few of the others.

    Args:
        names: two or more different ones.
        split: whose seed and share.
    """
    ordered = sorted(
        set(names), key=lambda n: hashlib.sha256(f"{split.seed} {n}".encode()).digest()
    )
    tests = min(max(round(len(ordered) * split.test_share), 1), len(ordered) - 1)
    return {name: TEST if i < tests else TRAIN for i, name in enumerate(ordered)}


def tumour_name(subject: str, timepoint: str, scan: str) -> str:
    """`<tumour>_<day>` as file names begin with it: ASCII, without separators of paths."""
    parts = [_file_part(subject) or _file_part(scan) or "scan", _file_part(timepoint)]
    return "_".join(p for p in parts if p)


def _file_part(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.\-]+", "-", text).strip("-_.")


def _dealt(scan: TreeScan, frame: int, split: Split) -> str:
    """What is dealt out: the subject, or the file."""
    return subject_key(scan.subject) if split.by == "subject" else _name(scan, frame)


def _name(scan: TreeScan, frame: int) -> str:
    return f"{scan.tumour}_{frame}.png"


def _check_names(found: Sequence[Annotated]) -> None:
    counted = Counter(one.scan.tumour.casefold() for one in found)
    twice = [one.scan for one in found if counted[one.scan.tumour.casefold()] > 1]
    if twice:
        raise DatasetError(
            f"expected one scan a subject and timepoint, got {twice[0].scan} and {twice[1].scan}, "
            f"both {twice[0].tumour}; import one again with another --timepoint"
        )


def _parts_of_subjects(used: Sequence[Annotated], split: Split) -> dict[str, str]:
    nameless = [one.scan.scan for one in used if not subject_key(one.scan.subject)]
    if nameless and len(used) > 1:
        raise DatasetError(
            f"expected a subject for every scan to split by, got none for {nameless[0]}; "
            "import it again with --subject, or export with --split frame"
        )
    subjects = {subject_key(one.scan.subject) for one in used}
    if len(subjects) < 2:
        raise DatasetError(
            f"expected annotated frames of two or more subjects to split by, got {len(subjects)}; "
            "export a library of several, or split with --split frame"
        )
    return dealt_out(subjects, split)


def _parts_of_frames(used: Sequence[Annotated], split: Split) -> dict[str, str]:
    names = [_name(one.scan, z) for one in used for z in one.frames]
    if len(names) < 2:
        raise DatasetError(
            f"expected two or more annotated frames to split, got {len(names)}; "
            "export a scan with more of them"
        )
    return dealt_out(names, split)


def _file(scan: TreeScan, frame: int, fit: Fit, part: str) -> TreeFile:
    return TreeFile(
        name=_name(scan, frame),
        part=part,
        tumour=scan.tumour,
        subject=scan.subject,
        timepoint=scan.timepoint,
        frame=frame,
        shape_yx=fit.shape_yx,
        padding_yx=fit.padding_yx,
        spacing_mm=scan.space.spacing_mm,
    )
