"""How much the page loads: little at a desk, and what a headset needs before one is offered."""

from __future__ import annotations

import contextlib

from tests.e2e.browser import HEADSET, IWER
from tests.e2e.bundle import MOST_BYTES, scripts


def test_a_desk_loads_nothing_that_only_a_headset_needs(visit, lab):
    page = visit(lab.url)
    page.all_here()
    loaded = scripts(page)
    assert not [name for name in loaded if name.startswith(("immersion", "emulate"))]
    assert 100_000 < sum(loaded.values()) < MOST_BYTES * 0.7
    page.close()


def test_where_a_headset_is_offered_all_of_it_is_there_and_small_enough(visit, lab):
    page = visit(lab.url, size=(640, 480), headset=True)
    page.all_here()
    page.page.locator("button:enabled", has_text="Enter VR").wait_for()
    loaded = scripts(page)
    assert [name for name in loaded if name.startswith("immersion")]
    assert sum(loaded.values()) < MOST_BYTES
    page.close()


def test_no_headset_is_offered_where_what_it_needs_did_not_come(browser, lab):
    with contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.route("**/immersion-*.js", lambda route: route.abort())
        page.add_init_script(IWER.read_text("utf-8") + HEADSET)
        page.goto(lab.url)
        page.get_by_text("What a headset needs did not come").wait_for()
        assert page.get_by_role("button", name="Enter VR").is_disabled()
