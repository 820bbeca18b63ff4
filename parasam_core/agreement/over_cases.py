"""Volumes over cases: limits of agreement of each two raters, and an ICC of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from parasam_core.agreement.bland_altman import FEWEST_CASES, BlandAltman, bland_altman
from parasam_core.agreement.icc import Icc, icc

Volumes = Sequence[dict[str, float]]
"""For each case, by rater, mm³."""


def each_two(volumes: Volumes, subjects: Sequence[str]) -> Iterator[BlandAltman]:
    """Of each two raters who share a case, in the order in which they first come.

    Args:
        volumes: by case.
        subjects: by case, whose it is.
    """
    raters = dict.fromkeys(rater for case in volumes for rater in case)
    for a, b in combinations(raters, 2):
        shared = [n for n, case in enumerate(volumes) if a in case and b in case]
        if shared:
            first, second = ([volumes[n][rater] for n in shared] for rater in (a, b))
            yield bland_altman(a, b, first, second, len({subjects[n] for n in shared}))


def of_all(volumes: Volumes) -> Icc:
    """ICC of the raters of three cases or more (of all where none has so many), on the cases that
    have all of them.
    """
    counts = Counter(rater for case in volumes for rater in case)
    often = tuple(rater for rater, count in counts.items() if count >= FEWEST_CASES)
    raters = often if len(often) > 1 else tuple(counts)
    whole = [case for case in volumes if all(rater in case for rater in raters)]
    return icc(raters, [[case[rater] for rater in raters] for case in whole])
