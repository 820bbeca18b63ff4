"""Two pages of one lab: they end alike, and neither waits for the other."""

from __future__ import annotations

import random

from tests.e2e.cable import Cable

ALIKE = ["scan", "label", "mesh", "volumeMm3", "slicesHeld", "failure"]


def test_two_pages_end_alike_whatever_is_cut_and_wished_meanwhile(lab, visit):
    dice = random.Random(6)  # noqa: S311
    with Cable(lab.url, bits_per_s=2e7) as cable:
        pages = [visit(cable.url), visit(cable.url)]
        for page in pages:
            page.all_here()
        for _ in range(8):
            page = dice.choice(pages)
            page.page.get_by_role("button", name=dice.choice(["d0", "d6"])).first.click()
            page.page.wait_for_timeout(dice.randrange(300))
            cable.cut()
        for page in pages:
            page.page.evaluate("location.hash = '#scan=M1_d6&label=shifted'")
            page.page.wait_for_timeout(dice.randrange(100))
            cable.cut()
        first, second = ({k: state_of(page)[k] for k in ALIKE} for page in pages)
    assert first == second


def state_of(page):
    page.until("s.connection === 'open' && s.scan === 'M1_d6' && s.label === 'shifted'")
    return page.all_here()


def test_a_page_that_stands_still_delays_no_other(lab, visit):
    stopped, other = visit(lab.url), visit(lab.url)
    stopped.all_here()
    other.all_here()
    stopped.page.evaluate(
        "setTimeout(() => { const until = performance.now() + 4000;"
        " while (performance.now() < until); });"
        "location.hash = '#scan=M1_d6&label=manual'; null"
    )
    other.page.get_by_role("button", name="d6").click()
    other.until("s.scan === 'M1_d6' && s.slicesHeld === 40", patience_s=3)
    stopped.until("s.scan === 'M1_d6'")
    stopped.all_here()
