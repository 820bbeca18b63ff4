"""Files that appear whole or not at all: written beside, synced, renamed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEFT_OVER = re.compile(r"\.(.+)\.(partial|old)-(\d{1,9})")


def write_bytes(target: Path, content: bytes, mode: int = 0o666) -> None:
    """A file with this content, replacing what is there in one step; `mode` as of `open(2)`."""
    partial = _beside(target, "partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode)
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """A copy that appears whole, in a folder that is made where it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with file_written_beside(target) as partial:
        shutil.copyfile(source, partial)


@contextmanager
def file_written_beside(target: Path) -> Iterator[Path]:
    """A file to write that takes the target's place when written, and vanishes on failure."""
    partial = _beside(target, "partial")
    try:
        yield partial
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def folder_written_beside(target: Path) -> Iterator[Path]:
    """A folder to fill that takes the target's place when filled, and vanishes on failure."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(target, "partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        yield partial
        _sync_tree(partial)
        _take_place(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def finish_for_the_dead(folder: Path) -> None:
    """Clear away what processes that are no more left half done in a folder, or put it back.

    To be called before this process writes there: what bears its own number is another's.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        left = LEFT_OVER.fullmatch(path.name)
        if left is None or is_alive(int(left[3])):
            continue
        target = path.with_name(left[1])
        if left[2] == "old" and not target.exists():
            path.rename(target)
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether another process of this number runs."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """True for a process that has ended and that nobody has asked about, where /proc tells."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}-{os.getpid()}")


def _take_place(partial: Path, target: Path) -> None:
    old = _beside(target, "old")
    if target.exists():
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    _sync(target.parent)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
