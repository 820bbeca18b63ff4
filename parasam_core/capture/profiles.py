"""One-dimensional steps and walks along rows, and rows cut into stretches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRETCHES = 32


def stretches(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(y, x) → (y, n): means of n stretches of each row, n at most `STRETCHES`."""
    starts = np.unique(np.linspace(0, rows.shape[1], STRETCHES, endpoint=False).astype(int))
    wide = np.diff(np.append(starts, rows.shape[1]))
    return np.asarray(np.add.reduceat(rows, starts, axis=1) / wide, np.float32)


def steepest(profile: NDArray[np.float32], first: int, last: int, window: int) -> int:
    """The index from `first` to `last` at which a profile rises most; beyond its ends it is 0.

    Args:
        profile: (n,).
        first: lowest index, cut to 0.
        last: highest index, cut to n.
        window: how many values on either side are compared.
    """
    padded = np.pad(profile.astype(np.float64), window)
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    index = np.arange(max(first, 0), min(last, len(profile)) + 1)
    middle = index + window
    rise = sums[middle + window] - 2 * sums[middle] + sums[middle - window]
    return int(index[rise.argmax()])


def walked_up(covered: NDArray[np.bool_], start: int, gap: int) -> int:
    """The last covered row upwards from `start`, before more than `gap` rows that are not."""
    end, missed = start, 0
    for row in range(start - 1, -1, -1):
        missed = 0 if covered[row] else missed + 1
        if missed > gap:
            break
        if covered[row]:
            end = row
    return end
