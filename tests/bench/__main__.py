"""`make bench`: a table on stderr, JSON on stdout."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.table import Table

from tests.bench import captures, core, forms, operation, page, peers, quilts, solid, training
from tests.bench.rows import Row

SUITES = (
    core.reading,
    captures.captures,
    core.encoding,
    training.training,
    solid.surfacing,
    solid.filling,
    forms.forms,
    quilts.quilting,
    page.arriving,
    page.streaming,
    peers.meshing,
    operation.operating,
)


def main() -> None:
    console = Console(stderr=True)
    rows: list[Row] = []
    for suite in SUITES:
        console.print(f"[dim]{suite.__name__} …[/dim]")
        rows.extend(suite())
    console.print(_table(rows))
    json.dump({"rows": [row.as_json() for row in rows]}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _table(rows: list[Row]) -> Table:
    table = Table("what", "seconds", "against", "seconds", "ratio", "note")
    for row in rows:
        table.add_row(row.name, f"{row.seconds:.4f}", row.baseline,
                      f"{row.baseline_seconds:.4f}", f"{row.ratio:.2f}", row.note)  # fmt: skip
    return table


if __name__ == "__main__":
    main()
