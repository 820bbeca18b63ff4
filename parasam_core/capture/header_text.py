"""What text headers of grids share: lists of numbers, and data in a file beside them."""

from __future__ import annotations

import re
from pathlib import Path

from parasam_core.errors import CaptureError

MOST_NUMBERS = 32


def numbers(
    text: str, path: Path, name: str, *, count: int | None = None, whole: bool = False
) -> list[float]:
    """Numbers between spaces, commas and brackets.

    Raises:
        CaptureError: one is none, not whole where it must be, or there are more or fewer.
    """
    words = re.split(r"[\s,()]+", text.strip(" \t(),"))[: MOST_NUMBERS + 1]
    try:
        values = [float(int(word)) if whole else float(word) for word in words]
    except (ValueError, OverflowError):
        values = []
    if not values or len(values) > MOST_NUMBERS or (count is not None and len(values) != count):
        raise CaptureError(
            f"expected {count or 'some'} numbers for {name!r} in {path}, got {text[:80]!r}"
        )
    return values


def beside(path: Path, name: str) -> Path:
    """The data file that a header names, which must lie in its own folder.

    Raises:
        CaptureError: it lies elsewhere, is a list of files, or is not there.
    """
    elsewhere = Path(name).name != name or "\\" in name or "\0" in name
    if elsewhere or name in {"", ".", ".."} or name.upper().startswith("LIST") or "%" in name:
        raise CaptureError(
            f"expected the voxels of {path} in one file beside it, got {name[:80]!r}; "
            "save header and voxels in one file"
        )
    data = path.with_name(name)
    if not data.is_file() or data.resolve().parent != path.resolve().parent:
        raise CaptureError(f"expected {name} beside {path}, got no such file there")
    return data
