"""The order of numbered files, and what their numbers say is missing.

The distance between frames is part of the volume: a frame that is not there is not passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

from parasam_core.errors import CaptureError

DIGITS = re.compile(r"(\d+)")
FEWEST_FOR_A_STRIDE = 4
DIGITS_OF_A_TIME = 6
MOST_NAMED = 5


def in_order(paths: Iterable[Path]) -> tuple[list[Path], str]:
    """Files of one series in the order of their numbers.

    Args:
        paths: at least one file.

    Returns:
        The files, and how they are numbered ("1 to 9", "0 to 95 by 5", "by time").

    Raises:
        CaptureError: several series, no numbers, a number twice, or numbers missing.
    """
    series: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for path in paths:
        series[series_of(path)].append(path)
    if len(series) > 1:
        raise CaptureError(_several(list(series.values())))
    (files,) = series.values()
    if len(files) == 1:
        return files, "one file"
    files.sort(key=_numbers)
    return files, _numbering(files)


def _numbering(files: Sequence[Path]) -> str:
    columns = list(zip(*map(_numbers, files), strict=True))
    varying = [column for column in columns if len(set(column)) > 1]
    for before, after in pairwise(files):
        if _numbers(before) == _numbers(after):
            raise CaptureError(
                f"expected every frame number once, got {before.name} and {after.name} "
                f"in {before.parent}"
            )
    if len(varying) > 1:
        return "by time"
    return _checked_steps(varying[0], files[0].parent)


def _checked_steps(numbers: Sequence[int], folder: Path) -> str:
    steps = [b - a for a, b in pairwise(numbers)]
    stride = steps[0]
    if max(steps) == 1:
        return f"{numbers[0]} to {numbers[-1]}"
    if len(numbers) >= FEWEST_FOR_A_STRIDE and set(steps) == {stride}:
        return f"{numbers[0]} to {numbers[-1]} by {stride}"
    if len(str(numbers[-1])) >= DIGITS_OF_A_TIME and median(steps) > 1:
        return "by time"
    missing = [n for a, b in pairwise(numbers) for n in range(a + 1, min(b, a + 2 + MOST_NAMED))]
    named = ", ".join(map(str, missing[:MOST_NAMED])) + (", …" if len(missing) > MOST_NAMED else "")
    raise CaptureError(
        f"expected every frame from {numbers[0]} to {numbers[-1]} in {folder}, got none "
        f"numbered {named}; put the missing frames back"
    )


def _several(groups: Sequence[Sequence[Path]]) -> str:
    examples = ", ".join(sorted(group[0].name for group in groups)[:3])
    return (
        f"expected one series of numbered images in {groups[0][0].parent}, got {len(groups)} "
        f"kinds of names ({examples}); give every series a folder of its own"
    )


def series_of(path: Path) -> tuple[str, ...]:
    """What files of one series have in common: their names without the numbers."""
    return tuple(word.casefold() for word in DIGITS.split(path.stem)[::2])


def _numbers(path: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in DIGITS.split(path.stem)[1::2])
