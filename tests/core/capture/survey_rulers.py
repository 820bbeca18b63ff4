"""How well rulers drawn by chance are read.

    python -m tests.core.capture.survey_rulers FIRST LAST [ruled | resized]

Printed is every one, read, refused or off by more than 1 %, and the sums.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from parasam_core.capture.evidence import evidence_of
from parasam_core.capture.ruler import Unread, read_ruler
from tests.core.capture.rulers import ruled
from tests.core.capture.rulers_resized import resized

TOLERATED = 0.01
MAKES = {"ruled": ruled, "resized": resized}


def survey(make: str, seed: int) -> tuple[str, float, str]:
    """("read", "wrong" or "refused", relative error, which)."""
    drawn = MAKES[make](seed)
    ruler = read_ruler(evidence_of(np.ascontiguousarray(drawn.frames)), drawn.box)
    which = f"{seed} {drawn.px_a_mm:.2f} px/mm {drawn.box} {drawn.says}"
    if isinstance(ruler, Unread):
        return "refused", 0.0, f"{which}: {ruler.why}"
    off = abs(ruler.px_a_mm / drawn.px_a_mm - 1)
    return "read" if off <= TOLERATED else "wrong", off, f"{which}: {off:.2%} {ruler}"


def main() -> None:
    first, last = map(int, sys.argv[1:3])
    make = sys.argv[3] if len(sys.argv) > 3 else "ruled"
    with ProcessPoolExecutor(2) as pool:
        results = []
        for result in pool.map(partial(survey, make), range(first, last)):
            results.append(result)
            print(result[0], result[2], flush=True)
    count = {name: sum(r[0] == name for r in results) for name in ("read", "refused", "wrong")}
    worst = max((r[1] for r in results if r[0] == "read"), default=0.0)
    print(count, f"worst read: {worst:.3%}")


if __name__ == "__main__":
    main()
