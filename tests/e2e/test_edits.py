"""A frame that is drawn anew is seen, coarse first, and leaves nothing behind on the card."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.e2e.lab import Lab
from tests.e2e.library import SPACE, write_library
from xr_server.protocol import MeshData, SliceData

SWAPS = 12
WARM = 4


@pytest.fixture(scope="module")
def own_lab(tmp_path_factory):
    """Whose masks may be edited."""
    with Lab(write_library(tmp_path_factory.mktemp("edited"))) as started:
        yield started


def put(lab, frame, width):
    """A rectangle as this frame's mask."""
    mask = np.zeros(SPACE.shape[1:], np.uint8)
    mask[20:44, 20 : 20 + width] = 255
    stream = io.BytesIO()
    Image.fromarray(mask).save(stream, "PNG")
    host = urlsplit(lab.url)
    url = f"http://{host.hostname}:{host.port}/api/scans/M1_d0/labels/manual/masks/{frame}.png"
    assert httpx.put(url, content=stream.getvalue(), trust_env=False).status_code == 204


def test_an_edit_is_seen_with_its_volume(own_lab, visit):
    page = visit(own_lab.url)
    before = page.all_here()
    page.wire.clear()
    put(own_lab, 20, 10)
    page.until(f"s.volumeMm3 && s.volumeMm3 < {before['volumeMm3']}")
    smaller = page.shown()
    put(own_lab, 20, 30)
    wider = page.until(f"s.volumeMm3 > {smaller['volumeMm3']}")
    more_mm3 = 24 * (30 - 10) * SPACE.voxel_mm3
    assert wider["volumeMm3"] - smaller["volumeMm3"] == pytest.approx(more_mm3)
    page.shown()
    kinds = [type(came.header) for came in page.wire.came]
    assert kinds.count(SliceData) == 2
    assert kinds.count(MeshData) == 2 * before["mesh"]["levels"]
    assert page.wire.of("scan") == page.wire.of("welcome") == []
    assert page.errors == []


def test_meshes_that_are_swapped_again_and_again_leave_the_card_as_it_was(own_lab, visit):
    page = visit(own_lab.url)
    page.all_here()
    held = []
    for swap in range(SWAPS):
        numbers = len(page.wire.of("measured"))
        put(own_lab, 10 + swap % 20, 10 + swap % 30)
        while len(page.wire.of("measured")) == numbers:
            page.page.wait_for_timeout(20)
        page.shown()
        drawn = page.state["renderer"]
        held.append((drawn["geometries"], drawn["textures"]))
    assert max(held[WARM:]) <= max(held[:WARM])
    assert page.errors == []
