"""A page of the lab in headless Chromium, and the Quest 3 that iwer puts into it."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright

from tests.e2e.chromium import chromium_path
from tests.e2e.wire import Wire

# Drawn in software, so that it looks the same on every machine, and silent towards the network.
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_S = 20.0
MODULES = Path(__file__).resolve().parents[2] / "viewers/webxr/node_modules"
IWER = MODULES / "iwer/build/iwer.min.js"
ROOMS = MODULES / "@iwer/sem/build/iwer-sem.min.js"
OFFICE = MODULES / "@iwer/sem/lib/captures/office_small.json"
HEADSET = """
  ;{ const headset = new IWER.XRDevice(IWER.metaQuest3, {stereoEnabled: false});
     headset.installRuntime({forceInstall: true});  // Chromium has a navigator.xr of its own
     headset.position.set(0, 1.6, 0);
     window.headset = headset; }
"""
# A desk 0.75 m high before the user, among other things; the space that was asked for is kept.
ROOM = """
  ;{ const { headset } = window;
     headset.installSEM(IWER_SEM.SyntheticEnvironmentModule);
     headset.sem.loadEnvironment(%s);
     const ask = XRSession.prototype.requestReferenceSpace;
     XRSession.prototype.requestReferenceSpace = async function (type) {
       return (window.space = await ask.call(this, type));
     }; }
"""
FRAMES = """n => new Promise(done => {
  const session = window.headset.activeSession;
  session?.addEventListener('end', done);  // which draws no more
  const tick = () => (n-- <= 0 || !session ? done() : session.requestAnimationFrame(tick));
  tick();
})"""

RESET = """(() => {
  const { headset } = window;
  headset.primaryInputMode = 'controller';
  headset.position.set(0, 1.6, 0);
  headset.quaternion.set(0, 0, 0, 1);
  for (const [side, sign] of [['left', -1], ['right', 1]]) {
    const controller = headset.controllers[side];
    controller.position.set(0.25 * sign, 1.5, -0.4);
    controller.quaternion.set(0, 0, 0, 1);
    const buttons = ['squeeze', 'trigger', side === 'left' ? 'y-button' : 'b-button'];
    for (const button of buttons) controller.updateButtonValue(button, 0);
    controller.updateAxes('thumbstick', 0, 0);
    headset.hands[side].updatePinchValue(0);
    headset.hands[side].position.set(0.25 * sign, 1.5, -0.4);
    headset.hands[side].quaternion.set(0, 0, 0, 1);
  }
})()"""


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium; Playwright's own where the machine has none."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)


class LabPage:
    """The page, what it said, asked for and shows.

    Attributes:
        page: Playwright's.
        errors: console errors and exceptions so far.
        foreign: requests that went to another host than the lab's.
        wire: what came and went over its sockets.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        size: tuple[int, int] = DESKTOP,
        headset: bool = False,
        room: bool = False,
        script: str = "",
    ) -> None:
        self._context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.page: Page = self._context.new_page()
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.wire = Wire(self.page)
        self._host = urlsplit(url).netloc
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        if headset:
            script += IWER.read_text("utf-8") + HEADSET
        if room:
            script += ROOMS.read_text("utf-8") + ROOM % OFFICE.read_text("utf-8")
        self.page.add_init_script(script)
        self.page.goto(url)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("about", "blob", "data") and parts.netloc != self._host:
            self.foreign.append(url)

    @property
    def state(self) -> dict[str, Any]:
        """`window.parasam.state`, {} before it is there."""
        return dict(self.page.evaluate("window.parasam?.state ?? {}"))

    def until(self, wish: str, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until an expression of the state `s` holds; gives the state."""
        deadline = time.monotonic() + patience_s
        ask = f"(s => s && ({wish}))(window.parasam?.state)"
        while not self.page.evaluate(ask):
            assert time.monotonic() < deadline, f"waited in vain for {wish}: {self.state}"
            self.page.wait_for_timeout(40)
        return self.state

    def shown(self) -> dict[str, Any]:
        """Wait until a frame is there, and the finest mesh where there is a mask."""
        return self.until(
            "(s.mesh ? s.mesh.level === s.mesh.levels - 1 : s.scan && !s.label) "
            "&& s.shownFrame === s.frame"
        )

    def pixels(self) -> NDArray[np.int16]:
        """(y, x, 3) of the stage, as it is on the screen."""
        self.page.wait_for_timeout(150)
        return as_pixels(self.page.locator(".stage").screenshot())

    def all_here(self) -> dict[str, Any]:
        """Wait until every frame, the volume and the finest mesh are there."""
        self.shown()
        frames = "s.framesOfScan > 0 && s.slicesHeld === s.framesOfScan"
        return self.until(f"{frames} && s.volume && s.volumeMm3")

    def close(self) -> None:
        self._context.close()

    # the headset

    def seen(self) -> NDArray[np.int16]:
        """(y, x, 3) of what the headset sees, which iwer lays over the page."""
        self.page.wait_for_timeout(150)
        return as_pixels(self.page.locator("canvas:not(.stage canvas)").screenshot())

    def enter(self, mode: str) -> dict[str, Any]:
        """Into "VR" or "MR", until the tumour lies before the head."""
        self.page.get_by_role("button", name=f"Enter {mode}").click()
        self.until("s.xr.mode && s.magnification > 1 && s.xr.inputs.length === 2")
        self.frames(8)
        return self.state

    def leave(self) -> None:
        """Out again, hands and controllers as at first."""
        self.page.evaluate(RESET)
        if self.state["xr"]["mode"] is not None:
            # iwer lays its canvas over the button
            self.page.get_by_role("button", name="Leave the headset").dispatch_event("click")
        self.until("s.xr.mode === null && s.magnification === 1")

    def frames(self, count: int) -> None:
        """Let the headset draw so many."""
        self.page.evaluate(FRAMES, count)

    def device(self, script: str) -> None:
        """Do something with the emulated `headset`, and let it draw."""
        self.page.evaluate(f"(headset => {{ {script} }})(window.headset)")
        self.frames(4)

    def tumour_at(self) -> NDArray[np.float64]:
        """(3,) where the tumour's middle is in the room, m."""
        return np.array(self.state["tumourMatrixWorld"][12:15])

    def tumour_axes(self) -> NDArray[np.float64]:
        """(3, 3) unit axes of the tumour in the room, one a row."""
        matrix = np.array(self.state["tumourMatrixWorld"]).reshape(4, 4)[:3, :3]
        return np.asarray(matrix / np.linalg.norm(matrix, axis=1)[:, None])


def as_pixels(png: bytes) -> NDArray[np.int16]:
    """(y, x, 3) of an image file."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int16)


def place(points: NDArray[np.float64]) -> str:
    """Arguments of `position.set`."""
    return ", ".join(f"{value:.4f}" for value in points)
