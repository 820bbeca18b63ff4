"""Numbers down a strip that grow evenly with the distance: pixels a unit, and what stands for it.

Knows nothing about ticks or files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.ruler_words import Word

FEWEST = 3
FILLED = 0.5
SURE = 0.4
AGAINST = 0.5
"""How much a number that does not fit counts beside one that does; arrows look like numbers too."""
CLEAR = 0.7
SAME = 0.01
MOST_WORDS = 60
LEAST_CHANCE = 0.05
STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 5.0, 10.0, 20.0, 25.0, 50.0)
ROUNDING_PX = 0.3


@dataclass(frozen=True)
class Labels:
    """Numbers in even progression.

    Attributes:
        values: as they are read, from the top.
        words: where each stands.
        px_a_unit: rows from one unit to the next.
        error_px: its standard error.
        step: from label to label, units.
        sure: 0..1, how probable the readings are on average.
    """

    values: tuple[float, ...]
    words: tuple[Word, ...]
    px_a_unit: float
    error_px: float
    step: float
    sure: float


@dataclass(frozen=True)
class _Guess:
    score: float
    px_a_unit: float
    members: dict[float, tuple[float, int]]
    """Value → how probable the reading is, and of which word."""


def progression(words: list[Word]) -> Labels | None:
    """The numbers that stand where an even scale has them; None where that is not clear."""
    kept = words_once(words)
    lines = [[n for n, b in enumerate(kept) if in_line(a, b)] for a in kept]
    guesses = [
        g
        for i, line in enumerate(lines)
        if len(line) >= FEWEST
        for j in line
        if kept[j].y > kept[i].y
        for g in _guesses(kept, line, i, j)
    ]
    return _clearest(kept, sorted(guesses, key=lambda g: -g.score))


def _clearest(words: list[Word], guesses: list[_Guess]) -> Labels | None:
    """The best guess that is an even scale, if no other scale is nearly as good.

    Args:
        words: that the guesses are of.
        guesses: the best first.
    """
    best: Labels | None = None
    least = 0.0
    for guess in guesses:
        if best is not None and abs(guess.px_a_unit / best.px_a_unit - 1) <= 3 * SAME:
            continue
        if guess.score <= least:
            break
        labels = _labels(words, guess)
        if labels is not None and best is not None:
            return None
        if labels is not None:
            best, least = labels, CLEAR * guess.score
    return best


def words_once(words: list[Word]) -> list[Word]:
    """The words most like digits, each once."""
    kept: list[Word] = []
    for word in sorted(words, key=lambda w: -w.alike):
        again = any(
            abs(w.y - word.y) < 1 and abs(w.x0 - word.x0) < 1 and abs(w.x1 - word.x1) < 1
            for w in kept
        )
        if not again:
            kept.append(word)
    return kept[:MOST_WORDS]


def _guesses(words: list[Word], line: list[int], i: int, j: int) -> list[_Guess]:
    a, b = words[i], words[j]
    if b.y - a.y < 1.1 * a.high:
        return []
    return [
        _guess([(n, words[n]) for n in line], a, low, (b.y - a.y) / (high - low))
        for low, p in a.readings.items()
        for high, q in b.readings.items()
        if high > low and p * q >= LEAST_CHANCE
    ]


def in_line(a: Word, b: Word) -> bool:
    """True where two words, as large as one another, begin, end or are centred alike."""
    high = max(a.high, b.high)
    ends = (a.x0 - b.x0, a.x1 - b.x1, a.end - b.end, (a.x0 + a.x1 - b.x0 - b.x1) / 2)
    return min(map(abs, ends)) <= 0.6 * high and min(a.high, b.high) >= 0.75 * high


def _guess(line: list[tuple[int, Word]], anchor: Word, value: float, px_a_unit: float) -> _Guess:
    zero = anchor.y - value * px_a_unit
    members: dict[float, tuple[float, int]] = {}
    against: list[tuple[float, float]] = []
    for n, word in line:
        tolerated = max(1.0, 0.2 * word.high)
        for v, p in word.readings.items():
            if abs(zero + v * px_a_unit - word.y) <= tolerated:
                members[v] = max(members.get(v, (0.0, n)), (p, n))
        against.append((word.y, max(word.readings.values())))
    places = dict(line)
    rows = np.array([places[n].y for _, n in members.values()])
    lost = sum(
        p
        for y, p in against
        if rows.min() <= y <= rows.max() and np.abs(rows - y).min() > anchor.high
    )
    score = sum(p for p, _ in members.values()) - AGAINST * lost
    return _Guess(score, px_a_unit, members)


def _labels(words: list[Word], guess: _Guess) -> Labels | None:
    read = _once(words, guess)
    rows, values, chances = (np.array([r[k] for r in read]) for k in range(3))
    if len(read) < FEWEST or bool((np.diff(values) <= 0).any()) or chances.mean() < SURE:
        return None
    step = _step(values)
    if step is None:
        return None
    (px, zero) = (float(v) for v in np.polyfit(values, rows, 1))
    spread = max(float(np.std(rows - zero - px * values)), ROUNDING_PX)
    error = spread / float(np.sqrt(((values - values.mean()) ** 2).sum()))
    members = tuple(words[n] for *_, n in read)
    return Labels(tuple(values.tolist()), members, px, error, step, float(chances.mean()))


def _once(words: list[Word], guess: _Guess) -> list[tuple[float, float, float, int]]:
    """(row, value, how probable, of which word) from the top: at each place, the most probable."""
    kept: list[tuple[float, float, float, int]] = []
    for value, (chance, n) in sorted(guess.members.items(), key=lambda m: -m[1][0]):
        y, high = words[n].y, words[n].high
        if all(abs(y - other) > high / 2 for other, *_ in kept):
            kept.append((y, value, chance, n))
    return sorted(kept)


def _step(values: NDArray[np.float64]) -> float | None:
    least = float(np.diff(values).min())
    step = min(STEPS, key=lambda s: abs(s - least))
    places = values / step
    whole = bool((np.abs(places - places.round()) < 1e-6).all())
    filled = len(values) / (np.ptp(values) / step + 1)
    return step if whole and filled >= FILLED else None
