"""The report's files: the page, and its table beside it."""

from __future__ import annotations

from pathlib import Path

from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.report.contents import Report, Row
from parasam_core.report.page import page
from parasam_core.tables import as_csv


def check_report_target(out: Path) -> None:
    """Refuse a file name before any work is done for it.

    Raises:
        UsageError: it does not end in .html, or its folder is not there.
    """
    if out.suffix.lower() != ".html" or not out.parent.is_dir() or out.is_dir():
        raise UsageError(f"expected a file ending in .html in a folder that is there, got {out}")


def write_report(out: Path, report: Report) -> Path:
    """Write OUT.html, and OUT.csv with a line a volume.

    Returns:
        The table's path.
    """
    table = out.with_suffix(".csv")
    write_bytes(table, as_csv(report.rows, Row).encode())
    write_bytes(out, page(report).encode())
    return table
