"""280 annotated captures of 3840×2160, imported by the command, against decoding the same files."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2

from tests.bench.rows import MIB, Row
from tests.core.capture.annotations import case, write

COUNT = 280
DIFFERENT = 14
SAYS = {
    "size": (3840, 2160), "scale": (3.0, 3.0), "wide": 620, "high": 480, "gap": 0.0, "stroke": 3.0,
    "smooth": True, "ink": "cyan", "marks": ["ruler", "logo", "text", "counter", "ecg"],
    "frame": True,
}  # fmt: skip


def captures() -> Iterator[Row]:
    """PNG and JPEG, with originals and without; the whole command against OpenCV in threads."""
    for quality in (0, 90):
        for originals in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                yield _row(Path(folder), quality, originals=originals)


def _row(folder: Path, quality: int, *, originals: bool) -> Row:
    source = _written(folder / "KPC1_d0", quality, originals=originals)
    files = [p for p in sorted(source.rglob("*")) if p.is_file()]
    bare = [_decoded(files)]
    seconds, mib = _imported(source, folder / "KPC1_d0.zarr")
    bare.append(_decoded(files))
    name = f"{COUNT} captures, {'JPEG' if quality else 'PNG'}{', originals' if originals else ''}"
    return Row(name, seconds, "OpenCV decodes them", sum(bare) / 2, f"at most {mib:.0f} MiB")


def _written(folder: Path, quality: int, *, originals: bool) -> Path:
    write(case(7, frames=DIFFERENT, jpeg=quality, **SAYS), folder, originals=originals)
    for path in [p for p in folder.rglob("*") if p.is_file()]:
        head, _, number = path.stem.rpartition("_")
        for n in range(int(number) + DIFFERENT, COUNT + 1, DIFFERENT):
            again = f"{head}_{n}" if head else str(n)
            shutil.copy(path, path.with_name(again + path.suffix))
    return folder


def _decoded(files: list[Path]) -> float:
    """Seconds that OpenCV takes, as many files at once as there are cores."""
    start = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda path: cv2.imread(str(path)).size, files):
            pass
    return time.perf_counter() - start


def _imported(source: Path, scan: Path) -> tuple[float, float]:
    """Seconds of the whole command, its start too, and the most memory that it held, MiB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_import, (str(source), str(scan)))


def _import(source: str, scan: str) -> tuple[float, float]:
    import resource

    command = [sys.executable, "-m", "parasam_core.cli", "import", source, scan]
    start = time.perf_counter()
    subprocess.run([*command, "--spacing", "0.076", "0.04", "0.04"], check=True, stdout=-3)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MIB
