"""The page: how soon it is there, and from the server to the graphics card a mesh of 222,000
triangles, and slices at 90 a second."""

from __future__ import annotations

import asyncio
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright

from parasam_core.gltf import glb_from_mesh
from parasam_core.gltf_packed import packed_glb
from parasam_core.mesh import Mesh
from parasam_core.solid import simplified, surface
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.bench.rows import Row, median_seconds
from tests.e2e.browser import LabPage, launch
from tests.e2e.bundle import MOST_BYTES, scripts
from tests.e2e.lab import DIST, Lab
from tests.e2e.library import write_library
from tests.server.small import served
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import MeshData, SliceData
from xr_server.scene import Item
from xr_server.session import Session, Sessions

TRIANGLES = 222_000
RUNS = 5
SIDE = 256
SLICES, SLICES_A_SECOND = 270, 90
SCAN, LABEL, FRAME = "M1_d0", "manual", 20
QUIET_MS = 400
SIZE = (640, 360)
ARRAYS = 3  # positions, normals, triangles
VISITS = 7
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
MEGABYTE = 1e6
UPLOADS = """
  window.uploads = [];
  for (const [name, which] of [["bufferData", 1], ["texSubImage2D", -1], ["texImage2D", -1]]) {
    const plain = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...how) {
      plain.apply(this, how);
      const data = how.at(which);
      if (!(data?.byteLength > 50000)) return;
      const [low, high] = new Uint8Array(data.buffer, data.byteOffset, 2);
      const at = (performance.timeOrigin + performance.now()) / 1000;
      window.uploads.push({ name, at, number: low + 256 * high });
    };
  }
"""


def streaming() -> Iterator[Row]:
    """A page in Chromium, drawn in software, on this machine."""
    mesh = large_mesh()
    packing = partial(packed_glb, mesh, {})
    yield Row("GLB packed by meshopt", median_seconds(packing), "GLB, plain",
              median_seconds(lambda: glb_from_mesh(mesh, {})), _sizes(mesh))  # fmt: skip
    with opened_page() as (page, push):
        late = slices(page, push)  # first: such a mesh is beyond a card made of software
        yield Row("slice 256², 90/s, push to texture, p95", float(np.percentile(late, 95)),
                  "a picture at 60 Hz", 1 / 60, f"median {np.median(late) * 1e3:.0f} ms, "
                  f"{len(late)} of {SLICES} drawn")  # fmt: skip
        packed, plain = _in_turn(page, push, mesh)
        yield Row("222k triangles, push to last GPU upload", packed, "the plain GLB", plain,
                  _sizes(mesh))  # fmt: skip


def arriving() -> Iterator[Row]:
    """The page in a browser that has nothing of it yet, each time another."""
    paints, shown, loaded = [], [], 0
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        Lab(write_library(Path(folder) / "library")) as lab,
    ):
        for _ in range(VISITS):
            browser = launch(playwright)
            since = time.monotonic()
            page = LabPage(browser, lab.url)
            page.shown()
            shown.append(time.monotonic() - since)
            paints.append(float(page.page.evaluate(FIRST_PAINT)) / 1e3)
            loaded = sum(scripts(page).values())
            browser.close()
    note = f"slowest {max(paints):.2f} s; tumour shown after {statistics.median(shown):.2f} s"
    yield Row("first paint of the page, empty cache", statistics.median(paints), "two seconds",
              2.0, note)  # fmt: skip
    yield Row("JavaScript of the page before XR, MB gzipped", loaded / MEGABYTE, "700 kB",
              MOST_BYTES / MEGABYTE)  # fmt: skip


def large_mesh() -> Mesh:
    """A lump about 12 mm long."""
    return simplified(surface(Volume(*large_mask())), TRIANGLES)


def large_mask() -> tuple[NDArray[np.bool_], Space]:
    """Its voxels."""
    space = Space((200, 256, 256), (0.076, 0.04718, 0.04718))
    z, y, x = np.ogrid[-1:1:200j, -1:1:256j, -1:1:256j]
    lumps = 0.1 * np.sin(9 * x) * np.sin(8 * y) * np.sin(7 * z)
    return (z / 0.8) ** 2 + (y / 0.6) ** 2 + (x / 0.7) ** 2 + lumps < 1, space


def _sizes(mesh: Mesh) -> str:
    packed, plain = packed_glb(mesh, {}), glb_from_mesh(mesh, {})
    kept = f"{len(packed.glb) / 1e6:.2f} MB to {packed.error_mm:.4f} mm"
    return f"{kept}; plain {len(plain) / 1e6:.2f} MB"


class _Push:
    """Puts messages into the page's session, from another thread than its own."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def __call__(self, item: Item) -> float:
        assert self.session is not None
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.session._put, item)
        return time.time()


@contextmanager
def opened_page() -> Iterator[tuple[LabPage, _Push]]:
    push, greeted = _Push(), Sessions.greeted

    def heard(self: Sessions, hello: Any) -> Session:
        push.session, push.loop = greeted(self, hello), asyncio.get_running_loop()
        return push.session

    Sessions.greeted = heard  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            app = create_app(Library(write_library(Path(folder) / "library")), DIST.parent)
            browser = launch(playwright)
            with served(app) as port:
                page = LabPage(browser, f"http://127.0.0.1:{port}/", size=SIZE, script=UPLOADS)
                page.all_here()
                yield page, push
                page.close()
            browser.close()
    finally:
        Sessions.greeted = greeted  # type: ignore[method-assign]


def _in_turn(page: LabPage, push: _Push, mesh: Mesh) -> tuple[float, float]:
    """Seconds of the packed and the plain file, medians, each time of a new mesh."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS):
        other = Mesh(mesh.vertices_mm * np.float32(1 + run / 1000), mesh.faces, mesh.normals)
        glbs = packed_glb(other, {}).glb, glb_from_mesh(other, {})
        for taken, glb in zip(seconds, glbs, strict=True):
            taken.append(shown_after(page, push, glb))
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def shown_after(page: LabPage, push: _Push, glb: bytes) -> float:
    page.page.evaluate("uploads.length = 0")
    sha256 = hashlib.sha256(glb).hexdigest()
    header = MeshData(SCAN, LABEL, 0, 1, TRIANGLES, sha256, 0.0)
    since = push(Item(header, len(glb), lambda: glb))
    while page.page.evaluate("uploads.filter(u => u.name === 'bufferData').length") < ARRAYS:
        page.page.wait_for_timeout(40)
    page.page.wait_for_timeout(QUIET_MS)
    return float(page.page.evaluate("uploads.at(-1).at")) - since


def slices(page: LabPage, push: Callable[[Item], float]) -> list[float]:
    """How late each slice that was drawn came to the card, seconds."""
    page.page.evaluate("uploads.length = 0")
    page.page.get_by_role("slider", name="Frame").fill(str(FRAME))
    pushed = []
    start = time.monotonic()
    for number in range(SLICES):
        time.sleep(max(0.0, start + number / SLICES_A_SECOND - time.monotonic()))
        pushed.append(push(_numbered(number)))
    page.page.wait_for_timeout(QUIET_MS)
    drawn = {
        u["number"]: u["at"] for u in page.page.evaluate("uploads") if u["name"] != "bufferData"
    }
    return [at - pushed[number] for number, at in drawn.items() if number < SLICES]


def _numbered(number: int) -> Item:
    grey = np.full((SIDE, SIDE), 90, np.uint8)
    grey[0, :2] = number % 256, number // 256
    payload = grey.tobytes() + bytes(SIDE * SIDE // 8)
    sha256 = hashlib.sha256(payload).hexdigest()
    header = SliceData(SCAN, FRAME, SIDE, SIDE, LABEL, sha256)
    return Item(header, len(payload), lambda: payload)
