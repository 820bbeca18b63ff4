"""How much script a page has loaded."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

from tests.e2e.browser import LabPage
from tests.e2e.lab import DIST

MOST_BYTES = 700_000
RESOURCES = "performance.getEntriesByType('resource').map(e => e.name)"


def scripts(page: LabPage) -> dict[str, int]:
    """Bytes of each script that it has loaded, gzipped."""
    paths = {urlsplit(url).path for url in page.page.evaluate(RESOURCES)}
    files = [DIST.parent / path.lstrip("/") for path in paths if path.endswith(".js")]
    return {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in files}
