"""A long visit to the lab: `python -m tests.e2e.visitor --minutes 30`.

Somebody opens scans, scrubs, looks in every way, takes the probe, puts tumours side by side, goes
into the headset and out again, at random but the same each time for one seed. Prints a line a
minute: what the page and the server hold. Ends with 1 where the console said an error, another host
was asked, or memory grew.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.e2e.browser import LabPage, launch
from tests.e2e.lab import Lab
from tests.e2e.library import write_library

MIB = 1 << 20
VIEWS = ("Cut", "Glass", "Whole", "Voxels", "Inside")
ROWS = ("Alone", "Timepoints", "Masks")
SETTLING_DEEDS = 60
MOST_GROWTH = 1.25
"""Over what was held when it had settled."""
CARD_VARIES = 4
"""Geometries, or textures, that one scene has more than another; a leak has more each time."""
NOT_OBJECTS = frozenset({"code", "native", "hidden", "object shape", "synthetic"})


@dataclass(frozen=True)
class Held:
    """What is held at one time.

    Attributes:
        objects_mib: of the page's JavaScript, after its garbage went, without compiled code, of
            which a browser makes more the longer a page is used.
        server_mib: resident, of the server.
        geometries: on the graphics card; textures likewise.
    """

    deeds: int
    objects_mib: float
    server_mib: float
    geometries: int
    textures: int


class Visitor:
    """Does one thing after another.

    Attributes:
        deeds: how many so far.
    """

    def __init__(self, page: LabPage, lab: Lab, seed: int) -> None:
        self.page = page
        self.deeds = 0
        self._lab = lab
        self._dice = random.Random(seed)  # noqa: S311
        self._client = page.page.context.new_cdp_session(page.page)
        self._at_a_desk: list[Callable[[], None]] = [
            self._open, self._look, self._look, self._see, self._row, self._probe, self._turn,
            self._planes, self._play, self._levels, self._search, self._table, self._enter,
        ]  # fmt: skip
        self._inside: list[Callable[[], None]] = [
            self._open, self._look, self._see, self._row, self._probe, self._carry, self._carry,
            self._leave,
        ]  # fmt: skip

    def go_on(self) -> None:
        """One deed."""
        is_inside = self.page.state["xr"]["mode"] is not None
        self._dice.choice(self._inside if is_inside else self._at_a_desk)()
        self.deeds += 1

    def settle(self) -> None:
        """Some deeds, and each of them once: what is made at its first use is there."""
        for _ in range(SETTLING_DEEDS):
            self.go_on()
        self.go_home()
        for deed in self._at_a_desk:
            deed()
        for deed in self._inside:
            deed()
        self.go_home()

    def go_home(self) -> None:
        """Out of the headset, alone with the first scan, as at first."""
        if self.page.state["xr"]["mode"] is not None:
            self._leave()
        self._press("Alone")
        if self.page.state["planes"]["areShown"]:
            self._press("Three planes")
        if self.page.state["probe"]["isOut"]:
            self._press("Put the probe away")
        self._press("Cut")
        self.page.page.evaluate("location.hash = '#scan=M1_d0&label=manual'")
        self.page.until("s.scan === 'M1_d0' && s.label === 'manual'")
        self.page.all_here()
        self.page.page.wait_for_timeout(500)

    def held(self) -> Held:
        """What page and server hold now."""
        pages = Path(f"/proc/{self._lab.pid}/statm").read_text("ascii").split()[1]
        drawn = self.page.state["renderer"]
        server_mib = int(pages) * 4096 / MIB
        return Held(self.deeds, _objects_mib(self._client), server_mib, drawn["geometries"],
                    drawn["textures"])  # fmt: skip

    def _press(self, name: str) -> None:
        button = self.page.page.get_by_role("button", name=name, exact=True)
        if button.count() == 1 and button.is_enabled():
            button.dispatch_event("click")  # iwer lays its canvas over the page

    def _slide(self, name: str, low: float, high: float) -> None:
        slider = self.page.page.get_by_role("slider", name=name, exact=True)
        if slider.count() == 1:
            slider.fill(str(round(self._dice.uniform(low, high))))

    def _open(self) -> None:
        state = self.page.state
        scan = self._dice.choice(state["scans"])
        self.page.page.evaluate(f"location.hash = '#scan={scan}'")
        self.page.until(f"s.scan === '{scan}' && s.shownFrame !== null")

    def _look(self) -> None:
        self._slide("Frame", 0, self.page.state["framesOfScan"] - 1)

    def _see(self) -> None:
        self._press(self._dice.choice(VIEWS))

    def _row(self) -> None:
        self._press(self._dice.choice(ROWS))

    def _probe(self) -> None:
        is_out = self.page.state["probe"]["isOut"]
        self._press("Put the probe away" if is_out else "Take the probe")

    def _turn(self) -> None:
        self._slide(self._dice.choice(("Turn", "Tilt", "Roll")), -80, 80)

    def _planes(self) -> None:
        self._press("Three planes")

    def _play(self) -> None:
        self._press("Play")
        self.page.page.wait_for_timeout(400)
        self._press("Stop")

    def _levels(self) -> None:
        self._slide("Level", 60, 190)
        self._slide("Window", 60, 255)

    def _search(self) -> None:
        field = self.page.page.get_by_role("searchbox")
        field.fill(self._dice.choice(("M1", "d6", "nothing has this name")))
        field.fill("")

    def _table(self) -> None:
        self._press("All measurements")
        self.page.page.wait_for_timeout(200)
        self.page.page.keyboard.press("Escape")

    def _enter(self) -> None:
        self.page.enter(self._dice.choice(("VR", "MR")))

    def _carry(self) -> None:
        x, y, z = self.page.tumour_at()
        hand = "headset.controllers.right"
        dx, dy = self._dice.uniform(-0.1, 0.1), self._dice.uniform(-0.1, 0.1)
        self.page.device(f"{hand}.position.set({x}, {y}, {z})")
        self.page.device(f"{hand}.updateButtonValue('squeeze', 1)")
        self.page.device(f"{hand}.position.set({x + dx}, {y + dy}, {z})")
        self.page.device(f"{hand}.updateButtonValue('squeeze', 0)")

    def _leave(self) -> None:
        self.page.leave()


def visited(
    lab: Lab, browser: Browser, *, minutes: float, seed: int
) -> tuple[list[Held], list[str]]:
    """What was held when it had settled and then every minute, and what went wrong."""
    page = LabPage(browser, lab.url, size=(1000, 700), headset=True)
    page.all_here()
    visitor = Visitor(page, lab, seed)
    visitor.settle()
    held = [visitor.held()]
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        until = min(ends, time.monotonic() + 60)
        while time.monotonic() < until:
            visitor.go_on()
        visitor.go_home()
        held.append(visitor.held())
        print(held[-1], file=sys.stderr)
    wrong = [*page.errors, *(f"asked {url}" for url in page.foreign), *_grown(held)]
    page.close()
    return held, wrong


def _objects_mib(client: CDPSession) -> float:
    """From a snapshot of the heap, in the form that Chromium's developer tools read."""
    chunks: list[str] = []

    def take(event: dict[str, str]) -> None:
        chunks.append(event["chunk"])

    client.on("HeapProfiler.addHeapSnapshotChunk", take)
    client.send("HeapProfiler.collectGarbage")
    client.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    client.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    snapshot = json.loads("".join(chunks))
    meta, nodes = snapshot["snapshot"]["meta"], snapshot["nodes"]
    fields, kinds = meta["node_fields"], meta["node_types"][0]
    at, width = {name: n for n, name in enumerate(fields)}, len(fields)
    sizes = zip(nodes[at["type"] :: width], nodes[at["self_size"] :: width], strict=True)
    return sum(size for kind, size in sizes if kinds[kind] not in NOT_OBJECTS) / MIB


def _grown(held: list[Held]) -> list[str]:
    first, last = held[0], held[-1]
    wrong = []
    if last.objects_mib > MOST_GROWTH * first.objects_mib:
        wrong.append(f"the page's objects grew from {first.objects_mib} to {last.objects_mib} MiB")
    if last.server_mib > MOST_GROWTH * first.server_mib:
        wrong.append(f"the server grew from {first.server_mib:.0f} to {last.server_mib:.0f} MiB")
    more = max(last.geometries - first.geometries, last.textures - first.textures)
    if more > CARD_VARIES:
        wrong.append(f"the card held {first} and then {last}")
    return wrong


def main() -> None:
    """Visit, and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab(write_library(Path(folder) / "library")) as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        held, wrong = visited(lab, browser, minutes=arguments.minutes, seed=arguments.seed)
        browser.close()
    print(f"{held[0]}\n{held[-1]}")
    for sentence in wrong:
        print(sentence)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
