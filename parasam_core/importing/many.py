"""Every source of a folder → a scan of a library; what is there already is not read again."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Sequence as Items
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from parasam_core import api
from parasam_core.atomic import finish_for_the_dead
from parasam_core.capture import is_tumour_folder
from parasam_core.capture.sources import LeftAlone, Source, input_digest, sources_below
from parasam_core.errors import CaptureError, ParasamError, UsageError
from parasam_core.importing.crew import Died, crew
from parasam_core.importing.names import scan_names
from parasam_core.medsam_tree import subject_key
from parasam_core.provenance import signed
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box
from parasam_core.space import Triple
from parasam_core.volume import Volume

IMPORTED, THERE, CHANGED, FAILED = "imported", "there already", "changed", "failed"
MEMORY_A_JOB = 2 << 30


@dataclass(frozen=True)
class Asked:
    """What was asked for all sources; see `api.import_scan`."""

    spacing_mm: Triple | None = None
    step_mm: float | None = None
    roi_xyxy: Box | None = None
    colour_rgb: tuple[int, int, int] | None = None
    subject: str = ""
    timepoint: str = ""
    qa: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Task:
    """One source and its scan."""

    source: Source
    scan: Path
    asked: Asked

    @property
    def subject(self) -> str:
        """The animal as it was given, else as it is named."""
        return self.asked.subject or self.source.subject

    @property
    def timepoint(self) -> str:
        """The timepoint as it was given, else as it is named."""
        return self.asked.timepoint or self.source.timepoint

    def options(self) -> dict[str, Any]:
        """Those that decide what the scan is."""
        colour = self.asked.colour_rgb if is_tumour_folder(self.source.path) else None
        return {"spacing_mm": self.asked.spacing_mm, "step_mm": self.asked.step_mm,
                "roi_xyxy": self.asked.roi_xyxy, "colour_rgb": colour}  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """What became of one source.

    Attributes:
        source: what was read; of a tree, with the tumour behind it.
        scan: where it is stored, or would be.
        state: "imported", "there already", "changed" (the source, or what is asked, is another
            than the scan's, which stays), or "failed".
        error: why, where it failed or changed.
        notes: what a person should look at.
        subject: the animal.
        timepoint: when it was scanned.
        frames: how many.
        annotated: how many of them somebody outlined; None without a label.
        flagged: how many a person should look at.
        spacing_mm: (z, y, x).
        spacing_source: where it came from.
        volume_mm3: of that label; None where it is empty.
    """

    source: str
    scan: str
    state: str = FAILED
    error: str | None = None
    notes: list[str] = field(default_factory=list)
    subject: str = ""
    timepoint: str = ""
    frames: int | None = None
    annotated: int | None = None
    flagged: int | None = None
    spacing_mm: Triple | None = None
    spacing_source: str | None = None
    volume_mm3: float | None = None

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        return asdict(self)


class Unwatched:
    """A watch that nobody looks at."""

    def begins(self, names: list[str]) -> None:
        """The scans' names, by task."""

    def running(self, task: int, what: str, done: int, total: int) -> None:
        """See `Watch`."""

    def ended(self, task: int) -> None:
        """See `Watch`."""


def import_all(
    root: Path,
    library: Path,
    *,
    jobs: int | None = None,
    watch: Unwatched | None = None,
    **asked: Any,
) -> tuple[list[Imported], tuple[LeftAlone, ...]]:
    """See `api.import_many`.

    Args:
        root: a folder of sources, or one source.
        library: a folder, made where it is missing.
        jobs: how many processes; as many as cores and memory allow where None.
        watch: told how it goes on.
        asked: see `Asked`.
    """
    wanted, watch = Asked(**asked), watch or Unwatched()
    _check_use(library, jobs)
    beside = [library] if wanted.qa is None else [library, wanted.qa]
    sources = sources_below(root, beside)
    _check_sources(root, sources.found, sources.left_alone, wanted)
    library.mkdir(parents=True, exist_ok=True)
    finish_for_the_dead(library)
    names = scan_names(sources.found, root)
    tasks = [
        Task(source, library / f"{name}.zarr", _own_qa(wanted, name))
        for source, name in zip(sources.found, names, strict=True)
    ]
    watch.begins(names)
    rows = [_row(task) for task in tasks]
    try:
        for number, result in crew(tasks, import_one, jobs=_jobs(jobs, len(tasks)), watch=watch):
            ended = isinstance(result, Died)
            rows[number] = replace(rows[number], error=_why(result)) if ended else result
    finally:
        finish_for_the_dead(library)
    return _with_twins(rows, library), sources.left_alone


def import_one(task: Task, progress: Progress) -> Imported:
    """What a process does: one source, whatever happens in it becomes a row."""
    row = _row(task)
    try:
        state, why = _state(task)
        if state in {THERE, CHANGED}:
            return _described(replace(row, state=state, error=why), ScanFile.open(task.scan))
        return _described(replace(row, state=IMPORTED), _imported(task, progress))
    except ParasamError as error:
        return replace(row, error=str(error))
    except OSError as error:
        return replace(row, error=f"the file system refused: {error.strerror or error}")
    except MemoryError:
        return replace(row, error=f"expected more memory to read {row.source}; use --jobs 1")
    except Exception as error:  # a defect of ours must not end the others
        return replace(row, error=f"a defect of ParaSAM, {type(error).__name__}: {error}")


def _imported(task: Task, progress: Progress) -> ScanFile:
    annotated = is_tumour_folder(task.source.path)
    return api.import_scan(
        task.source.path,
        task.scan,
        **task.options(),
        subject=task.subject,
        timepoint=task.timepoint,
        qa=task.asked.qa if annotated else None,
        tumour=task.source.tumour,
        overwrite=task.scan.exists(),
        progress=progress,
    )


def _state(task: Task) -> tuple[str, str | None]:
    """Whether a scan is to be made, and if not, why."""
    if not task.scan.exists():
        return IMPORTED, None
    scan = ScanFile.open(task.scan)
    made = scan.provenance
    why = _difference(task, scan)
    of_now = made.made_by == signed("import")
    if why is None and (of_now or not task.asked.overwrite):
        _check_whole(scan)
        return THERE, None
    if task.asked.overwrite:
        return IMPORTED, None
    return CHANGED, f"{why}; add --overwrite to replace the scan"


def _difference(task: Task, scan: ScanFile) -> str | None:
    made = scan.provenance
    if made.digest != input_digest(task.source):
        return "the source is not what this scan was made from"
    if made.details.get("options", {}) != api.asked(task.options()):
        return "the scan was made with other options"
    if (scan.subject, scan.timepoint) != (task.subject, task.timepoint):
        return f"the scan is of {scan.subject} {scan.timepoint}".rstrip()
    return None


def _check_whole(scan: ScanFile) -> None:
    """Read all of it; a ScanError says what is damaged."""
    scan.sequence()
    for label in scan.labels:
        scan.mask(label)


def _row(task: Task) -> Imported:
    source = str(task.source.path)
    if task.source.tumour:
        source = f"{source}: {task.source.tumour}"
    return Imported(source, str(task.scan), subject=task.subject, timepoint=task.timepoint)


def _described(row: Imported, scan: ScanFile) -> Imported:
    details = scan.provenance.details
    label = _label_of(scan)
    volume = annotated = None
    if label is not None:
        mask = scan.mask(label)
        annotated = int(mask.annotated.sum())
        volume = Volume(mask.masks, mask.space).volume_mm3 or None
    return replace(
        row,
        subject=scan.subject,
        timepoint=scan.timepoint,
        frames=scan.space.shape[0],
        annotated=annotated,
        flagged=len(details.get("flagged", {})),
        spacing_mm=scan.space.spacing_mm,
        spacing_source=str(details.get("spacing_source", "unknown")),
        volume_mm3=volume,
        notes=[
            *([details["numbering"]] if "captures" in details else []),
            *details.get("warnings", []),
        ],
    )


def _label_of(scan: ScanFile) -> str | None:
    """The label that came with the frames."""
    ours = [n for n in scan.labels if scan.mask(n).provenance.verb == "import"]
    return api.MANUAL_LABEL if api.MANUAL_LABEL in ours else ours[0] if ours else None


def _own_qa(asked: Asked, name: str) -> Asked:
    return asked if asked.qa is None else replace(asked, qa=asked.qa / name)


def _check_use(library: Path, jobs: int | None) -> None:
    if library.exists() and not library.is_dir():
        raise UsageError(f"expected a scan.zarr or a folder of scans to write, got {library}")
    if jobs is not None and jobs < 1:
        raise UsageError(f"expected --jobs of 1 or more, got {jobs}")


def _check_sources(
    root: Path, found: Items[Source], left: Items[LeftAlone], asked: Asked
) -> None:  # fmt: skip
    if not found:
        why = f", but {len(left)} left alone, as {left[0].path}: {left[0].why}" if left else ""
        raise CaptureError(f"expected something to import in {root}, got nothing{why}")
    outlines = asked.colour_rgb is not None or asked.qa is not None
    if outlines and not any(is_tumour_folder(s.path) for s in found):
        raise UsageError(
            f"expected a colour or --qa with folders of annotated captures only, got none in {root}"
        )


def _jobs(given: int | None, tasks: int) -> int:
    """As many as cores, memory and tasks allow."""
    if given is not None:
        return min(given, tasks)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, tasks, memory // MEMORY_A_JOB))


def _why(died: Died) -> str:
    """A sentence for a process that ended by itself."""
    if died.exit_code >= 0:
        return f"its process ended by itself (exit {died.exit_code}); import it alone to see why"
    name = signal.Signals(-died.exit_code).name
    if -died.exit_code == signal.SIGKILL:
        return f"its process was killed ({name}), as where memory runs out; try --jobs 1"
    return f"its process crashed ({name}); the source may be damaged, export it again"


def _with_twins(rows: list[Imported], library: Path) -> list[Imported]:
    """With a note for every scan whose subject and timepoint another one of the library has."""
    there = [s for s in map(_opened, sorted(library.glob("*.zarr"))) if s]
    whose = {s.path: (subject_key(s.subject), s.timepoint.casefold()) for s in there if s.subject}
    counted = Counter(whose.values())
    return [replace(row, notes=[*row.notes, *_twins(row, whose, counted)]) for row in rows]


def _twins(
    row: Imported, whose: dict[Path, tuple[str, str]], counted: Counter[tuple[str, str]]
) -> list[str]:
    key = whose.get(Path(row.scan))
    if key is None or counted[key] < 2:
        return []
    others = [p.name for p, k in whose.items() if k == key and p != Path(row.scan)]
    return [f"of the same subject and timepoint as {', '.join(others)}"]


def _opened(path: Path) -> ScanFile | None:
    try:
        return ScanFile.open(path)
    except ParasamError:
        return None
