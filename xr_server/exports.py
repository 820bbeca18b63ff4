"""Exports: files made for pages to download, in a folder of the lab's own.

    <temporary>/parasam-lab-PID-…/ made with the first export, removed when the lab stops; what a
                                   killed one left is removed by the next that exports
      <desk>/M1_d0_manual.dcm …    what is being made; gone when that ends, whichever way
      <random>                     whole files, the last few; a page never names a path

A file appears whole, by a rename. Knows nothing about jobs, or what is in the files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parasam_core.atomic import is_alive
from parasam_core.errors import ScanError, ServerError
from parasam_core.segmenter import Progress

MOST_FILES = 16
MOST_BYTES = 2 << 30
LONGEST_STEM_BYTES = 120
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029<>:"/\\|?*]')
PREFIX = "parasam-lab"
LEFT_OVER = re.compile(rf"{PREFIX}-(\d{{1,9}})-\w+")
ZIP = ".zip"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive

Write = Callable[[Path, Progress], object]
"""Writes the file, and what belongs to it beside it."""


@dataclass(frozen=True)
class Made:
    """A file that can be downloaded.

    Attributes:
        path: where it lies, while it is kept.
        bytes: how long it is.
        sha256: of its content.
    """

    path: Path
    bytes: int
    sha256: str


class Exports:
    """The files that were made last.

    Args:
        most_files: how many are kept.
        most_bytes: how long they may be, all together.
    """

    def __init__(self, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._is_closed = False
        self._kept: OrderedDict[Path, Made] = OrderedDict()

    def make(self, name: str, write: Write, progress: Progress) -> Made:
        """Have a file written, and keep it; the oldest of too many goes.

        Args:
            name: of the file to write; ending in `.zip` where several belong together.
            write: writes it, under its own name without `.zip`.
            progress: told of every step; may raise, and then nothing is left.

        Raises:
            ServerError: there is no room for it.
        """
        try:
            with tempfile.TemporaryDirectory(dir=self._opened()) as desk:
                out = Path(desk) / name.removesuffix(ZIP)
                write(out, progress)
                whole = _zipped(out.parent, progress) if name.endswith(ZIP) else out
                progress("finishing", 1, 1)
                return self._keep(whole)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise ServerError(
                f"expected room for {name} in the lab's temporary folder, got none; make some, or "
                "start the lab with TMPDIR set to another"
            ) from error
        finally:
            if self._is_closed:
                self._remove()

    def path(self, made: Made) -> Path:
        """Where a file lies.

        Raises:
            ScanError: it is no longer kept.
        """
        if made.path not in self._kept:
            raise ScanError("expected one of the last exports, got one that is gone; export again")
        return made.path

    def close(self) -> None:
        """Remove all; what is still being made is removed as it ends."""
        self._is_closed = True
        self._remove()

    def _opened(self) -> Path:
        with self._lock:
            if self._folder is None:
                _clear_away(Path(tempfile.gettempdir()))
                self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-"))
            return self._folder

    def _keep(self, file: Path) -> Made:
        length = file.stat().st_size
        if length > self._most_bytes:
            raise ServerError(
                f"expected an export of at most {self._most_bytes >> 20} MB, got "
                f"{length >> 20} MB; use `parasam export` or `parasam mesh`"
            )
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        with self._lock:
            made = Made(file.rename(f"{file.parent}.whole"), length, sha256)
            self._kept[made.path] = made
            self._forget_oldest()
        return made

    def _forget_oldest(self) -> None:
        while (
            len(self._kept) > self._most_files
            or sum(made.bytes for made in self._kept.values()) > self._most_bytes
        ):
            path, _ = self._kept.popitem(last=False)
            path.unlink(missing_ok=True)

    def _remove(self) -> None:
        with self._lock:
            self._kept.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)


def file_name(scan: str, label: str, ending: str) -> str:
    """`M1_d0_manual.nii.gz`: fit for any file system, whatever the scan is named."""
    plain = f"{scan}_{label}".encode(errors="replace").decode()
    stem = UNSAFE.sub("_", plain).encode()[:LONGEST_STEM_BYTES].decode(errors="ignore")
    return f"{stem.strip(' .') or 'export'}.{ending}"


def _clear_away(place: Path) -> None:
    """What labs that were killed left there."""
    for folder in place.glob(f"{PREFIX}-*"):
        left = LEFT_OVER.fullmatch(folder.name)
        if left and int(left[1]) != os.getpid() and not is_alive(int(left[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _zipped(folder: Path, progress: Progress) -> Path:
    """All that lies in a folder, as an archive in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    archive = folder / f"all{ZIP}"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for done, file in enumerate(files):
            progress("packing", done, len(files))
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, file.read_bytes(), compresslevel=1)
    return archive
