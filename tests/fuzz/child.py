"""Imports one source after the other: a JSON line in, a JSON line out.

In:  {"source", "scan", "onto", "more"}    Out: {"outcome": "read" | the error's class, "message"}
"""

from __future__ import annotations

import json
import os
import resource
import sys
import warnings
from pathlib import Path

from parasam_core.api import import_scan
from parasam_core.errors import ParasamError

MEMORY = 6 << 30
MOST_MIB = 1 << 10


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    warnings.simplefilter("always")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        print(json.dumps(_outcome(wanted)), file=answers, flush=True)


def _outcome(wanted: dict) -> dict[str, str]:
    try:
        scan = import_scan(wanted["source"], wanted["scan"], **wanted["more"])
        if not wanted["onto"]:
            scan.sequence()
    except ParasamError as error:
        return {"outcome": type(error).__name__, "message": str(error)}
    except BaseException as error:  # whatever it is, it is a finding
        return {"outcome": f"not ours: {type(error).__name__}", "message": str(error)[:500]}
    if peak_mib() > MOST_MIB:
        return {"outcome": f"not ours: {peak_mib()} MiB", "message": ""}
    return {"outcome": "read", "message": str(scan.space)}


def peak_mib() -> int:
    """The most that this program held; `ru_maxrss` would begin with what its parent held."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


if __name__ == "__main__":
    main()
