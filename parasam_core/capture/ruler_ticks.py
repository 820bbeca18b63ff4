"""Rows of even ticks in a strip of a screen.

Knows nothing about numbers or units.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FAINTEST = 12.0
FEWEST = 5
COHERENT = 0.6
FILLED = 0.7
SPAN = 0.4
FINENESS = 8
LEAST_PERIOD_PX = 2.4
ROUNDING_PX = 0.3
"""Screens draw ticks at whole pixels."""


@dataclass(frozen=True)
class Ticks:
    """Ticks at even distances along one column of pixels.

    Attributes:
        column: which, in the strip.
        period_px: from tick to tick.
        first_px: row of the first one.
        count: how many there are.
        last_px: row of the last one.
        error_px: standard error of the period.
    """

    column: int
    period_px: float
    first_px: float
    count: int
    last_px: float
    error_px: float


def tick_columns(contrast: NDArray[np.float32], thickest_px: int) -> list[Ticks]:
    """Every column's even ticks, where it has some.

    Args:
        contrast: (y, x) grey levels above the background.
        thickest_px: ticks are at most so thick.
    """
    thin = thin_lines(contrast, thickest_px)
    near = cv2.dilate(thin, np.ones((2 * thickest_px + 1, 1), np.uint8))
    drawn = thin > np.maximum(FAINTEST, 0.5 * near)
    found = [_even(thin[:, x], drawn[:, x], x) for x in range(contrast.shape[1])]
    return [ticks for ticks in found if ticks is not None]


def thin_lines(contrast: NDArray[np.float32], thickest_px: int) -> NDArray[np.float32]:
    """(y, x) how far lines across the strip stand out; whatever is thicker, or runs down, is 0.

    Args:
        contrast: (y, x) grey levels above the background.
        thickest_px: lines are at most so thick.
    """
    upright = np.ones((2 * thickest_px + 1, 1), np.uint8)
    return np.asarray(contrast - cv2.morphologyEx(contrast, cv2.MORPH_OPEN, upright), np.float32)


def _even(level: NDArray[np.float32], drawn: NDArray[np.bool_], column: int) -> Ticks | None:
    change = np.flatnonzero(np.diff(np.pad(drawn.view(np.int8), 1)))
    starts, ends = change[::2], change[1::2]
    if starts.size < FEWEST:
        return None
    sums, moments = (
        np.concatenate([[0.0], np.cumsum(v, dtype=np.float64)])
        for v in (level, level * np.arange(level.size))
    )
    places = (moments[ends] - moments[starts]) / (sums[ends] - sums[starts])
    period = _longest_period(places, level.size)
    return None if period is None else _fitted(places, period, level.size, column)


def _longest_period(places: NDArray[np.float64], height: int) -> float | None:
    """The longest period that most of the places follow."""
    count = np.bincount(np.clip(places.round().astype(int), 0, height - 1), minlength=height)
    size = cv2.getOptimalDFTSize(FINENESS * height)
    follows = np.abs(np.fft.rfft(count, size)) / places.size
    slowest, fastest = size * (FEWEST - 1) // (2 * height) + 1, int(size / LEAST_PERIOD_PX)
    strong = np.flatnonzero(follows[slowest:fastest] >= COHERENT) + slowest
    if strong.size == 0:
        return None
    first = strong[: 1 + int(np.argmax(np.diff(np.append(strong, size)) > 1))]
    return float(size / first[follows[first].argmax()])


def _fitted(places: NDArray[np.float64], period: float, height: int, column: int) -> Ticks | None:
    turn = np.angle(np.exp(2j * np.pi * places / period).mean()) / (2 * np.pi)
    first, kept = turn * period, places
    for _ in range(4):
        numbers = np.round((places - first) / period)
        near = np.abs(places - first - numbers * period) <= max(1.0, 0.2 * period)
        if near.sum() < FEWEST or np.ptp(numbers[near]) < FEWEST - 1:
            return None
        kept, numbers = places[near], numbers[near]
        period, first = (float(v) for v in np.polyfit(numbers, kept, 1))
    slots = np.ptp(numbers) + 1
    spread = float(np.std(kept - first - numbers * period))
    unlike = np.unique(numbers).size < FILLED * slots or np.ptp(kept) < SPAN * height
    if unlike or spread > max(0.6, 0.08 * period):
        return None
    error = max(spread, ROUNDING_PX) / float(np.sqrt(((numbers - numbers.mean()) ** 2).sum()))
    start, end = (float(first + n * period) for n in (numbers.min(), numbers.max()))
    return Ticks(column, period, start, int(kept.size), end, error)
