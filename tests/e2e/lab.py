"""`parasam lab` as a process of its own, to be killed and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

DIST = Path(__file__).resolve().parents[2] / "viewers/webxr/dist/index.html"
NO_PAGE = f"expected the built page at {DIST}, got none; build it with `make page`"


class Lab:
    """A server of one library on one port."""

    def __init__(self, library: Path, *more: str) -> None:
        if not DIST.is_file():
            raise FileNotFoundError(NO_PAGE)
        self._library = library
        self._more = more
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Serve; the first time on a free port, then on the same."""
        command = [sys.executable, "-m", "parasam_core.cli", "lab", str(self._library)]
        command += ["--port", str(self._port), "--json", *self._more]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said, f"the lab did not start: {' '.join(command)}"
        self.url = str(json.loads(said)["url"])
        self._port = urlsplit(self.url).port or 0

    @property
    def pid(self) -> int:
        """Of the process, while it serves."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """As `kill -9` does: no goodbye."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def __enter__(self) -> Lab:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
