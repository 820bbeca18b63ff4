"""A tumour's mesh to the graphics card, against viser with the same mesh in the same run.

vuer is not here: its page comes from its makers' site, so that it is not shown without them.
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
from typing import IO

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from parasam_core.gltf_packed import packed_glb
from parasam_core.mesh import Mesh
from tests.bench.page import (
    ARRAYS,
    QUIET_MS,
    RUNS,
    SIZE,
    UPLOADS,
    large_mesh,
    opened_page,
    shown_after,
)
from tests.bench.rows import Row
from tests.e2e.browser import launch
from tests.e2e.cable import Cable

PEERS = Path(__file__).resolve().parents[2] / ".peers"
SETTLING_MS = 3000
MEGA = 1e6


def meshing() -> Iterator[Row]:
    """Medians; ours has its packing in it, which is done once a mesh."""
    mesh = large_mesh()
    ours_s, ours_bytes = _ours(mesh)
    their_s, their_bytes = _visers(mesh)
    note = f"on the wire {ours_bytes / MEGA:.2f} and {their_bytes / MEGA:.2f} MB"
    yield Row("222k triangles packed, and to the last upload", ours_s, "viser", their_s, note)


def _ours(mesh: Mesh) -> tuple[float, int]:
    seconds = []
    with opened_page() as (page, push):
        for run in range(RUNS):
            other = Mesh(mesh.vertices_mm * np.float32(1 + run / 1000), mesh.faces, mesh.normals)
            started = time.perf_counter()
            glb = packed_glb(other, {}).glb
            packing_s = time.perf_counter() - started
            seconds.append(packing_s + shown_after(page, push, glb))
    return statistics.median(seconds), len(glb)


def _visers(mesh: Mesh) -> tuple[float, int]:
    """A page for each run, as the name of a mesh is new once."""
    seconds, sizes = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "mesh.npz"
        np.savez(file, points=mesh.vertices_mm, faces=mesh.faces)
        browser = launch(playwright)
        for _ in range(RUNS):
            took, size = _once(browser, file)
            seconds.append(took)
            sizes.append(size)
        browser.close()
    return statistics.median(seconds), round(statistics.median(sizes))


def _once(browser: Browser, file: Path) -> tuple[float, int]:
    port = _free_port()
    with _viser(port) as process, Cable(f"http://127.0.0.1:{port}/") as cable:
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.add_init_script(UPLOADS)
        page.goto(cable.url)
        page.wait_for_timeout(SETTLING_MS)
        page.evaluate("uploads.length = 0")
        before = cable.carried_bytes
        started = float(_said(process, f"{file}\n"))
        while page.evaluate("uploads.filter(u => u.name === 'bufferData').length") < ARRAYS:
            page.wait_for_timeout(40)
        page.wait_for_timeout(QUIET_MS)
        took = float(page.evaluate("uploads.at(-1).at")) - started
        page.close()
        _pipe(process.stdin).close()  # which ends it
    return took, cable.carried_bytes - before


def _viser(port: int) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("viser_server.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(port)], env={**os.environ, "PYTHONPATH": str(PEERS)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    while "serving" not in _pipe(process.stdout).readline():
        assert process.poll() is None, f"expected viser in {PEERS}, which did not start"
    return process


def _said(process: subprocess.Popen[str], line: str) -> str:
    _pipe(process.stdin).write(line)
    _pipe(process.stdin).flush()
    return _pipe(process.stdout).readline()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
