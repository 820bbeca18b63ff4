"""One row a source: the table that is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence as Items
from pathlib import Path

from rich.console import Console
from rich.table import Table

from parasam_core.capture.sources import LeftAlone
from parasam_core.importing.many import CHANGED, FAILED, IMPORTED, THERE, Imported

MOST_LEFT_SHOWN = 10
PLAIN_WIDTH = 200
WIDE = 90


def show(rows: Items[Imported], left: Items[LeftAlone], console: Console) -> None:
    """Table, totals, and a line for everything that a person should look at."""
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    console.print(_table(rows, wide=console.width >= WIDE))
    for line in (totals(rows), *_remarks(rows), *_left_lines(left)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def totals(rows: Items[Imported]) -> str:
    """How many of each state, of how many frames."""
    counted = Counter(row.state for row in rows)
    states = [f"{counted[s]} {s}" for s in (IMPORTED, THERE, CHANGED, FAILED) if counted[s]]
    frames = sum(row.frames or 0 for row in rows)
    flagged = sum(row.flagged or 0 for row in rows)
    return f"{len(rows)} in all: {', '.join(states)}; {frames} frames, {flagged} flagged"


def _table(rows: Items[Imported], *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("scan", overflow="fold", min_width=16)
    for name in ("frames", "outlined", "flagged"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("z × y × x mm", min_width=15)
    if wide:
        table.add_column("from", overflow="fold")
    table.add_column("mm³", justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, wide=wide), style="red" if row.state == FAILED else None)
    return table


def _cells(row: Imported, *, wide: bool) -> list[str]:
    spacing = " × ".join(f"{v:.4g}" for v in row.spacing_mm) if row.spacing_mm else ""
    volume = "" if row.volume_mm3 is None else f"{row.volume_mm3:.2f}"
    counts = ["" if v is None else str(v) for v in (row.frames, row.annotated, row.flagged)]
    name = Path(row.scan).name.removesuffix(".zarr")
    source = [row.spacing_source or ""] if wide else []
    return [name, *counts, spacing, *source, volume, row.state]


def _remarks(rows: Items[Imported]) -> list[str]:
    wrong = [f"{row.source}: {row.state}: {row.error}" for row in rows if row.error]
    return wrong + [f"{Path(row.scan).name}: {note}" for row in rows for note in row.notes]


def _left_lines(left: Items[LeftAlone]) -> list[str]:
    shown = [f"left alone: {one.path}: {one.why}" for one in left[:MOST_LEFT_SHOWN]]
    more = len(left) - len(shown)
    return shown + ([f"left alone: {more} more, see --json"] if more else [])
