"""A library → what its report says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Items
from dataclasses import replace
from datetime import UTC, datetime

from parasam_core.agreement.bland_altman import BlandAltman
from parasam_core.agreement.over_cases import each_two
from parasam_core.provenance import signed
from parasam_core.report.charts import growth_chart
from parasam_core.report.contents import Picture, Report, Row, Scan
from parasam_core.report.growth import Growth, growth
from parasam_core.report.one_scan import scan_of
from parasam_core.report.others import Others
from parasam_core.report.pictures import colours_of
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress
from parasam_core.timepoint import days_of


def collect(
    files: Items[ScanFile], title: str, *, ends: str, others: Others, progress: Progress
) -> Report:
    """Measure and draw every scan of a library.

    Args:
        files: the scans, in order.
        title: of the report.
        ends: see `parasam_core.solid.fill`.
        others: volumes that were measured elsewhere.
        progress: told about every scan.
    """
    external = others.rows
    times = [(f.subject, f.timepoint) for f in files] + [(r.subject, r.timepoint) for r in external]
    days, turn = _days(times), {time: n for n, time in reversed([*enumerate(times)])}
    raters = [name for file in files for name in file.labels] + [row.rater for row in external]
    colours = colours_of(list(dict.fromkeys(raters)))
    scans = []
    for done, file in enumerate(files, start=1):
        scans.append(scan_of(file, days[file.subject, file.timepoint], ends, colours))
        progress("measuring", done, len(files))
    rows = [label.row for scan in scans for label in scan.labels]
    rows += [replace(row, days=days[row.subject, row.timepoint]) for row in external]
    rows.sort(key=lambda row: (row.subject, row.days or 0.0, turn[row.subject, row.timepoint]))
    by_subject = _grouped(row for row in rows if row.volume_mm3 is not None)
    return Report(
        title=title,
        made_on=datetime.now(UTC).date().isoformat(),
        made_by=signed("report"),
        rows=tuple(rows),
        scans=tuple(scans),
        growths=tuple(g for own in by_subject.values() for g in _growths(own)),
        charts=_charts(by_subject, colours),
        agreement=_agreement(rows),
        remarks=(*_repeated(scans), *others.remarks(scans)),
    )


def _days(times: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float | None]:
    """Of each subject and timepoint."""
    found: dict[tuple[str, str], float | None] = {}
    by_subject: dict[str, list[str]] = defaultdict(list)
    for subject, timepoint in dict.fromkeys(times):
        by_subject[subject].append(timepoint)
    for subject, timepoints in by_subject.items():
        days = days_of(timepoints)
        found |= {(subject, t): None if days is None else days[n] for n, t in enumerate(timepoints)}
    return found


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """By subject."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.subject:
            groups[row.subject].append(row)
    return dict(groups)


def _growths(rows: Items[Row]) -> list[Growth]:
    """Of each rater with two timepoints or more."""
    found = []
    for rater in dict.fromkeys(row.rater for row in rows):
        own = [row for row in rows if row.rater == rater]
        if len({row.timepoint for row in own}) < 2:
            continue
        days = [row.days for row in own if row.days is not None]
        volumes = [row.volume_mm3 for row in own if row.volume_mm3 is not None]
        known = days if len(days) == len(own) else None
        found.append(growth(rows[0].subject, rater, known, volumes))
    return found


def _charts(by_subject: Mapping[str, list[Row]], colours: Mapping[str, str]) -> dict[str, Picture]:
    charts = {}
    for subject, rows in by_subject.items():
        if len({row.timepoint for row in rows}) > 1:
            text = f"volumes of {subject} over time, by rater"
            charts[subject] = Picture("image/svg+xml", growth_chart(rows, colours), text)
    return charts


def _agreement(rows: Items[Row]) -> tuple[BlandAltman, ...]:
    """Of each two raters; a rater with several volumes of one time is left out of it there."""
    times: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row.volume_mm3 is not None:
            times[(row.subject, row.timepoint) if row.subject else (row.scan,)].append(row)
    volumes = [_once(own) for own in times.values()]
    return tuple(each_two(volumes, [own[0].subject or own[0].scan for own in times.values()]))


def _once(rows: Items[Row]) -> dict[str, float]:
    often = Counter(row.rater for row in rows)
    return {
        row.rater: row.volume_mm3
        for row in rows
        if often[row.rater] == 1 and row.volume_mm3 is not None
    }


def _repeated(scans: Items[Scan]) -> list[str]:
    """Scans of one subject and timepoint: they are drawn at the same place of a curve."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for scan in scans:
        if scan.subject:
            groups[scan.subject, scan.timepoint].append(scan.name)
    return [
        f"{' and '.join(names)} are all of {subject} {timepoint}: give each scan its own "
        "timepoint, or read them as repeated scans"
        for (subject, timepoint), names in groups.items()
        if len(names) > 1
    ]
