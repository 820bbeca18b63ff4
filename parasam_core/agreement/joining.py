"""Volumes that others measured, put to the cases that they are of."""

from __future__ import annotations

from collections.abc import Sequence

from parasam_core.agreement.cases import Case
from parasam_core.agreement.external import ExternalTable, ExternalVolume
from parasam_core.errors import TableError


def joined(
    cases: Sequence[Case], table: ExternalTable
) -> tuple[list[list[ExternalVolume]], list[ExternalVolume]]:
    """Find each volume's case by subject and timepoint.

    Returns:
        By case what is of it, and what is of none.

    Raises:
        TableError: a method is called as a label is, or a case would have two volumes by it.
    """
    found: list[list[ExternalVolume]] = [[] for _ in cases]
    unmatched = []
    for one in table.volumes:
        key = (one.subject, one.timepoint)
        n = next((n for n, case in enumerate(cases) if key in case.keys), None)
        if n is None:
            unmatched.append(one)
            continue
        _check_new(one, cases[n], found[n])
        found[n].append(one)
    return found, unmatched


def _check_new(one: ExternalVolume, case: Case, others: Sequence[ExternalVolume]) -> None:
    if one.rater in {rater.name for rater in case.raters}:
        raise TableError(
            f"expected a method that no mask of {case.name} is called, got {one.rater} in line "
            f"{one.line}; rename it"
        )
    if one.rater in {other.rater for other in others}:
        raise TableError(f"expected one volume of {case.name} by {one.rater}, got two, the second "
                         f"in line {one.line}")  # fmt: skip
