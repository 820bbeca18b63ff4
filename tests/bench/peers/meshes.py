"""A tumour's mesh from the server to the GPU, against viser with the same mesh in the same run.

vuer is not here: its page comes from its makers' site, so that it cannot be shown without them.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from parasam_core.mask import MaskStack
from parasam_core.mesh import Mesh
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.solid import fill, surface
from parasam_core.space import Space
from tests.bench.peers.uploads import Watched
from tests.bench.rows import Row
from tests.e2e.browser import launch
from tests.e2e.lab import Lab

PEERS = Path(__file__).resolve().parents[3] / ".peers"
RUNS = 5
SPACE = Space((150, 250, 250), (0.076, 0.04, 0.04))


def meshing() -> Iterator[Row]:
    """Median of five first adds, each in a page that was opened for it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright)
        mesh = _write_library(Path(folder) / "library")
        ours_s, ours_bytes = _ours(browser, Path(folder) / "library", mesh)
        their_s, their_bytes = _visers(browser, Path(folder), mesh)
        browser.close()
    note = f"{len(mesh.faces)} triangles; on the wire {ours_bytes} and {their_bytes} bytes"
    yield Row("mesh to last upload", ours_s, "viser, same mesh", their_s, note)


def _ours(browser: Browser, library: Path, mesh: Mesh) -> tuple[float, int]:
    """From asking for the mask, whose surface is made, to its finest level on the GPU."""
    seconds, sizes = [], []
    with Lab(library) as lab:
        for run in range(RUNS + 1):  # the first makes the surface
            watched = Watched(browser, f"{lab.url}#scan=bare")
            watched.until("window.parasam?.state.shownFrame != null")
            watched.forget()
            started = time.time()
            watched.page.evaluate("location.hash = '#scan=tumour&label=mask'")
            took = watched.last_upload(_upload_bytes(mesh)) - started
            if run:
                seconds.append(took)
                sizes.append(watched.wire_bytes)
            watched.page.close()
    return statistics.median(seconds), round(statistics.median(sizes))


def _visers(browser: Browser, folder: Path, mesh: Mesh) -> tuple[float, int]:
    np.savez(folder / "mesh.npz", points=mesh.vertices_mm, faces=mesh.faces)
    seconds, sizes = [], []
    for _ in range(RUNS):
        port = _free_port()
        with _viser(port) as process:
            watched = Watched(browser, f"http://127.0.0.1:{port}")
            watched.page.wait_for_timeout(3000)
            watched.forget()
            started = float(_said(process, f"{folder / 'mesh.npz'}\n"))
            seconds.append(watched.last_upload(_upload_bytes(mesh)) - started)
            sizes.append(watched.wire_bytes)
            watched.page.close()
            process.stdin.close()  # which ends it
    return statistics.median(seconds), round(statistics.median(sizes))


def _viser(port: int) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("viser_server.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(port)], env={**os.environ, "PYTHONPATH": str(PEERS)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    while "serving" not in process.stdout.readline():
        assert process.poll() is None, f"expected viser in {PEERS}, which did not start"
    return process


def _said(process: subprocess.Popen[str], line: str) -> str:
    process.stdin.write(line)
    process.stdin.flush()
    return process.stdout.readline()


def _upload_bytes(mesh: Mesh) -> int:
    """Less than any way to give all points and faces to the GPU takes."""
    return 6 * len(mesh.vertices_mm) + 2 * mesh.faces.size


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_library(folder: Path) -> Mesh:
    """A scan of a tumour, and one without masks for the page to begin with; its mesh."""
    z, y, x = (np.linspace(-1, 1, n) for n in SPACE.shape)
    inside = (z[:, None, None] / 0.8) ** 2 + (y[:, None] / 0.85) ** 2 + (x / 0.85) ** 2 < 1
    mask = MaskStack(inside, SPACE, Provenance("bench", made_by=signed("segment")))
    write_scan(folder / "tumour.zarr", _sequence(SPACE)).write_mask("mask", mask)
    write_scan(folder / "bare.zarr", _sequence(Space((2, 16, 16), SPACE.spacing_mm)))
    return surface(fill(mask))


def _sequence(space: Space) -> Sequence:
    frames = np.random.default_rng(1).integers(0, 255, space.shape, np.uint8)
    _, height, width = space.shape
    return Sequence(frames, space, "bench", "", (height, width), (0, 0, width, height),
                    Provenance("bench", made_by=signed("import")))  # fmt: skip
