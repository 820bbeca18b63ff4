"""The whole scan as a 3D texture: there before most frames are, and then as fine as they."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.e2e.lab import Lab
from xr_server.coarse import block_means

SHAPE = (48, 96, 128)  # (z, y, x)
STEP = (2, 2, 2)
CAME, FAR = 24, 37  # the frame that is looked at first, and one that is held back
# Holds back every other frame than CAME, acking it so that the server goes on, until released.
HELD_BACK = """
  window.heldBack = [];
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    set onmessage(take) {
      super.onmessage = take && (event => {
        const { data } = event;
        if (window.heldBack === null || typeof data === "string") return take(event);
        const length = new DataView(data).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
        if (header.type !== "slice" || header.frame === CAME) return take(event);
        window.heldBack.push(() => take(event));
        this.send(JSON.stringify({ type: "ack", seq: header.seq }));
      });
    }
  };
  window.release = () => { const all = heldBack; window.heldBack = null; all.forEach(f => f()); };
""".replace("CAME", str(CAME))
CARD = """
  window.textures = [];
  const plain = WebGL2RenderingContext.prototype.texImage3D;
  WebGL2RenderingContext.prototype.texImage3D = function (...how) {
    plain.apply(this, how);
    const texture = this.getParameter(this.TEXTURE_BINDING_3D);
    textures.push({ gl: this, texture, size: how.slice(3, 6) });
  };
  window.readBack = () => {
    const { gl, texture, size: [width, height, depth] } = textures.at(-1);
    const before = gl.getParameter(gl.FRAMEBUFFER_BINDING);
    const frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    const layer = new Uint8Array(4 * width * height);
    let text = "";
    for (let z = 0; z < depth; z += 1) {
      gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, texture, 0, z);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, layer);
      for (let i = 0; i < layer.length; i += 4) text += String.fromCharCode(layer[i]);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, before);
    gl.deleteFramebuffer(frame);
    return { size: [width, height, depth], grey: btoa(text) };
  };
"""


@pytest.fixture(scope="module")
def frames():
    """(z, y, x) uint8: a spot that wanders through the frames, on a slope, with some speckle."""
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    spot = np.exp(-(((x - 2 * z - 16) / 18) ** 2) - ((y - 20 - z) / 18) ** 2)
    speckle = np.random.default_rng(1).normal(0, 3, SHAPE)
    return np.clip(40 + y / 2 + 150 * spot + speckle, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def still(frames, tmp_path_factory, visit):
    """A page that has been sent all, and has taken of the frames CAME alone."""
    folder = tmp_path_factory.mktemp("wander") / "library"
    made = Provenance("e2e", made_by=signed("import"), details={"spacing_source": "user"})
    area = (0, 0, SHAPE[2], SHAPE[1])
    space = Space(SHAPE, (0.1, 0.1, 0.1))
    write_scan(folder / "M1_d0.zarr", Sequence(frames, space, "M1", "d0", SHAPE[1:], area, made))
    with Lab(folder) as lab:
        page = visit(lab.url, script=HELD_BACK + CARD)
        page.until(f"s.volume?.size[2] === {SHAPE[0]}")
        yield page
    assert page.errors == []


def look_at(page, frame):
    page.page.get_by_role("slider", name="Frame").fill(str(frame))
    page.until(f"s.frame === {frame}")
    return page.pixels()


def read_back(page):
    """(z, y, x) uint8 of the fine texture on the card."""
    found = page.page.evaluate("readBack()")
    grey = np.frombuffer(base64.b64decode(found["grey"]), np.uint8)
    return grey.reshape(found["size"][::-1])


def as_a_card_samples(coarse):
    """(z, y, x) float64: halfway between the centres of samples, linear, the edge going on."""
    fine = coarse.astype(np.float64)
    for axis, (count, step) in enumerate(zip(SHAPE, STEP, strict=True)):
        at = np.clip((np.arange(count) - (step - 1) / 2) / step, 0, fine.shape[axis] - 1)
        low = np.minimum(at.astype(int), fine.shape[axis] - 2)
        share = np.expand_dims(at - low, [k for k in range(3) if k != axis])
        fine = fine.take(low, axis) * (1 - share) + fine.take(low + 1, axis) * share
    return fine


def test_coarse_then_every_frame_as_it_is(still, frames):
    assert (still.state["slicesHeld"], still.state["volume"]["isComplete"]) == (1, False)
    still.until("s.volume.framesTaken === 1")
    sent = [c for c in still.wire.came if c.header.type == "volume"]
    assert [c.bytes for c in sent] == [np.prod(SHAPE) // np.prod(STEP)]

    textured = read_back(still)
    expected = as_a_card_samples(block_means(frames, STEP))
    others = np.arange(SHAPE[0]) != CAME
    np.testing.assert_array_equal(textured[CAME], frames[CAME])
    assert np.abs(textured[others] - expected[others]).max() <= 1

    at_came, blurred = look_at(still, CAME), look_at(still, FAR)
    assert still.state["shownFrame"] == CAME
    still.page.evaluate("release()")
    still.until(f"s.shownFrame === {FAR} && s.volume.isComplete")
    true = still.pixels()
    assert np.abs(true - at_came).mean() > 10 * np.abs(true - blurred).mean()
    assert np.abs(true - blurred).mean() < 0.5
    assert np.abs(true - blurred).max() < 20

    np.testing.assert_array_equal(read_back(still), frames)
    assert still.wire.sent_twice() == []


def test_it_is_made_in_a_headset_too(lab, library, visit):
    page = visit(lab.url, size=(640, 480), headset=True, script=CARD)
    page.shown()
    page.enter("VR")
    page.page.evaluate("location.hash = '#scan=M2_d0'")
    page.until("s.scan === 'M2_d0' && s.volume?.isComplete")
    frames = ScanFile.open(library / "M2_d0.zarr").sequence().frames
    np.testing.assert_array_equal(read_back(page), frames)
    page.frames(2)
    assert page.state["xr"]["mode"] == "immersive-vr"
    assert page.state["renderer"]["calls"] > 5
    assert page.errors == []
