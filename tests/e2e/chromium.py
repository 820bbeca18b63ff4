"""Where a Chromium lies; as a program, says so or fails: `.ci/system.sh browser` asks."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def chromium_path() -> str | None:
    """`$PARASAM_CHROMIUM`, one on the path, or the Mac's Chrome; None where there is none."""
    found = os.environ.get("PARASAM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)


if __name__ == "__main__":
    path = chromium_path()
    sys.exit(0 if path else "no Chromium found")
