"""What the scans of many sources are called: names of their own, on every file system."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence as Items
from pathlib import Path

from parasam_core.capture.sources import Source

LONGEST = 100


def scan_names(sources: Items[Source], root: Path) -> list[str]:
    """A name for every source, without `.zarr`, unlike any other but for upper and lower case.

    A source is called by its stem; those that would be called alike get the names of the folders
    that they lie in before it, nearest first, then their ending, then a number.

    Args:
        sources: with paths in `root`, in any order: names do not depend on it.
        root: the folder that was looked through.
    """
    spelled = [_spellings(s, root) for s in sources]
    order = sorted(range(len(sources)), key=lambda i: (str(sources[i].path), sources[i].tumour))
    level = [0] * len(sources)
    while True:
        names = [s[at] for s, at in zip(spelled, level, strict=True)]
        alike = _alike(names)
        longer = [i for i in alike if level[i] + 1 < len(spelled[i])]
        if not longer:
            return _numbered(names, [i for i in order if i in alike])
        for i in longer:
            level[i] += 1


def _spellings(source: Source, root: Path) -> list[str]:
    """From the shortest to the longest."""
    inside = source.path.is_relative_to(root) and source.path != root
    folders = list(source.path.relative_to(root).parts[:-1]) if inside else []
    if source.tumour and inside:
        folders.append(source.path.name)
    parts = [source.stem]
    spelled = [_safe(source.stem)]
    while folders:
        nearest = folders.pop()
        if nearest == parts[0]:
            continue
        parts.insert(0, nearest)
        spelled.append(_safe("_".join(parts)))
    ending = source.path.suffix if source.path.is_file() else ""
    return [*spelled, _safe("_".join([*parts, ending]))] if ending else spelled


def _safe(text: str) -> str:
    plain = re.sub(r"[^\w.\-]+", "-", unicodedata.normalize("NFC", text))
    return re.sub(r"_\.+", "_", plain).strip("-_.")[:LONGEST] or "scan"


def _alike(names: list[str]) -> set[int]:
    keys = [_key(n) for n in names]
    counted = Counter(keys)
    return {i for i, key in enumerate(keys) if counted[key] > 1}


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _numbered(names: list[str], alike: list[int]) -> list[str]:
    taken = {_key(n) for i, n in enumerate(names) if i not in set(alike)}
    numbered = list(names)
    for i in alike:
        number = 1
        while _key(f"{names[i]}-{number}") in taken:
            number += 1
        numbered[i] = f"{names[i]}-{number}"
        taken.add(_key(numbered[i]))
    return numbered
