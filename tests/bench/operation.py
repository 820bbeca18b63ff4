"""The lab at work: an edit until its mesh is on the card, idle, many pages, one that stands still.

The page is drawn in software, where the finest mesh alone takes a processor for a good while.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import ClientConnection, connect

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from tests.bench.page import SIZE, UPLOADS, large_mask, opened_page, slices
from tests.bench.rows import MIB, Row
from tests.e2e.browser import LabPage, launch
from tests.e2e.lab import Lab
from tests.e2e.library import write_library
from xr_server.protocol import (
    SUBPROTOCOL,
    Ack,
    Hello,
    Look,
    Open,
    SliceData,
    server_message,
    split_binary,
    text_frame,
)
from xr_server.scene import Item
from xr_server.textures import png_of

EDITS, SWAPS = 20, 500
LARGE = "LUMP_d0"
CLIENTS, LOOKS_A_SECOND, SCRUB_S = 32, 90, 8.0
PROBES = 40
IDLE_S = 15.0
EVERY_UPLOAD = UPLOADS.replace("> 50000", "> 20000")  # the coarsest mesh's, too
TENTH_S, TWO_PERCENT = 0.1, 0.02


def operating() -> Iterator[Row]:
    """Rows of everything that goes on in a lab."""
    with tempfile.TemporaryDirectory() as folder:
        library = write_library(Path(folder) / "small")
        large = _write_large(Path(folder) / "large")
        yield from _edits(library, large)
        yield _many(library)
        yield from _idle_and_soak(library)
    yield _stalled()


def _write_large(folder: Path) -> Path:
    mask, space = large_mask()
    made = Provenance("bench", made_by=signed("import"), details={"spacing_source": "user"})
    frames = np.random.default_rng(0).integers(0, 255, space.shape, dtype=np.uint8)
    height, width = space.shape[1:]
    area = (0, 0, width, height)
    sequence = Sequence(frames, space, "LUMP", "d0", (height, width), area, made)
    scan = write_scan(folder / f"{LARGE}.zarr", sequence)
    scan.write_mask("manual", MaskStack(mask, space, made))
    return folder


@contextmanager
def _page_of(library: Path) -> Iterator[tuple[Lab, LabPage]]:
    with Lab(library) as lab, sync_playwright() as playwright:
        browser = launch(playwright)
        page = LabPage(browser, lab.url, size=SIZE, script=EVERY_UPLOAD)
        page.all_here()
        yield lab, page
        page.close()
        browser.close()


class _Editor:
    """Draws a frame's mask anew, each time another way."""

    def __init__(self, lab: Lab, scan: str, frame: int, mask: NDArray[np.bool_]) -> None:
        self._path = f"/api/scans/{scan}/labels/manual/masks/{frame}.png"
        self._web = httpx.Client(base_url=lab.url, trust_env=False)
        self._mask = mask
        self._times = 0

    def edit(self) -> float:
        """When it was asked, s since 1970; returns once it is on disk."""
        self._times += 1
        png = png_of(np.roll(self._mask, 1 + self._times % 7, axis=1))
        since = time.time()
        assert self._web.put(self._path, content=png).status_code == 204
        return since


def _edits(small: Path, large: Path) -> Iterator[Row]:
    mask, _ = large_mask()
    frame = len(mask) // 2
    with Lab(large) as lab:
        on_socket = asyncio.run(_edits_on_a_socket(lab, frame, mask[frame]))
    yield Row("edit to first new mesh on a socket, p95", _p95(on_socket), "a tenth of a second",
              TENTH_S, _spread(on_socket))  # fmt: skip
    for name, folder, scan in (("tumour", small, "M1_d0"), ("251k triangles", large, LARGE)):
        first, finest = _edits_on_a_card(folder, scan)
        yield Row(f"{name}: edit to first new mesh on the card, p95", _p95(first),
                  "a tenth of a second", TENTH_S, _spread(first))  # fmt: skip
        yield Row(f"{name}: edit to finest mesh on the card, p95", _p95(finest), "a second", 1.0,
                  _spread(finest))  # fmt: skip


def _edits_on_a_card(library: Path, scan: str) -> tuple[list[float], list[float]]:
    masks = ScanFile.open(library / f"{scan}.zarr").mask("manual").masks
    frame = len(masks) // 2
    first, finest = [], []
    with _page_of(library) as (lab, page):
        page.page.evaluate(f"location.hash = '#scan={scan}&label=manual'")
        page.all_here()
        page.until("s.volume.isComplete")
        editor = _Editor(lab, scan, frame, masks[frame])
        for _ in range(EDITS):
            page.page.evaluate("uploads.length = 0")
            page.wire.clear()
            since = editor.edit()
            _measured_anew(page)
            uploads = [u["at"] for u in page.page.evaluate("uploads") if u["name"] == "bufferData"]
            first.append(uploads[0] - since)
            finest.append(uploads[-1] - since)
    return first, finest


def _measured_anew(page: LabPage) -> None:
    while not page.wire.of("measured"):
        page.page.wait_for_timeout(10)
    page.shown()
    page.page.wait_for_timeout(400)


async def _edits_on_a_socket(lab: Lab, frame: int, mask: NDArray[np.bool_]) -> list[float]:
    editor = _Editor(lab, LARGE, frame, mask)
    seconds = []
    async with connect(_socket(lab), subprotocols=[SUBPROTOCOL], proxy=None, max_size=None) as line:
        await line.send(text_frame(Hello()))
        await line.send(text_frame(Open(LARGE, "manual")))
        await _until(line, "measured")
        for _ in range(EDITS):
            edit = asyncio.create_task(asyncio.to_thread(editor.edit))
            await _until(line, "mesh")
            at = time.time()
            seconds.append(at - await edit)
            await _until(line, "measured")
    return seconds


async def _until(line: ClientConnection, kind: str) -> None:
    """Take what comes, up to the first message of a type."""
    while True:
        frame = await line.recv()
        message = split_binary(frame)[0] if isinstance(frame, bytes) else server_message(frame)
        await line.send(text_frame(Ack(message.seq)))
        if message.type == kind:
            return


def _many(library: Path) -> Row:
    """A page's first frame, from its dial, alone and while 32 others scrub."""
    with Lab(library) as lab:
        alone = asyncio.run(_probes(lab))
        before_s, began = _cpu_s(lab), time.monotonic()
        beside, looks = asyncio.run(_probes_in_company(lab))
        cpu = (_cpu_s(lab) - before_s) / (time.monotonic() - began)
        note = f"{looks / SCRUB_S:.0f} looks a second, {cpu:.0%} of a processor, "
        note += f"{_rss(lab) / MIB:.0f} MiB"
    return Row(f"a page's first frame while {CLIENTS} scrub, p95", _p95(beside), "while none does",
               _p95(alone), note)  # fmt: skip


async def _probes(lab: Lab) -> list[float]:
    return [await _probe(lab) for _ in range(PROBES)]


async def _probe(lab: Lab) -> float:
    since = time.perf_counter()
    async with connect(_socket(lab), subprotocols=[SUBPROTOCOL], proxy=None) as line:
        await line.send(text_frame(Hello()))
        await line.send(text_frame(Open("M1_d6", "manual")))
        await _until(line, "slice")
        seconds = time.perf_counter() - since
        await line.close(1001)
    return seconds


async def _probes_in_company(lab: Lab) -> tuple[list[float], int]:
    stop = asyncio.Event()
    crowd = [asyncio.create_task(_scrubber(lab, n, stop)) for n in range(CLIENTS)]
    await asyncio.sleep(2)
    began = time.monotonic()
    seconds = []
    while time.monotonic() - began < SCRUB_S:
        seconds.append(await _probe(lab))
    stop.set()
    heard = await asyncio.gather(*crowd)
    assert all(frames == 40 for _, frames in heard), "a client was starved"
    return seconds, round(sum(looks for looks, _ in heard) * SCRUB_S / (SCRUB_S + 2))


async def _scrubber(lab: Lab, number: int, stop: asyncio.Event) -> tuple[int, int]:
    """How often it looked, and how many frames it got."""
    dice, frames = random.Random(number), set()  # noqa: S311
    async with connect(_socket(lab), subprotocols=[SUBPROTOCOL], proxy=None) as line:
        await line.send(text_frame(Hello()))
        await line.send(text_frame(Open("M1_d0", "manual")))

        async def hear() -> None:
            async for frame in line:
                is_text = isinstance(frame, str)
                message = server_message(frame) if is_text else split_binary(frame)[0]
                if isinstance(message, SliceData):
                    frames.add(message.frame)
                await line.send(text_frame(Ack(message.seq)))

        hearing = asyncio.create_task(hear())
        looks = 0
        while not stop.is_set():
            await line.send(text_frame(Look("M1_d0", dice.randrange(40))))
            looks += 1
            await asyncio.sleep(1 / LOOKS_A_SECOND)
        hearing.cancel()
    return looks, len(frames)


def _idle_and_soak(library: Path) -> Iterator[Row]:
    with _page_of(library) as (lab, page):
        page.page.wait_for_timeout(2000)
        before_s = _cpu_s(lab)
        page.page.wait_for_timeout(1000 * IDLE_S)
        idle = (_cpu_s(lab) - before_s) / IDLE_S
        yield Row("server with an idle page, of a processor", idle, "two in a hundred",
                  TWO_PERCENT, f"over {IDLE_S:.0f} s")  # fmt: skip
        editor = _Editor(
            lab, "M1_d0", 20, ScanFile.open(library / "M1_d0.zarr").mask("manual").masks[20]
        )
        seconds, notes = [], []
        for swap in range(1, SWAPS + 1):
            page.wire.clear()
            since = editor.edit()
            while not page.wire.of("measured"):
                page.page.wait_for_timeout(10)
            page.shown()
            seconds.append(time.time() - since)
            if swap in (SWAPS // 10, SWAPS // 2, SWAPS):
                drawn, mib = page.state["renderer"], _rss(lab) / MIB
                counts = f"{drawn['geometries']} geometries, {drawn['textures']} textures"
                notes.append(f"{swap}: {counts}, {mib:.0f} MiB")
        assert page.errors == []
    yield Row(f"a mesh swapped, of {SWAPS}", float(np.median(seconds)), "a second", 1.0,
              "; ".join(notes))  # fmt: skip


def _stalled() -> Row:
    """Slices at 90 a second to one page, alone and while another is stopped at a breakpoint."""
    with opened_page() as (page, push):
        slices(page, push)  # to warm up
        alone = slices(page, push)
        session = push.session
        browser = page.page.context.browser
        assert browser is not None
        stopped = LabPage(browser, page.page.url.split("#")[0], size=SIZE)
        stopped.all_here()
        stopped_session, push.session = push.session, session
        debugger = stopped.page.context.new_cdp_session(stopped.page)
        is_stopped = []
        debugger.on("Debugger.paused", lambda event: is_stopped.append(event))
        debugger.send("Debugger.enable")
        stopped.page.evaluate("setTimeout(() => { debugger; }); null")
        while not is_stopped:
            page.page.wait_for_timeout(40)

        def to_both(item: Item) -> float:
            push.session = stopped_session
            push(item)
            push.session = session
            return push(item)

        beside = slices(page, to_both)
        assert stopped_session is not None
        waiting = stopped_session.outbox.in_flight[0]
        debugger.send("Debugger.resume")
        stopped.close()
    medians = [f"{np.median(seconds) * 1e3:.0f}" for seconds in (beside, alone)]
    note = f"medians {' and '.join(medians)} ms; {waiting} messages in flight to the stopped page"
    return Row("slice 256², 90/s, beside a page at a breakpoint, p95", _p95(beside), "with none",
               _p95(alone), note)  # fmt: skip


def _socket(lab: Lab) -> str:
    parts = urlsplit(lab.url)
    return f"ws://{parts.netloc}/ws"


def _cpu_s(lab: Lab) -> float:
    fields = Path(f"/proc/{lab.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss(lab: Lab) -> int:
    return int(Path(f"/proc/{lab.pid}/statm").read_text("ascii").split()[1]) * os.sysconf(
        "SC_PAGE_SIZE"
    )


def _p95(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 95))


def _spread(seconds: list[float]) -> str:
    ms = 1e3 * np.array(seconds)
    return f"median {np.median(ms):.0f} ms, quickest {ms.min():.0f} ms, {len(ms)} edits"
