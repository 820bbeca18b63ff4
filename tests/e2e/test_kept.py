"""What the page was sent is there when it is loaded anew; without storage it is sent again."""

from __future__ import annotations

import time

import pytest

from tests.e2e.browser import PATIENCE_S
from xr_server.protocol import MeshData, SliceData, VolumeData

ON_DISK = """() => new Promise(done => {
  const opening = indexedDB.open('parasam');
  opening.onsuccess = () => {
    const counting = opening.result.transaction('listed').objectStore('listed').count();
    counting.onsuccess = () => { opening.result.close(); done(counting.result); };
  };
})"""
NO_ROOM = "throw new DOMException('no', 'QuotaExceededError');"
STORAGE = {
    "refused": "indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); };",
    "full": f"IDBObjectStore.prototype.put = () => {{ {NO_ROOM} }};",
    "lost": "IDBObjectStore.prototype.get = function () { return this.count('nothing'); };",
}


def wait_until_listed(page):
    """Until the page's storage names all that came."""
    deadline = time.monotonic() + PATIENCE_S
    while page.page.evaluate(ON_DISK) < len({c.header.sha256 for c in page.wire.came}):
        assert time.monotonic() < deadline
        page.page.wait_for_timeout(40)


def test_a_page_that_is_loaded_anew_shows_what_it_kept(lab, visit):
    page = visit(lab.url)
    page.all_here()
    first = page.wire.payload_bytes
    wait_until_listed(page)
    page.wire.clear()
    page.page.reload()
    page.all_here()
    kinds = [type(c.header) for c in page.wire.came]
    assert kinds.count(SliceData) == 40
    assert kinds.count(MeshData) >= 1
    assert kinds.count(VolumeData) == 1
    assert first > 200_000
    assert page.wire.payload_bytes == 0
    assert page.errors == []


@pytest.mark.parametrize("how", ["refused", "full", "lost"])
def test_a_browser_that_keeps_nothing_is_sent_it_again(lab, visit, how):
    page = visit(lab.url, script=STORAGE[how])
    page.all_here()
    if how == "lost":
        wait_until_listed(page)  # so that it says it holds all, and has to take that back
    page.wire.clear()
    page.page.reload()
    page.all_here()
    assert page.wire.payload_bytes > 200_000
    assert page.wire.sent_twice() == []
    assert len(page.wire.of("hello")) == (2 if how == "lost" else 1)
