"""A tumour's folder as labs keep it: captures with an outline, beside the frames they show.

    <tumour>_<day>/
    ├── annotations/<n>.png|jpg            full-screen captures; frames may be left out
    └── originals/<tumour>_d<k>_C1_<n>.tif every frame; the folder may be missing

Knows nothing about what the images show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from parasam_core.capture.images import SUFFIXES
from parasam_core.capture.numbering import in_order
from parasam_core.errors import CaptureError

ANNOTATIONS = "annotations"
ORIGINALS = "originals"
LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")
TUMOUR_AND_DAY = re.compile(r"(.+)_(d\d+)", re.IGNORECASE)
TUMOUR_AND_NUMBER = re.compile(r"(.+)_(\d+)")
MOST_NAMED = 5


@dataclass(frozen=True)
class TumourFolder:
    """The frames of one tumour.

    Attributes:
        path: the folder.
        numbers: of the frames, in order, as their files state them.
        annotations: number → capture, for some of the frames at least.
        originals: number → frame as it was exported, for all frames or for none.
        renumbered: True where the numbers of captures are not those of their files' names.
    """

    path: Path
    numbers: tuple[int, ...]
    annotations: dict[int, Path]
    originals: dict[int, Path]
    renumbered: bool = False

    @property
    def unmatched(self) -> list[int]:
        """Numbers of captures that no original has; what the captures show may match them."""
        return sorted(set(self.annotations) - set(self.originals)) if self.originals else []

    def matched(self, numbers: Sequence[int]) -> TumourFolder:
        """The same, its captures in their order with these numbers."""
        annotations = dict(zip(numbers, self.annotations.values(), strict=True))
        return replace(self, annotations=annotations, renumbered=True)

    def without_original(self) -> CaptureError:
        """What to say where captures have no original."""
        named = ", ".join(map(str, self.unmatched[:MOST_NAMED]))
        named += ", …" * (len(self.unmatched) > MOST_NAMED)
        return CaptureError(
            f"expected an original for every capture in {self.path}, got none numbered {named}; "
            "put the originals back, or give the folder of annotations without originals"
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, in order."""
        return (*self.originals.values(), *self.annotations.values())

    @property
    def subject_and_timepoint(self) -> tuple[str, str]:
        """What the folder's name says: "KPC3933_d0" → "KPC3933", "d0"."""
        return tumour_and_day(self.path.resolve().name)


def tumour_and_day(name: str) -> tuple[str, str]:
    """Subject and timepoint of a tumour: "KPC3933_d0" → "KPC3933", "d0"; "KPC3933_0" → …, "0".

    Only for names that are known to be a tumour's: the number of a video is no day.
    """
    stated = TUMOUR_AND_DAY.fullmatch(name) or TUMOUR_AND_NUMBER.fullmatch(name)
    return (stated[1], stated[2]) if stated else (name, "")


def is_tumour_folder(path: Path) -> bool:
    """True for a folder with annotations in it."""
    return path.is_dir() and _inside(path, ANNOTATIONS) is not None


def open_tumour_folder(path: Path) -> TumourFolder:
    """Match captures and originals by their numbers; some may stay unmatched.

    Raises:
        CaptureError: no captures, a number twice or missing, more captures than originals.
    """
    annotations = _numbered(_images(_inside(path, ANNOTATIONS)))
    if not annotations:
        raise CaptureError(f"expected captures ({', '.join(SUFFIXES)}) in {path}/annotations")
    originals = _numbered(_images(_inside(path, ORIGINALS)))
    in_order((originals or annotations).values())
    numbers = tuple(sorted(originals or annotations))
    folder = TumourFolder(path, numbers, annotations, originals)
    if folder.unmatched and len(annotations) > len(originals):
        raise folder.without_original()
    return folder


def _inside(path: Path, name: str) -> Path | None:
    found = [p for p in path.iterdir() if p.name.casefold() == name and p.is_dir()]
    return found[0] if found else None


def _images(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    return [
        p
        for p in folder.iterdir()
        if p.suffix.casefold() in SUFFIXES and not p.name.startswith(".") and p.is_file()
    ]


def _numbered(paths: list[Path]) -> dict[int, Path]:
    """By the last number of the name, ascending."""
    numbered: dict[int, Path] = {}
    for path in sorted(paths):
        stated = LAST_NUMBER.search(path.stem)
        if stated is None:
            raise CaptureError(f"expected a frame number in the name of every image, got {path}")
        number = int(stated[1])
        if number in numbered:
            raise CaptureError(
                f"expected every frame number once, got {numbered[number].name} and {path.name} "
                f"in {path.parent}"
            )
        numbered[number] = path
    return dict(sorted(numbered.items()))
