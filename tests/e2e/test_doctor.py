"""The doctor's findings in Chromium: near, far, over HTTPS, unpaired."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import HEADSET, IWER
from tests.server.small import served
from xr_server.addresses import is_loopback, own_addresses, own_names
from xr_server.app import create_app
from xr_server.certificate import certificate_for
from xr_server.doors import Doors
from xr_server.library import Library
from xr_server.pairing import Pairing

FAR = [a for a in own_addresses() if not is_loopback(a) and ":" not in a]


@contextlib.contextmanager
def examined(browser: Any, url: str, script: str = "") -> Any:
    """The page and its findings, by name."""
    with contextlib.closing(browser.new_context(ignore_https_errors=True)) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(script)
        page.goto(url)
        page.wait_for_selector("body[data-done]", timeout=30_000)
        items = page.query_selector_all("#findings li")
        yield page, {i.get_attribute("data-name"): i for i in items}
        assert errors == []


def states(findings: dict[str, Any]) -> dict[str, str]:
    return {name: item.get_attribute("data-state") for name, item in findings.items()}


def test_near_all_is_well_with_a_headset(browser: Any, library: Path) -> None:
    script = IWER.read_text("utf-8") + HEADSET
    with (
        served(create_app(Library(library))) as port,
        examined(browser, f"http://localhost:{port}/doctor", script) as (page, findings),
    ):
        assert set(states(findings).values()) == {"well"}
        assert len(findings) == 7
        assert "VR and MR are there." in findings["WebXR"].inner_text()
        assert "parasam.v1" in findings["Socket"].inner_text()
        assert " MB/s come from the lab." in findings["Throughput"].inner_text()
        assert f"adb reverse tcp:{port} tcp:{port}" in page.inner_text("body")


def test_over_https_a_certificate_that_was_clicked_away_is_noticed(
    browser: Any, library: Path, tmp_path: Path
) -> None:
    own = certificate_for(tmp_path, own_names(), own_addresses())
    with (
        served(create_app(Library(library)), certificate=own.file) as port,
        examined(browser, f"https://localhost:{port}/doctor") as (_, findings),
    ):
        assert states(findings)["Certificate"] == "hint"
        assert "compare the fingerprint of /ca.crt" in findings["Certificate"].inner_text()
        assert states(findings)["Secure context"] == "well"
        assert "wss socket" in findings["Socket"].inner_text()


@pytest.mark.skipif(not FAR, reason="this machine has no address but its own")
def test_far_and_unpaired_it_says_what_to_do_and_then_a_typed_code_opens_the_door(
    browser: Any, library: Path
) -> None:
    pairing = Pairing()
    app = create_app(Library(library), doors=Doors(any_address=True, pairing=pairing))
    with (
        served(app, host="0.0.0.0") as port,  # noqa: S104
        examined(browser, f"http://{FAR[0]}:{port}/doctor") as (page, findings),
    ):
        assert states(findings) == {
            "Secure context": "ill",
            "Certificate": "well",
            "WebXR": "ill",
            "WebGL": "well",
            "Pairing": "ill",
            "Socket": "ill",
            "Throughput": "hint",
        }
        assert "`parasam lab --https`" in findings["Secure context"].inner_text()
        page.goto(f"http://{FAR[0]}:{port}/api/scans")
        page.get_by_label("Code").fill(pairing.code.lower())
        page.get_by_role("button", name="Pair").click()
        page.get_by_text("M1_d0").wait_for()
        page.goto(f"http://{FAR[0]}:{port}/doctor")
        page.wait_for_selector("body[data-done]")
        assert page.get_attribute("li[data-name=Pairing]", "data-state") == "well"
        assert page.get_attribute("li[data-name=Socket]", "data-state") == "well"
