"""`parasam agree`: how well masks, and volumes that others measured, agree."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parasam_core.console import answer, progress_shown, say
from parasam_core.verbs import Verb

if TYPE_CHECKING:
    from parasam_core.agreement import Agreed
    from parasam_core.agreement.agreed import CaseAgreed
    from parasam_core.agreement.bland_altman import BlandAltman
    from parasam_core.agreement.pairs import Pair

PAIR_HEAD = ("", "Dice", "IoU", "HD95 mm", "ASSD mm", "NSD", "mm³", "%", "kappa")
LIMITS_HEAD = ("", "n", "bias mm³", "limits mm³", "bias %", "limits %", "ICC(2,1)", "ICC(3,1)")


def _add_agree(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scans", type=Path, nargs="+", help="scans, or libraries")
    parser.add_argument("--labels", metavar="A,B,…", help="which masks; all where left out")
    add_volumes(parser)
    parser.add_argument("--tolerance", type=float, metavar="MM", help="of the NSD (0.1)")
    parser.add_argument(
        "--resample", action="store_true", help="compare masks on different grids on the finest"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="JSON, tables and pictures")


def add_volumes(parser: argparse.ArgumentParser) -> None:
    """A table of volumes that others measured."""
    parser.add_argument(
        "--volumes", type=Path, metavar="FILE.csv",
        help="volumes that others measured: subject, timepoint, and method with volume_mm3, "
        "columns that end in _mm3, or length_mm and width_mm",
    )  # fmt: skip


def _agree(options: argparse.Namespace) -> None:
    from parasam_core import api

    labels = [name.strip() for name in (options.labels or "").split(",") if name.strip()]
    with progress_shown() as progress:
        found = api.agree(
            options.scans, labels=labels or None, volumes=options.volumes,
            tolerance_mm=options.tolerance, resample=options.resample, out=options.out,
            progress=progress,
        )  # fmt: skip
    for warning in (warning for case in found.cases for warning in case.warnings):
        say(f"warning: {warning}")
    for one in found.unmatched:
        whose = f"{one.subject} {one.timepoint}".strip()
        say(f"line {one.line}: no scan of {whose} is given; its volume by {one.rater} is left out")
    if found.ignored_columns:
        say(f"columns that were not understood: {', '.join(found.ignored_columns)}")
    answer(found.as_json(), list(_lines(found)), as_json=options.json)


def _lines(found: Agreed) -> Iterator[str]:
    others = {case.case: [j.volume for j in found.external if j.case == case.case]
              for case in found.cases}  # fmt: skip
    for case in found.cases:
        yield case.case
        volumes = [(r.rater, f"{r.volume_mm3:.2f} mm³", f"{r.voxels} voxels") for r in case.raters]
        volumes += [(v.rater, f"{v.volume_mm3:.2f} mm³", "") for v in others[case.case]]
        yield from _table(volumes)
        yield from _pairs(case)
        yield ""
    yield from _over_cases(found)


def _pairs(case: CaseAgreed) -> Iterator[str]:
    if case.pairs:
        yield from _table([PAIR_HEAD, *map(_pair, case.pairs)])
        yield from dict.fromkeys(f"  {p.reason}" for p in case.pairs if p.reason)
    if len(case.pairs) > 1:
        yield f"  Fleiss' kappa of all: {_number(case.fleiss_kappa, '.3f')}"


def _pair(p: Pair) -> tuple[str, ...]:
    shares = [_number(v, ".3f") for v in (p.dice, p.iou, p.hd95_mm, p.assd_mm, p.nsd)]
    return (
        f"{p.a} − {p.b}", *shares, _number(p.volume_difference_mm3, "+.2f"),
        _number(p.volume_difference_percent, "+.1f"), _number(p.cohen_kappa, ".3f"),
    )  # fmt: skip


def _over_cases(found: Agreed) -> Iterator[str]:
    if len(found.cases) < 2:
        return
    yield f"over {len(found.cases)} cases, with 95 % limits of agreement"
    yield from _table([LIMITS_HEAD, *map(_limits, found.bland_altman)])
    yield from dict.fromkeys(f"  {r}" for b in found.bland_altman if (r := b.as_json()["reason"]))
    if len(found.icc.raters) > 2:
        both = f"{_number(found.icc.icc_2_1, '.3f')} absolute, "
        both += f"{_number(found.icc.icc_3_1, '.3f')} consistency"
        yield f"  ICC of {', '.join(found.icc.raters)} on {found.icc.n} cases: {both}"


def _limits(both: BlandAltman) -> tuple[str, ...]:
    cells = [f"{both.a} − {both.b}", str(both.n)]
    for limits, form in ((both.mm3, "+.2f"), (both.percent, "+.1f")):
        ends = " to ".join(_number(end, form) for end in (limits.lower_limit, limits.upper_limit))
        cells += [_number(limits.bias, form), ends if limits.sd is not None else "–"]
    return (*cells, _number(both.icc.icc_2_1, ".3f"), _number(both.icc.icc_3_1, ".3f"))


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form).replace("-", "−")


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Lines with the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [c.rjust(w) for c, w in zip(others, widths[1:], strict=True)]
        yield "  ".join(["", first.ljust(widths[0]), *cells]).rstrip()


VERB = Verb("agree", "how well masks and measured volumes agree", _add_agree, _agree)
