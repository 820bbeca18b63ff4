"""What was found, as Python has it and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from parasam_core.agreement.bland_altman import NO_PERCENT, BlandAltman
from parasam_core.agreement.external import ExternalVolume
from parasam_core.agreement.icc import Icc
from parasam_core.agreement.pairs import Pair, percent_of_mean


@dataclass(frozen=True)
class RaterVolume:
    """One mask's volume.

    Attributes:
        rater: whose.
        volume_mm3: on the mask's own grid, frames between outlined ones filled, mm³.
        voxels: of which at least half is tumour.
    """

    rater: str
    volume_mm3: float
    voxels: int


@dataclass(frozen=True)
class CaseAgreed:
    """One tumour at one time.

    Attributes:
        case: its name.
        subject: the animal, "" where unknown.
        timepoint: when, "" where unknown.
        raters: whose masks there are.
        pairs: each two of them.
        fleiss_kappa: of all, over the voxels of the grid; None where it has no value.
        reason: why it has none; "" where it has.
        warnings: what the scans say against being one case.
    """

    case: str
    subject: str
    timepoint: str
    raters: tuple[RaterVolume, ...]
    pairs: tuple[Pair, ...]
    fleiss_kappa: float | None
    reason: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """A volume that others measured of a case.

    Attributes:
        case: its name.
        volume: what the table says.
        raters: whose masks there are of the case.
    """

    case: str
    volume: ExternalVolume
    raters: tuple[RaterVolume, ...]

    def as_json(self) -> dict[str, Any]:
        """With each mask's volume less this one, in mm³ and in percent of the mean of both."""
        other = self.volume.volume_mm3
        against = [_against(rater, other) for rater in self.raters]
        return {"case": self.case, **asdict(self.volume), "differences": against}


@dataclass(frozen=True)
class Agreed:
    """How well all agree.

    Attributes:
        cases: one tumour at one time each.
        bland_altman: of each two raters, masks' and others', who share a case.
        icc: of all raters who share cases enough.
        tolerance_mm: of the NSD.
        external: volumes of others that belong to a case.
        unmatched: volumes of others that belong to none.
        ignored_columns: of the table, that were not understood.
    """

    cases: tuple[CaseAgreed, ...]
    bland_altman: tuple[BlandAltman, ...]
    icc: Icc
    tolerance_mm: float
    external: tuple[Joined, ...]
    unmatched: tuple[ExternalVolume, ...]
    ignored_columns: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is; beside every null stands a reason."""
        return {
            "cases": [_case_json(case) for case in self.cases],
            "bland_altman": [both.as_json() for both in self.bland_altman],
            "icc": asdict(self.icc),
            "tolerance_mm": self.tolerance_mm,
            "external": [one.as_json() for one in self.external],
            "unmatched": [asdict(one) for one in self.unmatched],
            "ignored_columns": list(self.ignored_columns),
        }

    def pairs(self) -> list[Pair]:
        """Of all cases."""
        return [pair for case in self.cases for pair in case.pairs]


def _case_json(case: CaseAgreed) -> dict[str, Any]:
    """The pairs need not say the case again."""
    pairs = [{k: v for k, v in asdict(p).items() if k != "case"} for p in case.pairs]
    return {**asdict(case), "pairs": pairs}


def _against(rater: RaterVolume, other_mm3: float) -> dict[str, Any]:
    percent = percent_of_mean(rater.volume_mm3, other_mm3)
    return {
        "rater": rater.rater,
        "volume_difference_mm3": rater.volume_mm3 - other_mm3,
        "volume_difference_percent": percent,
        "reason": NO_PERCENT if percent is None else "",
    }
