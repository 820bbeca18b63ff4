"""A frame that is drawn anew is on disk and in every page; what others write comes, too."""

import io
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import httpx
import numpy as np
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from PIL import Image
from websockets.sync.client import connect

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.server.listener import Listener, of
from tests.server.small import SHAPE, ball, sequence_of, served
from xr_server.app import create_app
from xr_server.body import body_of, sketch_of
from xr_server.jobs import Jobs
from xr_server.library import Library, content_of
from xr_server.protocol import (
    SUBPROTOCOL,
    Measured,
    MeshData,
    Open,
    ScanOpened,
    SliceData,
    Welcome,
)
from xr_server.scene import scene_of

MASK = "/api/scans/M1_d0/labels/a/masks/{}.png"
HEIGHT, WIDTH = SHAPE[1:]


@pytest.fixture
def lab(library_folder):
    with served(create_app(Library(library_folder))) as port:
        yield port


@pytest.fixture
def web(lab):
    with httpx.Client(base_url=f"http://127.0.0.1:{lab}", trust_env=False) as client:
        yield client


@pytest.fixture
def page(lab):
    with connect(f"ws://127.0.0.1:{lab}/ws", subprotocols=[SUBPROTOCOL], proxy=None) as socket:
        yield Listener(socket)


def png(mask, mode="L"):
    stream = io.BytesIO()
    Image.fromarray(np.where(mask, 255, 0).astype(np.uint8)).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def block(rows, columns):
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[rows, columns] = True
    return mask


DRAWN = block(slice(8, 20), slice(10, 30))


@pytest.mark.parametrize("mode", ["L", "1"])
def test_a_frame_that_is_put_is_on_disk_with_who_did_it(web, library_folder, mode):
    before = ScanFile.open(library_folder / "M1_d0.zarr").mask("a")
    answer = web.put(MASK.format(5), content=png(DRAWN, mode))
    assert (answer.status_code, answer.content) == (204, b"")
    after = ScanFile.open(library_folder / "M1_d0.zarr").mask("a")
    np.testing.assert_array_equal(after.masks[5], DRAWN)
    others = np.arange(SHAPE[0]) != 5
    np.testing.assert_array_equal(after.masks[others], before.masks[others])
    made = after.provenance
    assert (made.source, made.verb, made.first_verb) == ("ball", "edit", "import")
    assert list(made.details["edited"]) == ["5"]
    assert datetime.fromisoformat(made.details["edited"]["5"]) <= datetime.now(UTC)
    shown = web.get(MASK.format(5))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(shown.content))), DRAWN)
    assert shown.headers["etag"] == answer.headers["etag"]


def test_two_editors_do_not_overwrite_each_other_unseen(web, library_folder):
    tag = web.get(MASK.format(5)).headers["etag"]
    drawings = [png(block(slice(8, 20), slice(10, 20 + n))) for n in range(6)]
    put = partial(web.put, MASK.format(5), headers={"if-match": tag})
    with ThreadPoolExecutor(len(drawings)) as editors:
        answers = list(editors.map(lambda drawing: put(content=drawing), drawings))
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [204, *[412] * 5]
    assert "frame 5 is another by now" in answers[codes.index(412)].json()["error"]
    stored = ScanFile.open(library_folder / "M1_d0.zarr").mask("a").masks[5]
    assert png(stored) == drawings[codes.index(204)]
    assert put(content=png(DRAWN), headers={"if-match": "*"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "content", "status", "sentence"),
    [
        (MASK.format(12), png(DRAWN), 404, "expected a frame from 0 to 11, got 12"),
        (MASK.replace("/a/", "/b/").format(1), png(DRAWN), 404, "expected one of the labels"),
        (MASK.replace("M1_d0", "no").format(1), png(DRAWN), 404, "expected one of the scans"),
        (MASK.format(1), b"", 422, "expected a grey PNG of 8 bits a pixel, 41 × 30 pixels, got 0"),
        (MASK.format(1), b"GIF89a" * 9, 422, "expected a grey PNG"),
        (MASK.format(1), png(DRAWN[1:]), 422, "expected a grey PNG"),
        (MASK.format(1), png(DRAWN, "RGB"), 422, "expected a grey PNG"),
        (MASK.format(1), png(DRAWN, "P"), 422, "expected a grey PNG"),
        (MASK.format(1), png(DRAWN)[:60], 422, "expected a grey PNG"),
        (MASK.format(1), png(DRAWN)[:40] + b"\0" * 60, 422, "expected a grey PNG"),
        (MASK.format(1), b"a" * (2 << 20 | 1), 413, "expected a body of at most 2097152 bytes"),
    ],
)
def test_what_is_no_mask_of_the_frame_is_refused(
    web, library_folder, path, content, status, sentence
):
    label = library_folder / "M1_d0.zarr" / "labels" / "a"
    before = {f: f.stat().st_mtime_ns for f in label.rglob("*")}
    answer = web.put(path, content=content)
    said = answer.text if status == 413 else answer.json()["error"]
    assert (answer.status_code, said[: len(sentence)]) == (status, sentence)
    assert {f: f.stat().st_mtime_ns for f in label.rglob("*")} == before


def test_a_mask_that_a_job_writes_is_not_edited(library_folder, monkeypatch):
    monkeypatch.setattr(Jobs, "is_busy", lambda _, scan, label: (scan, label) == ("M1_d0", "a"))
    with served(create_app(Library(library_folder))) as port:
        url = f"http://127.0.0.1:{port}{MASK.format(5)}"
        answer = httpx.put(url, content=png(DRAWN), trust_env=False)
    assert (answer.status_code, "a job writes M1_d0 a" in answer.text) == (409, True)


def test_an_edit_sends_one_slice_the_meshes_and_the_numbers(web, page, library_folder):
    page.open("M1_d0", "a")
    for frame, times in ((5, 3), (6, 1)):
        for n in range(times):
            mask = block(slice(8, 20), slice(10, 30 - n))
            assert web.put(MASK.format(frame), content=png(mask)).status_code == 204
            heard = list(page.until(lambda heard: of(heard, Measured)))
            page.heard.clear()
            [part] = [(m, p) for m, p in heard if isinstance(m, SliceData)]
            assert part[0].frame == frame
            bits = np.unpackbits(np.frombuffer(part[1][HEIGHT * WIDTH :], np.uint8))
            np.testing.assert_array_equal(bits[: mask.size].reshape(mask.shape), mask)
            meshes = of(heard, MeshData)
            assert [m.level for m in meshes] == list(range(meshes[-1].levels))
            assert len(heard) == 1 + len(meshes) + 1
            [numbers] = of(heard, Measured)
            stored = ScanFile.open(library_folder / "M1_d0.zarr").mask("a").masks
            assert numbers.voxels == stored.sum()
    # what another program writes then comes by the same watch, and nothing of the edits before it
    scan = ScanFile.open(library_folder / "M1_d0.zarr")
    scan.write_mask("late", ball(scan.sequence()))
    heard = page.until(lambda heard: of(heard, Welcome))
    assert [type(message) for message, _ in heard] == [Welcome]
    assert heard[0][0].scans[0].labels == ["a", "empty", "late"]


def test_the_last_pixel_that_goes_takes_the_tumour_with_it(web, page):
    page.open("M1_d0", "empty")
    path = MASK.replace("/a/", "/empty/").format(5)
    web.put(path, content=png(DRAWN))
    page.until(lambda heard: of(heard, Measured))
    assert of(page.heard, ScanOpened)[-1].frames_with_tumour == [5, 5]
    page.heard.clear()
    web.put(path, content=png(DRAWN & False))
    page.until(lambda heard: len(of(heard, SliceData)) == SHAPE[0])
    assert of(page.heard, ScanOpened)[-1].frames_with_tumour is None
    assert of(page.heard, MeshData) == []


def test_what_another_program_writes_reaches_the_page(page, library_folder):
    page.open("M1_d0", "a")
    scan = ScanFile.open(library_folder / "M1_d0.zarr")
    smaller = ball(scan.sequence(), radius_mm=0.7)
    scan.write_mask("a", smaller)
    heard = page.until(lambda heard: of(heard, Measured))
    assert of(heard, Measured)[0].voxels == smaller.masks.sum()
    write_scan(library_folder / "M1_d10.zarr", sequence_of("d10"))
    page.until(lambda heard: of(heard, Welcome))
    assert [card.id for card in of(heard, Welcome)[0].scans] == ["M1_d0", "M1_d6", "M1_d10"]


def test_a_first_mask_that_another_program_writes_is_shown(page, library_folder):
    page.open("M1_d6")
    scan = ScanFile.open(library_folder / "M1_d6.zarr")
    scan.write_mask("first", ball(scan.sequence()))
    page.until(lambda heard: of(heard, Measured))
    assert [m.label for m in of(page.heard, ScanOpened)] == ["first"]


def test_pages_that_go_to_another_scan_meanwhile_are_not_called_back(web, page):
    page.open("M1_d0", "a")
    page.say(Open("M1_d6"))
    web.put(MASK.format(5), content=png(DRAWN))
    page.until(lambda heard: len({m.frame for m in of(heard, SliceData)
                                  if m.scan == "M1_d6"}) == SHAPE[0])  # fmt: skip
    assert of(page.heard, ScanOpened)[-1].scan == "M1_d6"


def test_the_coarse_mesh_of_an_edit_goes_before_its_slice(tmp_path):
    """A page would else draw the fine surface of before once more."""
    inside = write_large(tmp_path)
    with (
        served(create_app(Library(tmp_path))) as port,
        connect(f"ws://127.0.0.1:{port}/ws", subprotocols=[SUBPROTOCOL], proxy=None) as socket,
    ):
        page = Listener(socket)
        page.say(Open("M1", "a"))
        page.until(lambda heard: of(heard, Measured) and len(of(heard, SliceData)) == len(inside))
        page.heard.clear()
        path = f"http://127.0.0.1:{port}/api/scans/M1/labels/a/masks/30.png"
        with httpx.Client(trust_env=False) as web:
            web.put(path, content=png(np.roll(inside[30], 9, axis=1)))
        heard = page.until(lambda heard: of(heard, SliceData))
        assert [(type(m), getattr(m, "level", None)) for m, _ in heard] == [
            (MeshData, 0),
            (SliceData, None),
        ]


def write_large(folder):
    """A scan whose coarse mesh is made before the others; (z, y, x) bool, its mask."""
    space = Space((60, 120, 120), (0.076, 0.04, 0.04))
    z, y, x = np.ogrid[-1:1:60j, -1:1:120j, -1:1:120j]
    inside = (z / 0.8) ** 2 + (y / 0.6) ** 2 + (x / 0.7) ** 2 < 1
    frames = np.random.default_rng(0).integers(0, 255, space.shape, dtype=np.uint8)
    made = Provenance("noise", made_by=signed("import"))
    sequence = Sequence(frames, space, "M1", "d0", (120, 120), (0, 0, 120, 120), made)
    write_scan(folder / "M1.zarr", sequence).write_mask("a", MaskStack(inside, space, made))
    return inside


def test_a_scene_after_edits_is_the_one_that_is_read_anew(tmp_path):
    """Slices, coarse mesh, finer ones: byte for byte."""
    inside = write_large(tmp_path)
    with (
        served(create_app(Library(tmp_path))) as port,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/scans/M1/labels/a", trust_env=False
        ) as web,
    ):
        glbs = []
        for frame in (30, 9, 59):
            web.put(f"masks/{frame}.png", content=png(np.roll(inside[frame], frame, axis=1)))
            levels = (web.get(f"mesh/{n}.glb") for n in itertools.count())
            glbs.append([glb.content for glb in itertools.takewhile(is_there, levels)])
            scan = ScanFile.open(tmp_path / "M1.zarr")
            scene = scene_of(scan, "a", content_of(scan, "a"))
            sketched = sketch_of(scene)
            assert sketched is not None
            assert [level.glb for level in body_of(scene, sketched).levels] == glbs[-1]
            shown = np.asarray(Image.open(io.BytesIO(web.get(f"masks/{frame}.png").content)))
            np.testing.assert_array_equal(scene.masks[frame], shown)
    assert len({glb for each in glbs for glb in each}) == sum(map(len, glbs))


def is_there(response):
    return response.status_code == 200


def test_whatever_is_put_is_answered_as_described(lab, library_folder):
    described = create_app(Library(library_folder)).openapi()
    schema = schemathesis.openapi.from_dict(described)
    with requests.Session() as session:
        session.trust_env = False

        @settings(max_examples=25, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=schema["/api/scans/{scan}/labels/{label}/masks/{k}.png"]["PUT"].as_strategy())
        def ask(case):
            case.call_and_validate(base_url=f"http://127.0.0.1:{lab}", session=session)

        ask()
