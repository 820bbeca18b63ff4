"""All raters of all cases: each pair's masks, and everybody's volumes over the cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb, isfinite

import numpy as np
from numpy.typing import NDArray

from parasam_core.agreement.agreed import Agreed, CaseAgreed, Joined, RaterVolume
from parasam_core.agreement.cases import Case, Rater
from parasam_core.agreement.external import ExternalTable, ExternalVolume
from parasam_core.agreement.grids import grid_of, resampled
from parasam_core.agreement.joining import joined
from parasam_core.agreement.kappa import CHANCE_ALONE, fleiss_kappa_of_votes
from parasam_core.agreement.over_cases import each_two, of_all
from parasam_core.agreement.pairs import Rated, compared, votes
from parasam_core.errors import UsageError
from parasam_core.mask import MaskStack
from parasam_core.segmenter import Progress
from parasam_core.space import Space
from parasam_core.volume import Volume

Filled = Callable[[MaskStack], Volume]
Step = Callable[[], None]


def agree(
    cases: Sequence[Case],
    table: ExternalTable,
    filled: Filled,
    *,
    tolerance_mm: float,
    resample: bool,
    progress: Progress,
) -> Agreed:
    """Compare all that is of one case, and volumes over cases.

    Args:
        cases: see `cases_of`.
        table: volumes that others measured.
        filled: makes a volume of a mask that is not empty.
        tolerance_mm: within which edges agree, for the NSD; > 0.
        resample: masks on different grids are compared on the finest.
        progress: told about every mask and every pair.

    Raises:
        UsageError: no case has two raters, or the tolerance cannot be.
        GeometryError: grids differ, and `resample` is False.
        TableError: a method is called as a label is, or a case has two volumes by one method.
    """
    if not (isfinite(tolerance_mm) and tolerance_mm > 0):
        raise UsageError(f"expected a tolerance in mm above 0, got {tolerance_mm}")
    others, unmatched = joined(cases, table)
    _check_raters([len(c.raters) + len(more) for c, more in zip(cases, others, strict=True)])
    grids = [grid_of(case, resample=resample) if case.raters else None for case in cases]
    step = _steps(cases, progress)
    found = [
        _of_case(case, grid, filled, tolerance_mm, step)
        for case, grid in zip(cases, grids, strict=True)
    ]
    volumes = [_volumes(case, more) for case, more in zip(found, others, strict=True)]
    return Agreed(
        cases=tuple(found),
        bland_altman=tuple(each_two(volumes, [case.subject or case.name for case in cases])),
        icc=of_all(volumes),
        tolerance_mm=tolerance_mm,
        external=tuple(
            Joined(case.case, one, case.raters)
            for case, more in zip(found, others, strict=True)
            for one in more
        ),
        unmatched=tuple(unmatched),
        ignored_columns=table.ignored,
    )


def _volumes(case: CaseAgreed, others: Sequence[ExternalVolume]) -> dict[str, float]:
    """By rater, mm³."""
    masks = {one.rater: one.volume_mm3 for one in case.raters}
    return {**masks, **{one.rater: one.volume_mm3 for one in others}}


def _check_raters(counts: Sequence[int]) -> None:
    if max(counts, default=0) < 2:
        raise UsageError(
            "expected two masks of one tumour, or a mask and a volume of it, got one at most; give "
            "several labels, scans of one subject and timepoint, or --volumes"
        )


def _steps(cases: Sequence[Case], progress: Progress) -> Step:
    """What is called after each mask and each pair."""
    total = sum(len(case.raters) + comb(len(case.raters), 2) for case in cases)
    done = [0]

    def step() -> None:
        done[0] += 1
        progress("comparing masks", done[0], total)

    return step


def _of_case(
    case: Case, grid: Space | None, filled: Filled, tolerance_mm: float, step: Step
) -> CaseAgreed:
    if grid is None:
        return CaseAgreed(case.name, case.subject, case.timepoint, (), (), None, "no mask")
    rated = [_rated(rater, grid, filled, step) for rater in case.raters]
    pairs = []
    for a, b in combinations(rated, 2):
        pairs.append(compared(case.name, a, b, grid.spacing_mm, tolerance_mm))
        step()
    kappa, reason = _fleiss([one.mask for one in rated])
    raters = tuple(RaterVolume(one.rater, one.volume_mm3, one.voxels) for one in rated)
    return CaseAgreed(
        case.name, case.subject, case.timepoint, raters, tuple(pairs), kappa, reason, case.warnings
    )


def _rated(rater: Rater, grid: Space, filled: Filled, step: Step) -> Rated:
    """One mask as a solid on the case's grid; its volume is that on its own."""
    mask = rater.scan.mask(rater.label)
    volume = filled(mask) if mask.outlined_frames.size else Volume(mask.masks, mask.space)
    solid = volume.solid
    if not mask.space.same_grid(grid):
        solid = resampled(solid, mask.space, grid)
    step()
    return Rated(rater.name, volume.volume_mm3, volume.voxels, solid)


def _fleiss(masks: Sequence[NDArray[np.bool_]]) -> tuple[float | None, str]:
    if len(masks) < 2:
        return None, "one mask alone"
    kappa = fleiss_kappa_of_votes(votes(masks))
    return kappa, CHANCE_ALONE if kappa is None else ""
