"""How much the page loads: little at a desk, and what a headset needs before one is offered."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

from tests.e2e.lab import DIST

MOST_BYTES = 700_000
SCRIPTS = "performance.getEntriesByType('resource').map(e => e.name)"


def scripts(page) -> dict[str, int]:
    """Bytes of each script that the page loaded, gzipped."""
    paths = {urlsplit(url).path for url in page.page.evaluate(SCRIPTS)}
    files = [DIST.parent / path.lstrip("/") for path in paths if path.endswith(".js")]
    return {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in files}


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
