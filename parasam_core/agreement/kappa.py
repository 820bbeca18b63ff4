"""Kappa: agreement of raters beyond what chance would give, from counts alone.

The items are the voxels of a scan's whole grid, which a rater calls tumour or not. Much of a grid
is far from any tumour, so that two masks' kappa is near their Dice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

CHANCE_ALONE = (
    "every voxel is the same to all raters, so kappa, which is beyond chance, has no value"
)


def cohen_kappa(both: int, only_a: int, only_b: int, neither: int) -> float | None:
    """Cohen's kappa of two raters (Cohen 1960): (p₀ - pₑ) / (1 - pₑ).

    p₀ is the share of items of one mind, pₑ the share that chance would give.

    Args:
        both: items that both call tumour.
        only_a: that the first alone does.
        only_b: that the second alone does.
        neither: that none does.

    Returns:
        -1 to 1; None where each calls all items the same, so that chance alone agrees.
    """
    if both + only_a + only_b == 0 or only_a + only_b + neither == 0:
        return None
    n = both + only_a + only_b + neither
    share_a, share_b = (both + only_a) / n, (both + only_b) / n
    chance = share_a * share_b + (1 - share_a) * (1 - share_b)
    return ((both + neither) / n - chance) / (1 - chance)


def fleiss_kappa(ratings: ArrayLike, times: ArrayLike) -> float | None:
    """Fleiss' kappa of several raters (Fleiss, Psychol. Bull. 1971), of items that are counted.

    With nᵢⱼ of k raters who put item i in category j, Pᵢ = (Σⱼ nᵢⱼ² - k) / (k (k - 1)), and pⱼ the
    share of all ratings in j: κ = (mean P - Σ pⱼ²) / (1 - Σ pⱼ²).

    Args:
        ratings: (n, c) whole numbers, how many raters put an item in each category; every row adds
            up to the number of raters, two or more.
        times: (n,) whole numbers, how many items were rated as that row says.

    Returns:
        At most 1; None where all ratings are in one category.
    """
    counts, weights = np.asarray(ratings, np.float64), np.asarray(times, np.float64)
    raters = counts[0].sum()
    share = weights / weights.sum()
    each = (np.square(counts).sum(axis=1) - raters) / (raters * (raters - 1))
    chance = float(np.square(share @ counts / raters).sum())
    if np.count_nonzero(weights @ counts) < 2:
        return None
    return float((share @ each - chance) / (1 - chance))


def fleiss_kappa_of_votes(votes: NDArray[np.integer]) -> float | None:
    """Fleiss' kappa of masks.

    Args:
        votes: (k + 1,) whole numbers: of how many voxels none, one, … all of k masks say tumour.
    """
    yes = np.arange(votes.size)
    return fleiss_kappa(np.stack([yes, yes[::-1]], axis=1), votes)
