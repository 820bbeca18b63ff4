"""The README's pictures: `python -m tests.e2e.pictures OUT_DIR LIBRARY`.

desktop.png and phone.png are the page as it is; ways.png is its stage, four times. vr.png is one
eye's view in an emulated Quest 3, with the tumour taken in the right hand; there the page's own
panels are hidden, so that the headset's picture fills the window. report.png is the beginning of
the library's report.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from parasam_core.api import report
from tests.e2e.browser import DESKTOP, PHONE, LabPage, launch, place
from tests.e2e.lab import Lab

STAGE_AND_PANELS = (960, 600)
NO_CONTROLS = ".over, .budget, .hint { opacity: 0 }"
ONLY_THE_STAGE = """
  .lab { display: block !important } .stage { height: 100vh !important }
  header, aside, .scrubber, .stage > :not(:first-child) { display: none !important }
"""
RIGHT_HAND = np.array([0.055, -0.05, 0.03])  # from the tumour's middle, m
PULLED = np.array([-0.01, 0.06, 0.1])
LEFT_HAND = np.array([-0.13, 1.33, -0.38])


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("library", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with Lab(arguments.library) as lab, sync_playwright() as playwright:
        browser = launch(playwright)
        on_a_screen(browser, lab, DESKTOP, arguments.out / "desktop.png")
        on_a_screen(browser, lab, PHONE, arguments.out / "phone.png")
        ways_to_see(browser, lab, arguments.out / "ways.png")
        in_a_headset(browser, lab, arguments.out / "vr.png")
        of_a_report(browser, arguments.library, arguments.out / "report.png")
        browser.close()


def on_a_screen(browser: Browser, lab: Lab, size: tuple[int, int], out: Path) -> None:
    """The last scan of the library, so that there is a history in the list."""
    page = LabPage(browser, lab.url, size=size)
    page.shown()
    page.page.locator("nav button").last.click()
    page.until("s.growth.length > 1", patience_s=60)
    page.shown()
    page.until("s.volumeMm3 !== null", patience_s=60)
    page.page.wait_for_timeout(500)
    page.page.screenshot(path=out)
    page.close()


def ways_to_see(browser: Browser, lab: Lab, out: Path) -> None:
    """The probe, the inside, voxels, and three planes, two by two."""
    page = LabPage(browser, lab.url, size=STAGE_AND_PANELS)
    page.all_here()
    page.until("s.volume.isComplete", patience_s=60)
    page.page.add_style_tag(content=NO_CONTROLS)

    def still(view: str, button: str = "") -> NDArray[np.uint8]:
        for name in filter(None, (view, button)):
            page.page.get_by_role("button", name=name, exact=True).dispatch_event("click")
        if button == "Take the probe":
            page.page.get_by_role("slider", name="Turn").fill("15")
            page.page.get_by_role("slider", name="Tilt").fill("-25")
        if view == "Voxels":
            page.until("s.voxels")
        page.page.wait_for_timeout(1500)
        return page.pixels().astype(np.uint8)

    upper = [still("Cut", "Take the probe"), still("Inside", "Put the probe away")]
    lower = [still("Voxels"), still("Cut", "Three planes")]
    page.close()
    four = Image.fromarray(np.vstack([np.hstack(upper), np.hstack(lower)]))
    four.quantize(256).save(out, optimize=True)


def of_a_report(browser: Browser, library: Path, out: Path) -> None:
    """As far down as the first scan's cuts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        report(library, path, title="Tumour volumes of a phantom")
        page = browser.new_page(viewport={"width": 1040, "height": 1330})
        page.goto(path.as_uri())
        page.screenshot(path=out)
        page.close()


def in_a_headset(browser: Browser, lab: Lab, out: Path) -> None:
    """The tumour taken with the right hand's controller and turned, the board beside it."""
    page = LabPage(browser, lab.url, headset=True)
    page.shown()
    page.until("s.volumeMm3 !== null", patience_s=60)
    page.page.evaluate("headset.fovy = 0.82")
    page.page.add_style_tag(content=ONLY_THE_STAGE)
    while page.page.evaluate("document.querySelector('.stage canvas').clientHeight") < DESKTOP[1]:
        page.page.wait_for_timeout(100)
    page.page.wait_for_timeout(500)
    page.page.get_by_text("Enter VR").dispatch_event("click")
    page.until("s.xr.mode && s.magnification > 1 && s.xr.inputs.length === 2")
    page.frames(8)
    hand = page.tumour_at() + RIGHT_HAND
    page.device(f"headset.controllers.left.position.set({place(LEFT_HAND)})")
    page.device(f"headset.controllers.right.position.set({place(hand)})")
    page.device("headset.controllers.right.updateButtonValue('squeeze', 1)")
    page.device(f"headset.controllers.right.position.set({place(hand + PULLED)})")
    page.device("headset.controllers.right.quaternion.set(0, -0.2, 0, 0.98)")
    page.device(
        "headset.position.set(0.09, 1.6, 0.02); headset.quaternion.set(-0.19, -0.045, 0, 0.981)"
    )
    page.page.wait_for_timeout(1500)
    page.page.screenshot(path=out)
    page.close()


if __name__ == "__main__":
    main()
