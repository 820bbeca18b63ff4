"""Two numbers beside ticks that are longer at the numbers: a scale too, where nothing else fits.

Three numbers confirm each other; of two, the ticks between them have to. So both must be plain,
the long ticks must stand at them and nowhere else, and no number may stand there unexplained.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.ruler_doubts import begun_before
from parasam_core.capture.ruler_labels import Labels, in_line, words_once
from parasam_core.capture.ruler_ticks import Ticks, thin_lines
from parasam_core.capture.ruler_words import Word

PLAIN = 0.92
LOWEST_PX = 6.0
ALIKE_HIGH = 0.15
NEAR_HIGHS = 7
RISES = 1.0
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
TICKS_A_STEP = {1: (4, 5, 10, 20, 50), 2: (4, 10, 20), 5: (5, 10, 20, 25, 50)}
"""By the first digit of the step: so many ticks make whole, usual parts of it."""
LONG = 0.85
UNLABELLED = 1
LEAST_CHANCE = 0.3
CLEAR = 0.85


@dataclass(frozen=True)
class Pair:
    """What two numbers and the ticks between them say."""

    labels: Labels
    ticks: Ticks


def read_pair(
    words: list[Word], ticks: list[Ticks], contrast: NDArray[np.float32], thickest_px: int
) -> Pair | None:
    """The two numbers that ticks confirm; None where that is not clear.

    Args:
        words: all that may be read in the strip.
        ticks: the even ticks of its columns.
        contrast: (y, x) grey levels above the background.
        thickest_px: ticks are at most so thick.
    """
    thin = thin_lines(contrast, thickest_px)
    rows = [(t, _lengths(thin, t, thickest_px)) for t in ticks]
    plain = [w for w in words_once(words) if w.alike >= PLAIN and w.high >= LOWEST_PX]
    found: dict[float, list[Pair]] = defaultdict(list)
    for upper, lower in permutations(plain, 2):
        if _fit_together(upper, lower) and not _begun(upper, lower, contrast):
            for labels in _labels(upper, lower):
                found[labels.step] += [
                    Pair(labels, t) for t, long in rows if _confirms(labels, t, long, plain)
                ]
    return _clearest(found)


def _clearest(found: dict[float, list[Pair]]) -> Pair | None:
    """The most probable one, if those of another step, or place, are far less so."""
    pairs = [p for several in found.values() for p in several]
    if not pairs:
        return None
    best = max(pairs, key=lambda p: (p.labels.sure, -p.ticks.error_px / p.ticks.period_px))
    per_step = {s: max((p.labels.sure**2 for p in f), default=0.0) for s, f in found.items()}
    clear = best.labels.sure**2 >= max(LEAST_CHANCE, CLEAR * sum(per_step.values()))
    px = best.labels.px_a_unit
    one = all(abs(p.labels.px_a_unit / px - 1) < 0.03 for p in found[best.labels.step])
    return best if clear and one else None


def _fit_together(upper: Word, lower: Word) -> bool:
    high = max(upper.high, lower.high)
    same = min(upper.high, lower.high) >= (1 - ALIKE_HIGH) * high
    return lower.y - upper.y > 2 * high and same and in_line(upper, lower)


def _begun(upper: Word, lower: Word, contrast: NDArray[np.float32]) -> bool:
    return begun_before(upper, contrast) or begun_before(lower, contrast)


def _labels(upper: Word, lower: Word) -> list[Labels]:
    """What the two may say, a usual step apart."""
    found = []
    for low, p in upper.readings.items():
        for high, q in lower.readings.items():
            step = next((s for s in STEPS if abs(high - low - s) < 1e-6), None)
            if step is not None and abs(low / step - round(low / step)) < 1e-6:
                px = (lower.y - upper.y) / step
                sure = float(np.sqrt(p * q))
                found.append(Labels((low, high), (upper, lower), px, px / 100, step, sure))
    return found


def _lengths(thin: NDArray[np.float32], ticks: Ticks, thickest_px: int) -> NDArray[np.intp]:
    """(count of places,) how long the line through the column is at each tick's place, pixels."""
    last = round((thin.shape[0] - 1 - ticks.first_px) / ticks.period_px)
    slack = 1 + thickest_px // 2
    places = np.arange(min(last, _places(ticks) - 1) + 1)
    rows = np.round(ticks.first_px + places * ticks.period_px).astype(int)
    found = []
    for row in np.clip(rows, 0, thin.shape[0] - 1):  # even places may lie just beyond the strip
        level = thin[max(0, row - slack) : row + slack + 1].max(axis=0)
        drawn = level > 0.4 * max(float(level[ticks.column]), 1.0)
        gaps = np.flatnonzero(~drawn)
        right = gaps[gaps > ticks.column].min(initial=drawn.size)
        left = gaps[gaps <= ticks.column].max(initial=-1)
        found.append(right - left - 1 if drawn[ticks.column] else 0)
    return np.array(found, np.intp)


def _places(ticks: Ticks) -> int:
    return round((ticks.last_px - ticks.first_px) / ticks.period_px) + 1


def _confirms(labels: Labels, ticks: Ticks, long: NDArray[np.intp], plain: list[Word]) -> bool:
    """True where the long ticks stand at the numbers, a usual count of short ones between."""
    upper, lower = labels.words
    high = upper.high
    left, right = min(upper.x0, lower.x0), max(upper.x1, lower.x1)
    if not 0 < max(left - ticks.column, ticks.column - right) <= NEAR_HIGHS * high:
        return False
    parts = (lower.y - upper.y) / ticks.period_px
    count = round(parts)
    first_digit = int(f"{labels.step:e}"[0])
    even = abs(parts - count) * ticks.period_px <= max(1.5, 0.15 * high)
    if count not in TICKS_A_STEP[first_digit] or not even:
        return False
    near = [k for k in range(long.size - count) if _beside(k, upper, ticks)]
    at = [k for k in near if _only_there(k, count, long)]
    return len(at) == 1 and _all_explained(labels, ticks, plain)


def _beside(k: int, word: Word, ticks: Ticks) -> bool:
    return abs(ticks.first_px + k * ticks.period_px - word.y) <= RISES * word.high


def _only_there(first: int, count: int, long: NDArray[np.intp]) -> bool:
    """True where ticks are long at one place and every `count` from it, and nowhere else."""
    at = (np.arange(long.size) - first) % count == 0
    least = min(long[first], long[first + count])
    return bool((long[~at] < LONG * least).all() and least > 0 and at.sum() <= 2 + UNLABELLED)


def _all_explained(labels: Labels, ticks: Ticks, plain: list[Word]) -> bool:
    """True where no number stands in line with the two but where a next one would."""
    upper, lower = labels.words
    for word in plain:
        alongside = ticks.first_px - upper.high <= word.y <= ticks.last_px + upper.high
        alike = abs(word.high / upper.high - 1) <= ALIKE_HIGH
        off = ((word.y - upper.y) / (lower.y - upper.y) + 0.5) % 1 - 0.5
        if alongside and alike and in_line(upper, word) and abs(off) > 0.1:
            return False
    return True
