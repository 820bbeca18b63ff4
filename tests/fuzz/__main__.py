"""Fuzz for some minutes; exit 1 if anything was found. Findings are kept as files to look at."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.watch import Finding, fuzzed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write what was found there")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # counts are printed all the same
    start = time.monotonic()

    def tell(finding: Finding) -> None:
        print(f"{finding.seed}  {finding.what}", flush=True)
        if options.keep:
            _keep(options.keep, finding)

    outcomes, findings = fuzzed(seed=options.seed, seconds=60 * options.minutes, tell=tell)
    _print(outcomes)
    print(f"{sum(outcomes.values())} files in {(time.monotonic() - start) / 60:.1f} minutes, "
          f"{len(findings)} findings")  # fmt: skip
    sys.exit(bool(findings))


def _print(outcomes: Counter[tuple[str, str]]) -> None:
    for kind in sorted({kind for kind, _ in outcomes}):
        counts = {what: n for (k, what), n in sorted(outcomes.items()) if k == kind}
        print(f"{kind:<16} {', '.join(f'{what} {n}' for what, n in counts.items())}")


def _keep(folder: Path, finding: Finding) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / finding.seed.replace(":", "_").replace(" ", "_")).write_bytes(finding.content)


if __name__ == "__main__":
    main()
