"""How well outlines are read on captures drawn by chance, beside their originals and alone.

    python -m tests.core.capture.survey_outlines FIRST LAST [FRAMES]

Printed as they come are frames that are silently wrong, refused though a line is plain, flagged
though nothing is doubtful, or read with IoU below 0.97; at the end, the sums.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from parasam_core.capture import Wanted, read_annotated
from parasam_core.errors import ParasamError
from tests.core.capture.workstation import Frame, Study, study, write

SPACING = (0.076, 0.04, 0.04)
POOR = 0.97


@dataclass
class Judged:
    """One frame: "silent", "refused", "over-flagged", "poor", "well" or "flagged"."""

    verdict: str
    agreed: float
    bias: float
    line: str


def judged(frame: Frame, mask: np.ndarray, finding, *, alone: bool) -> tuple[str, float, float]:
    """How a frame was read; its IoU and relative error of area, nan without truth."""
    truth = frame.on_screen if alone else frame.truth
    if truth is None:
        wrong = (finding.annotated or mask.any()) and not finding.kinds
        return ("silent" if wrong else "well"), np.nan, np.nan
    agreed = (truth & mask).sum() / max((truth | mask).sum(), 1)
    bias = mask.sum() / max(truth.sum(), 1) - 1
    if not finding.kinds:
        verdict = (
            "silent"
            if agreed < 0.9 or frame.expect == "flag"
            else "poor"
            if agreed < POOR
            else "well"
        )
    elif frame.expect == "read":
        verdict = "refused" if not finding.annotated or agreed < 0.9 else "over-flagged"
    elif frame.expect == "flag ok" and agreed < 0.9:
        verdict = "refused"
    else:
        verdict = "flagged"
    return verdict, float(agreed), float(bias)


def read(made: Study, *, alone: bool) -> list[Judged]:
    says = {
        k: v
        for k, v in made.says.items()
        if k not in ("theme", "tick rgb", "ticks", "share", "frame rgb")
    }
    with tempfile.TemporaryDirectory() as folder:
        source = write(made, Path(folder) / "KPC3933_d0", originals=not alone)
        try:
            sequence, outlines = read_annotated(source, Wanted(SPACING))
        except ParasamError as error:
            return [Judged("error", np.nan, np.nan, f"{error} {says}")]
    masks = outlines.mask().masks
    results = []
    for frame, mask, finding in zip(made.frames, masks, outlines.findings, strict=True):
        if alone:
            x0, y0, x1, y1 = sequence.roi_xyxy
            mask, small = np.zeros(frame.capture.shape[:2], bool), mask
            mask[y0:y1, x0:x1] = small
        verdict, agreed, bias = judged(frame, mask, finding, alone=alone)
        told = f"z{finding.frame} IoU {agreed:.3f} area {bias:+.3f} {frame.expect} {finding.why}"
        if alone and sequence.roi_xyxy != made.panel:
            told += f" panel {sequence.roi_xyxy}≠{made.panel}"
        results.append(Judged(verdict, agreed, bias, f"{told} {says}"))
    return results


def survey(job: tuple[int, int]) -> list[tuple[str, Judged]]:
    seed, frames = job
    made = study(seed, frames)
    return [
        (f"{seed} {'alone' if alone else 'beside'}", one)
        for alone in (False, True)
        for one in read(made, alone=alone)
    ]


def main() -> None:
    first, last = map(int, sys.argv[1:3])
    frames = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    every: list[tuple[str, Judged]] = []
    with ProcessPoolExecutor(2) as pool:
        for some in pool.map(survey, [(s, frames) for s in range(first, last)]):
            every += some
            for where, one in some:
                if one.verdict not in ("well", "flagged"):
                    print(one.verdict.upper(), where, one.line, flush=True)
    for mode in ("beside", "alone"):
        _print_sums(mode, [one for where, one in every if where.endswith(mode)])


def _print_sums(mode: str, of: list[Judged]) -> None:
    drawn = [o for o in of if not np.isnan(o.agreed)]
    sure = [o for o in drawn if o.verdict in ("well", "poor", "silent")]
    print(mode, dict(Counter(o.verdict for o in of)))
    for name, some in (("all drawn", drawn), ("unflagged", sure)):
        if some:
            iou, bias = np.mean([(o.agreed, o.bias) for o in some], axis=0)
            print(f"  {name}: {len(some)} frames, mean IoU {iou:.4f}, "
                  f"mean area error {100 * bias:+.2f} %")  # fmt: skip


if __name__ == "__main__":
    main()
