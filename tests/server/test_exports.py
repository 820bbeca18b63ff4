"""Files that pages ask for: the same as the command writes, bounded, and gone with the lab."""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from parasam_core import cli
from parasam_core.errors import ScanError, ServerError
from parasam_core.scanfile import ScanFile
from tests.server.small import ball, sequence_of, served
from tests.server.test_jobs import Page
from xr_server.app import create_app
from xr_server.exports import MOST_FILES, Exports, file_name
from xr_server.jobs import ENDED
from xr_server.library import Library
from xr_server.protocol import SUBPROTOCOL, JobState, Open, ScanOpened

VOXELS = ["nii.gz", "nrrd", "seg.nrrd", "mha", "tif"]
MESHES = ["glb", "stl", "ply", "obj"]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where this test's labs put their exports."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def lab(library_folder, temporary):
    assert temporary.is_dir()
    with served(create_app(Library(library_folder))) as port, client(port) as web:
        yield web


def client(port):
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)


def ask(web, **wish):
    """Have something exported; its job."""
    answer = web.post("/api/jobs", json={"kind": "export", "scan": "M1_d0", "label": "a", **wish})
    assert answer.status_code == 202, answer.text
    return answer.json()


def ended(web, job, patience_s=60):
    give_up = time.monotonic() + patience_s
    while (now := web.get(f"/api/jobs/{job['id']}").json())["state"] not in ENDED:
        assert time.monotonic() < give_up, now
        time.sleep(0.01)
    return now


def downloaded(web, job):
    now = ended(web, job)
    assert now["state"] == "done", now
    answer = web.get(f"/api/jobs/{job['id']}/file")
    assert answer.status_code == 200, answer.text
    return answer


def commanded(*arguments):
    """What the command does, in this process."""
    cli.main([str(argument) for argument in arguments])


@pytest.mark.parametrize("form", VOXELS)
def test_voxels_are_what_the_command_writes(lab, library_folder, tmp_path, form):
    answer = downloaded(lab, ask(lab, format=form))
    commanded("export", library_folder / "M1_d0.zarr", tmp_path / f"own.{form}", "--label", "a")
    assert answer.content == (tmp_path / f"own.{form}").read_bytes()


@pytest.mark.parametrize("form", MESHES)
@pytest.mark.parametrize(
    ("wish", "flags"),
    [
        ({}, []),
        ({"triangles": 500, "ends": "drawn"}, ["--triangles", 500, "--ends", "drawn"]),
        ({"style": "blocks"}, ["--style", "blocks"]),
    ],
    ids=["plain", "coarse", "blocks"],
)
def test_a_mesh_is_what_the_command_writes(lab, library_folder, tmp_path, form, wish, flags):
    answer = downloaded(lab, ask(lab, format=form, **wish))
    own = tmp_path / f"own.{form}"
    commanded("mesh", library_folder / "M1_d0.zarr", own, "--label", "a", *flags)
    assert answer.content == own.read_bytes()


def test_a_mesh_with_its_distance_from_another(lab, library_folder, tmp_path):
    sequence = sequence_of("d0")
    ScanFile.open(library_folder / "M1_d0.zarr").write_mask("b", ball(sequence, 1.2))
    answer = downloaded(lab, ask(lab, format="ply", against="b"))
    own = tmp_path / "own.ply"
    commanded("mesh", library_folder / "M1_d0.zarr", own, "--label", "a", "--against", "b")
    assert answer.content == own.read_bytes()
    assert b"distance_mm" in answer.content[:1000]


def test_a_dicom_segmentation_comes_with_its_series(lab, library_folder, tmp_path):
    answer = downloaded(lab, ask(lab, format="dcm"))
    (tmp_path / "own").mkdir()
    commanded("export", library_folder / "M1_d0.zarr", tmp_path / "own/M1_d0_a.dcm", "--label", "a")
    own = {
        path.relative_to(tmp_path / "own").as_posix(): path.read_bytes()
        for path in (tmp_path / "own").rglob("*.dcm")
    }
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == own
    assert len(own) == 13
    assert 'filename="M1_d0_a.dcm.zip"' in answer.headers["content-disposition"]


def test_a_file_has_a_name_and_an_etag_and_comes_in_parts(lab):
    job = ask(lab, format="nii.gz")
    assert (job["kind"], job["file"]) == ("export", "M1_d0_a.nii.gz")
    whole = downloaded(lab, job)
    assert whole.headers["content-disposition"] == (
        "attachment; filename=\"M1_d0_a.nii.gz\"; filename*=UTF-8''M1_d0_a.nii.gz"
    )
    tag = whole.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{64}"', tag)
    place = f"/api/jobs/{job['id']}/file"
    held = lab.get(place, headers={"if-none-match": tag})
    assert (held.status_code, held.content) == (304, b"")
    part = lab.get(place, headers={"range": "bytes=10-19", "if-range": tag})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_two_at_once_of_the_same_and_of_others(lab):
    wishes = ["stl", "stl", "obj", "nrrd"]
    jobs = [ask(lab, format=form) for form in wishes]
    files = [downloaded(lab, job).content for job in jobs]
    assert files[0] == files[1]
    assert len(set(files)) == 3
    assert [job["file"] for job in jobs] == [f"M1_d0_a.{form}" for form in wishes]


def test_where_no_mask_is_named_the_first_is_taken(lab):
    assert ask(lab, format="nrrd", label=None)["label"] == "a"


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        ({"scan": "nothing", "format": "glb"}, 404, "expected one of the scans"),
        ({"scan": "M1_d6", "format": "glb"}, 404, "expected a mask in M1_d6, got none"),
        ({"label": "x", "format": "glb"}, 404, "expected one of the labels of M1_d0 (a, empty)"),
        ({"against": "x", "format": "glb"}, 404, "expected one of the labels of M1_d0"),
        ({"format": "doc"}, 422, "body.export.format"),
        ({}, 422, "body.export.format"),
        ({"format": "glb", "more": 1}, 422, "more"),
        ({"format": "glb", "triangles": 3}, 422, "100"),
        ({"format": "nrrd", "style": "blocks"}, 422, "expected style with a mesh only"),
        ({"format": "stl", "against": "a"}, 422, "expected against with glb or ply only"),
        ({"format": "stl", "style": "blocks", "triangles": 500}, 422, "all triangles of blocks"),
        ({"kind": "shell", "format": "stl"}, 422, "'segment', 'export'"),
        ({"kind": ["export"], "format": "stl"}, 422, "expected another body"),
    ],
)
def test_exports_that_cannot_be_are_refused(port, wish, status, words):
    wish = {"kind": "export", "scan": "M1_d0", **wish}
    with client(port) as web:
        answer = web.post("/api/jobs", json=wish)
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
        assert web.get("/api/jobs").json() == {"jobs": []}


@pytest.mark.parametrize("body", ["3", "[]", '"export"', "null"])
def test_a_body_that_is_no_wish_is_refused(port, body):
    with client(port) as web:
        answer = web.post("/api/jobs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("expected another body")


def test_a_failure_is_a_sentence_and_leaves_no_file(lab, temporary):
    job = ask(lab, label="empty", format="stl")
    now = ended(lab, job)
    assert (now["state"], now["sentence"][:8]) == ("failed", "expected")
    assert str(temporary) not in now["sentence"]
    answer = lab.get(f"/api/jobs/{job['id']}/file")
    assert answer.status_code == 404
    assert answer.json() == {"error": "expected an export that is done, got one that is failed"}
    assert files_in(temporary) == []


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


class Steps:
    """Holds an export back at a step."""

    def __init__(self, monkeypatch, what):
        self.entered, self.go_on = threading.Event(), threading.Event()
        from parasam_core import api

        written = api.export

        def export(*args, progress, **options):
            def told(step, done, total):
                progress(step, done, total)
                if step == what:
                    self.entered.set()
                    assert self.go_on.wait(30)

            return written(*args, progress=told, **options)

        monkeypatch.setattr(api, "export", export)


@pytest.mark.parametrize("what", ["reading the mask", "writing the series", "writing"])
def test_a_cancelled_one_stops_at_its_next_step_and_leaves_no_file(
    lab, temporary, monkeypatch, what
):
    steps = Steps(monkeypatch, what)
    job = ask(lab, format="dcm")
    waiting = ask(lab, format="stl")
    assert steps.entered.wait(30)
    place = f"/api/jobs/{job['id']}"
    assert lab.get(f"{place}/file").status_code == 404
    assert lab.delete(f"/api/jobs/{waiting['id']}").json()["state"] == "cancelled"
    lab.delete(place)
    steps.go_on.set()
    assert ended(lab, job)["state"] == "cancelled"
    for one in (job, waiting):
        answer = lab.get(f"/api/jobs/{one['id']}/file")
        assert (answer.status_code, "cancelled" in answer.text) == (404, True)
    assert files_in(temporary) == []


def test_every_page_sees_how_far_it_is_and_none_opens_anything_anew(lab):
    url = f"ws://127.0.0.1:{lab.base_url.port}/ws"
    with contextlib.ExitStack() as open_:
        dials = [connect(url, subprotocols=[SUBPROTOCOL], max_size=None) for _ in range(2)]
        pages = [Page(open_.enter_context(dial)) for dial in dials]
        for page in pages:
            page.say(Open("M1_d0", "a"))
            page.until(lambda m: isinstance(m, ScanOpened))
        job = ask(lab, format="glb")
        for page in pages:
            heard = page.until(lambda m: isinstance(m, JobState) and m.state in ENDED)
            last = heard[-1]
            assert (last.id, last.state, last.file) == (job["id"], "done", "M1_d0_a.glb")
            page.say(Open("M1_d6"))
            after = page.until(lambda m: isinstance(m, ScanOpened) and m.scan == "M1_d6")
            assert not [m for m in (*heard, *after[:-1]) if isinstance(m, ScanOpened)]


def test_only_the_last_are_kept(lab, temporary):
    jobs = []
    for _ in range(MOST_FILES + 2):
        jobs.append(ask(lab, format="nrrd"))
        downloaded(lab, jobs[-1])
    found = [lab.get(f"/api/jobs/{job['id']}/file") for job in jobs]
    assert [answer.status_code for answer in found] == [404, 404, *[200] * MOST_FILES]
    assert "export again" in found[0].text
    assert len(files_in(temporary)) == MOST_FILES


def test_nothing_stays_when_the_lab_stops(library_folder, temporary, monkeypatch):
    steps = Steps(monkeypatch, "writing")
    with served(create_app(Library(library_folder))) as port, client(port) as web:
        downloaded(web, ask(web, format="stl"))
        assert len(files_in(temporary)) == 1
        ask(web, format="nrrd")
        assert steps.entered.wait(30)
    steps.go_on.set()
    give_up = time.monotonic() + 30
    while list(temporary.iterdir()):
        assert time.monotonic() < give_up, list(temporary.rglob("*"))
        time.sleep(0.01)


def steps_of_nothing(what, done, total):
    """Nobody watches."""


def of_bytes(count):
    return lambda out, _: out.write_bytes(bytes(count))


def test_bytes_are_bounded(temporary):
    exports = Exports(most_bytes=2_000_000)
    first, second = (exports.make("a.nrrd", of_bytes(900_000), steps_of_nothing) for _ in range(2))
    assert exports.path(first) != exports.path(second)
    third = exports.make("a.nrrd", of_bytes(1_500_000), steps_of_nothing)
    for gone in (first, second):
        with pytest.raises(ScanError, match="got one that is gone; export again"):
            exports.path(gone)
    with pytest.raises(ServerError, match="at most 1 MB, got 2 MB; use `parasam export`"):
        exports.make("a.nrrd", of_bytes(2_100_000), steps_of_nothing)
    assert files_in(temporary) == [exports.path(third)]
    exports.close()
    assert list(temporary.iterdir()) == []


KILLED = """
import os, signal
from xr_server.exports import Exports
Exports().make("a.nrrd", lambda out, _: out.write_bytes(b"0"), lambda *_: None)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_lab_left_goes_and_what_another_has_stays(temporary):
    env = {**os.environ, "TMPDIR": str(temporary)}
    ran = subprocess.run([sys.executable, "-c", KILLED], env=env, timeout=120)
    assert ran.returncode == -signal.SIGKILL
    [left] = files_in(temporary)
    others = temporary / f"parasam-lab-{os.getppid()}-others"
    others.mkdir()
    exports = Exports()
    made = exports.make("a.nrrd", of_bytes(3), steps_of_nothing)
    assert (left.exists(), others.exists(), made.path.exists()) == (False, True, True)
    exports.close()
    assert list(temporary.iterdir()) == [others]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_said(temporary):
    exports = Exports()

    def write(out, _):
        out.symlink_to("/dev/full")
        out.write_bytes(b"0" * 100_000)

    with pytest.raises(ServerError, match=r"expected room for a\.nrrd .* got none; make some"):
        exports.make("a.nrrd", write, steps_of_nothing)
    assert files_in(temporary) == []


@pytest.mark.parametrize(
    ("scan", "name"),
    [
        ("M1_d21", "M1_d21_manual.nii.gz"),
        ("Maus ü", "Maus ü_manual.nii.gz"),
        ('a"b\\c:d\n', "a_b_c_d__manual.nii.gz"),
        ("..", "_manual.nii.gz"),
        ("x" * 300, f"{'x' * 120}.nii.gz"),
        ("ü" * 200, f"{'ü' * 60}.nii.gz"),
        ("bad \udcff", "bad __manual.nii.gz"),
    ],
)
def test_names_fit_any_file_system(scan, name):
    assert file_name(scan, "manual", "nii.gz") == name


def test_a_name_beyond_ascii_is_sent_both_ways(library_folder, temporary):
    assert temporary.is_dir()
    (library_folder / "M1_d0.zarr").rename(library_folder / "Maus ü 50%.zarr")
    with served(create_app(Library(library_folder))) as port, client(port) as web:
        answer = downloaded(web, ask(web, scan="Maus ü 50%", format="stl"))
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Maus _ 50%_a.stl\"; filename*=UTF-8''Maus%20%C3%BC%2050%25_a.stl"
    )
