"""Forms that a frame may travel in: bytes on the wire, and from them to a texture in the page.

Frames of the mouse sweep where `PARASAM_DATA` is, of a phantom elsewhere; Chromium, drawn in
software. BC4 is packed here, for no encoder of KTX2 is installed; its container would add 200
bytes, and Basis Universal, which the Quest would unpack to ASTC, could not be measured.
"""

from __future__ import annotations

import base64
import io
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from parasam_core.capture import read_capture
from parasam_core.phantom import phantom
from tests.bench.rows import Row
from tests.e2e.browser import launch
from xr_server.textures import png_of

FRAMES = 24
ROUNDS = 5
MEGABITS_PER_S = (100, 500)
BLOCK = 4

Frame = NDArray[np.uint8]

# (kind, bytes as base64, width, height) → how long until the card has it, ms
SHOW = """async ([kind, text, width, height]) => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  window.gl ??= document.createElement("canvas").getContext("webgl2");
  const block = gl.getExtension("EXT_texture_compression_rgtc")?.COMPRESSED_RED_RGTC1_EXT;
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texStorage2D(gl.TEXTURE_2D, 1, kind === "bc4" ? block : gl.R8, width, height);
  gl.finish();
  const since = performance.now();
  if (kind === "raw") {
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.UNSIGNED_BYTE, bytes);
  } else if (kind === "bc4") {
    gl.compressedTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, block, bytes);
  } else {
    const how = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
    const image = await createImageBitmap(new Blob([bytes], { type: kind }), how);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RED, gl.UNSIGNED_BYTE, image);
    image.close();
  }
  gl.finish();
  const took = performance.now() - since;
  gl.deleteTexture(texture);
  return took;
}"""


@dataclass(frozen=True)
class Form:
    """How frames are packed.

    Attributes:
        name: as in the table.
        kind: what the page makes of it.
        pack: (y, x) uint8 → bytes.
        unpack: the bytes and the shape → (y, x) uint8 again.
    """

    name: str
    kind: str
    pack: Callable[[Frame], bytes]
    unpack: Callable[[bytes, tuple[int, int]], Frame]


def forms() -> Iterator[Row]:
    """Each form against raw bytes: the page's part; what the wire takes is in the note."""
    frames = _frames()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        raw, *others = [_measured(form, frames, page) for form in FORMS]
        browser.close()
    for other in others:
        yield Row(f"frame as {other.name}, from bytes to texture", other.shown_s, "raw",
                  raw.shown_s, other.note(raw))  # fmt: skip


@dataclass(frozen=True)
class _Measured:
    name: str
    size: float
    packed_s: float
    shown_s: float
    error: int

    def arrives_s(self, megabits_per_s: int) -> float:
        """From the first byte on a link to the texture."""
        return self.size * 8e-6 / megabits_per_s + self.shown_s

    def note(self, raw: _Measured) -> str:
        sizes = f"{self.size / 1e3:.0f} kB, raw {raw.size / 1e3:.0f}"
        links = [self._over(rate, raw) for rate in MEGABITS_PER_S]
        packed = f"packed in {self.packed_s * 1e3:.1f} ms, off by at most {self.error}"
        return "; ".join([sizes, *links, packed])

    def _over(self, rate: int, raw: _Measured) -> str:
        ours_ms, raw_ms = self.arrives_s(rate) * 1e3, raw.arrives_s(rate) * 1e3
        return f"with {rate} Mbit/s {ours_ms:.1f} ms, raw {raw_ms:.1f}"


def _measured(form: Form, frames: list[Frame], page: Page) -> _Measured:
    sizes, packed_s, shown_s, errors = [], [], [], []
    for frame in frames:
        start = time.perf_counter()
        packed = form.pack(frame)
        packed_s.append(time.perf_counter() - start)
        sizes.append(len(packed))
        again = form.unpack(packed, frame.shape).astype(int)
        errors.append(int(np.abs(again - frame).max()))
        text = base64.b64encode(packed).decode()
        what = [form.kind, text, frame.shape[1], frame.shape[0]]
        shown_s += [page.evaluate(SHOW, what) / 1e3 for _ in range(ROUNDS)]
    median = statistics.median
    return _Measured(form.name, median(sizes), median(packed_s), median(shown_s), max(errors))


def _frames() -> list[Frame]:
    """Some, spread over the sweep, their sides multiples of four as BC4 has them."""
    data = Path(os.environ.get("PARASAM_DATA", "../shared/data"))
    sweep = data / "mouse-tumour/sweep.avi"
    if sweep.is_file():
        frames = read_capture(sweep, step_mm=0.076).frames
    else:
        frames = phantom(20, seed=3, spacing_mm=(0.1, 0.05, 0.05)).sequence.frames
    _, height, width = frames.shape
    cut = frames[:, : height // BLOCK * BLOCK, : width // BLOCK * BLOCK]
    return list(cut[np.linspace(0, len(frames) - 1, FRAMES).astype(int)])


def _raw(frame: Frame) -> bytes:
    return frame.tobytes()


def _as_is(packed: bytes, shape: tuple[int, int]) -> Frame:
    return np.frombuffer(packed, np.uint8).reshape(shape)


def _webp(**how: Any) -> Callable[[Frame], bytes]:
    def pack(frame: Frame) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(frame).save(stream, "WEBP", **how)
        return stream.getvalue()

    return pack


def _decoded(packed: bytes, _: tuple[int, int]) -> Frame:
    return np.asarray(Image.open(io.BytesIO(packed)).convert("L"))


def _bc4(frame: Frame) -> bytes:
    """Blocks of 4 × 4: the brightest, the darkest, and for each pixel one of eight steps."""
    rows, columns = frame.shape[0] // BLOCK, frame.shape[1] // BLOCK
    blocks = frame.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(-1, BLOCK * BLOCK)
    bright, dark = blocks.max(1).astype(np.int64), blocks.min(1).astype(np.int64)
    span = np.maximum(bright - dark, 1)[:, None]
    steps = ((bright[:, None] - blocks) * 14 + span) // (2 * span)
    codes = np.where(steps == 0, 0, np.where(steps == 7, 1, steps + 1)).astype(np.uint64)
    bits = (codes << np.arange(0, 48, 3, dtype=np.uint64)).sum(1, dtype=np.uint64)
    packed = bits << np.uint64(16) | (dark << 8 | bright).astype(np.uint64)
    return packed.astype("<u8").tobytes()


def _from_bc4(packed: bytes, shape: tuple[int, int]) -> Frame:
    words = np.frombuffer(packed, "<u8")[:, None]
    bright, dark = (words & 255).astype(int), (words >> np.uint64(8) & 255).astype(int)
    codes = (words >> np.arange(16, 64, 3, dtype=np.uint64) & np.uint64(7)).astype(int)
    steps = np.where(codes == 0, 0, np.where(codes == 1, 7, codes - 1))
    grey = np.rint((bright * (7 - steps) + dark * steps) / 7).astype(np.uint8)
    rows, columns = shape[0] // BLOCK, shape[1] // BLOCK
    return grey.reshape(rows, columns, BLOCK, BLOCK).swapaxes(1, 2).reshape(shape)


FORMS = (
    Form("raw", "raw", _raw, _as_is),
    Form("PNG", "image/png", png_of, _decoded),
    Form("WebP, lossless", "image/webp", _webp(lossless=True), _decoded),
    Form("WebP, quality 90", "image/webp", _webp(quality=90), _decoded),
    Form("BC4", "bc4", _bc4, _from_bc4),
)
