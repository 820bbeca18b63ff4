"""A page has a tumour outlined."""

from __future__ import annotations

import shutil

from tests.e2e.lab import Lab


def test_the_model_is_asked_and_its_mask_is_shown(visit, library, tmp_path):
    """The shipped model, on the scan that has no masks; cancelled once, then to its end."""
    with Lab(shutil.copytree(library, tmp_path / "library")) as lab:
        ask(visit, lab)


def ask(visit, lab):
    desk = visit(f"{lab.url}#scan=M2_d0")
    desk.until("s.scan === 'M2_d0' && s.shownFrame !== null")
    find = desk.page.get_by_role("button", name="Find the tumour")
    find.click()
    desk.page.get_by_role("button", name="Cancel: Outlining M2_d0").click()
    desk.page.locator(".jobs li").wait_for(state="detached", timeout=60_000)
    assert desk.state["label"] is None
    find.click()
    desk.page.locator(".jobs progress").wait_for()
    assert find.is_disabled()
    desk.until("s.scan === 'M2_d0' && s.label === 'auto'", patience_s=90)
    desk.page.locator(".jobs li").wait_for(state="detached")
    assert "auto" in (desk.page.locator("nav").text_content() or "")  # it may be out of view
    assert desk.errors == []
