"""What is built asks no other host for anything."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.lab import DIST, NO_PAGE

ADDRESS = re.compile(rb"https?://[^\s\"'`)<>\\]+")
# Names and notes that nothing fetches: XML namespaces, licences, and where errors are explained.
NOT_FETCHED = re.compile(
    rb"https?://(www\.w3\.org/|react\.dev/errors/|github\.com/|docs\.pmnd\.rs/"
    rb"|opencollective\.com/react-three-fiber|fb\.me/use-check-prop-types)"
)


def test_no_address_in_the_build_but_those_that_nothing_fetches():
    assert DIST.is_file(), NO_PAGE
    scripts = [p for p in DIST.parent.rglob("*") if p.suffix in (".js", ".css", ".html")]
    found = {a for path in scripts for a in ADDRESS.findall(path.read_bytes())}
    assert sorted(a for a in found if not NOT_FETCHED.match(a)) == []


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_models_of_controllers_and_hands_are_served(side):
    profiles = DIST.parent / "profiles"
    listed = json.loads((profiles / "profilesList.json").read_text("utf-8"))
    assert set(listed) == {
        "meta-quest-touch-plus", "generic-trigger-squeeze-thumbstick", "generic-hand",
    }  # fmt: skip
    for name in listed:
        assert (profiles / name / f"{side}.glb").read_bytes()[:4] == b"glTF"
