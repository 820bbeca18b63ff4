"""`parasam report`: a library on one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.commands.agreeing import add_volumes
from parasam_core.commands.measuring import add_ends
from parasam_core.console import answer, progress_shown, say
from parasam_core.verbs import Verb


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("library", type=Path, help="a scan, or a folder of scans")
    parser.add_argument("out", type=Path, metavar="OUT.html", help="OUT.csv is written beside it")
    parser.add_argument("--title", help="of the page; the library's name where it is left out")
    add_volumes(parser)
    add_ends(parser)


def _report(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        report = api.report(
            options.library, options.out, title=options.title, volumes=options.volumes,
            ends=options.ends, progress=progress,
        )  # fmt: skip
    for remark in report.remarks:
        say(remark)
    measured = [row for row in report.rows if row.volume_mm3 is not None]
    missing = [row for row in report.rows if row.volume_mm3 is None]
    table = options.out.with_suffix(".csv")
    result = {
        "report": str(options.out), "table": str(table), "scans": len(report.scans),
        "volumes": len(measured), "without_volume": len(missing), "remarks": list(report.remarks),
    }  # fmt: skip
    lines = [
        f"{options.out}: {len(report.scans)} scans, {len(measured)} volumes; {table}",
        *(f"no volume of {row.scan} {row.rater}: {row.reason}" for row in missing),
    ]
    answer(result, lines, as_json=options.json)


VERB = Verb(
    "report", "write a library's volumes as one HTML page and a table", _add_report, _report
)
