"""A panel follows a real lab: what is shown there is shown here, and the other way round."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from statistics import median

import httpx
import numpy as np
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from parasam_core.errors import ServerError
from parasam_core.home import labs_file
from tests.e2e.cable import Cable
from tests.e2e.lab import Lab
from tests.e2e.library import SPACE, volume_mm3, write_library
from tests.looking_glass.companion import company
from tests.server.small import served
from tests.server.test_attacks import abroad
from viewers.looking_glass.entry import entry_to, paired
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.held import Held
from xr_server import line
from xr_server.app import create_app
from xr_server.certificate import certificate_for
from xr_server.doors import Doors
from xr_server.library import Library
from xr_server.pairing import Pairing
from xr_server.protocol import (
    SUBPROTOCOL,
    MeshData,
    Place,
    ProbeAt,
    ScanOpened,
    SliceData,
    VolumeData,
    Welcome,
    binary_frame,
    text_frame,
)

FRAMES = SPACE.shape[0]
TURNED = [0.01, 0.02, 0.03, 0.0, 1.0, 0.0, 0.0, 1.5]
HELD = [0.0, 0.0, -0.003, 0.0, 0.0, 0.0, 1.0]
PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    return write_library(tmp_path_factory.mktemp("followed") / "library")


@pytest.fixture(scope="module")
def lab(written):
    with served(create_app(Library(written))) as port:
        yield f"http://127.0.0.1:{port}"


def until(feed, wish):
    """The first state that is as wished."""
    by_s = time.monotonic() + PATIENCE_S
    state = feed.state
    while not wish(state):
        assert time.monotonic() < by_s, state
        state = feed.wait(state.version, 1.0)
    return state


def at(frame):
    """Whether a shared scene is at this frame."""
    return lambda scene: scene.place is not None and scene.place.frame == frame


def is_whole(state):
    """All of a scan with a mask has come."""
    surfaces = state.surfaces
    return (
        len(state.slices) == FRAMES
        and state.volume is not None
        and state.measured is not None
        and surfaces
        and len(surfaces) == surfaces[-1].header.levels
    )


@pytest.fixture
def count(monkeypatch):
    """Digests of the payloads that are sent from here on, as they come."""
    came = []
    whole = Held.whole

    def counted(self, header, sent):
        came.extend([header.sha256] if len(sent) else [])
        return whole(self, header, sent)

    monkeypatch.setattr(Held, "whole", counted)
    return came


def test_alone_it_shows_the_first_scan(lab):
    with Feed(lab) as feed:
        assert feed.state.connection.startswith("waiting: ")
        state = until(feed, is_whole)
    assert (state.connection, state.scan, state.label) == ("open", "M1_d0", "manual")
    assert (state.shape, state.spacing_mm) == (SPACE.shape, SPACE.spacing_mm)
    assert state.advice == ""
    assert state.measured.volume_mm3 == pytest.approx(volume_mm3("d0"))
    assert state.mesh.volume_mm3 == pytest.approx(volume_mm3("d0"), rel=0.05)
    assert state.frame in (19, 20)


def test_or_the_one_that_was_asked_for(lab):
    with Feed(lab, scan="M1_d6", label="shifted") as feed:
        state = until(feed, is_whole)
    assert (state.scan, state.label) == ("M1_d6", "shifted")


def test_frame_and_mask_are_those_of_the_scan(lab, written):
    with Feed(lab) as feed:
        until(feed, is_whole)
        feed.look(12)
        state = until(feed, lambda s: s.slice.frame == 12)
    origin = httpx.Client(base_url=f"{lab}/api/scans/M1_d0", trust_env=False)
    with origin as web:
        frame, mask = web.get("/frames/12.png"), web.get("/labels/manual/masks/12.png")
    np.testing.assert_array_equal(state.slice.levels, _image(frame))
    np.testing.assert_array_equal(state.slice.mask, _image(mask) > 0)
    assert state.slice.mask.any()
    corner = state.scene_from_index @ (0, 0, 12, 1)
    assert corner[2] == pytest.approx(-12 * SPACE.spacing_mm[0] / 1e3)


def _image(answer):
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_scrubbing_elsewhere_is_here_within_100_ms(lab):
    frames = [int(k) for k in np.random.default_rng(7).permutation(FRAMES)[:20]]
    with company(lab) as ann, Feed(lab) as feed:
        ann.select("M1_d0", "manual", 39 if frames[0] != 39 else 38)
        until(feed, lambda s: is_whole(s) and s.frame >= 38)
        took_s = []
        for frame in frames:
            began_s = time.perf_counter()
            ann.share(place=Place("M1_d0", frame))
            until(feed, lambda s, k=frame: s.frame == k == s.slice.frame)
            took_s.append(time.perf_counter() - began_s)
            ann.until(at(frame))
    print(f"\n20 scrubs: median {1e3 * median(took_s):.1f} ms, longest {1e3 * max(took_s):.1f} ms")
    assert median(took_s) < 0.1


def test_what_the_panels_user_does_comes_to_the_others(lab):
    with company(lab) as ann, Feed(lab) as feed:
        ann.select("M1_d0", "manual", 3)
        until(feed, lambda s: s.frame == 3 and s.companions == ("Ann",))
        feed.look(31)
        assert ann.until(at(31)).selection.scan == "M1_d0"
        feed.look(FRAMES + 50)
        ann.until(at(FRAMES - 1))
        feed.turn(TURNED)
        assert ann.until(lambda scene: scene.pose is not None).pose == TURNED
        feed.open("M1_d6")
        scene = ann.until(lambda scene: scene.selection and scene.selection.scan == "M1_d6")
        assert (scene.selection.label, scene.place) == ("manual", None)
        until(feed, lambda s: s.scan == "M1_d6" and is_whole(s))
        for _ in range(200):
            feed.look(5)
            feed.look(6)
        feed.look(7)
        assert ann.until(at(7))


def test_scan_view_pose_and_probe_are_those_that_are_shared(lab):
    with company(lab) as ann, Feed(lab) as feed:
        until(feed, is_whole)
        ann.select("M1_d6", "shifted", 8)
        ann.share(view="glass", pose=TURNED, probe=ProbeAt("M1_d6", HELD))
        state = until(feed, lambda s: s.label == "shifted" and s.frame == 8 and s.probe)
        assert (state.scan, state.view) == ("M1_d6", "glass")
        assert (state.pose, state.probe) == (tuple(TURNED), tuple(HELD))
        ann.select("M1_d0", "manual", 9)
        state = until(feed, lambda s: s.scan == "M1_d0" and s.frame == 9)
        assert (state.probe, state.pose) == (None, tuple(TURNED))
        ann.select("M1_d6", "manual", 10)
        assert until(feed, lambda s: s.frame == 10 and s.scan == "M1_d6").probe is None


def test_it_offers_nothing_so_that_the_first_who_shares_leads(lab):
    with Feed(lab) as feed:
        until(feed, is_whole)
        with company(lab) as ann:
            assert ann.scene.selection is None
            ann.share(offer=True, view="solid")
            ann.select("M1_d6", "manual", 30)
            until(feed, lambda s: s.scan == "M1_d6" and s.frame == 30 and s.view == "solid")


def test_a_scan_that_is_not_there_is_said_and_not_shared(lab):
    with company(lab) as ann, Feed(lab) as feed:
        ann.select("M1_d0", "manual", 3)
        until(feed, lambda s: s.frame == 3)
        feed.open("nobody")
        state = until(feed, lambda s: s.failure)
        assert state.failure.startswith("expected a scan of the lab, got nobody; there are M1_d0")
        feed.open("M1_d0", "mine")
        until(feed, lambda s: s.failure.startswith("expected a mask of M1_d0, got mine"))
        feed.look(4)
        assert ann.until(at(4)).selection.scan == "M1_d0"


def test_an_edited_mask_brings_another_mesh(written, tmp_path):
    folder = shutil.copytree(written, tmp_path / "library")
    with served(create_app(Library(folder))) as port, Feed(f"127.0.0.1:{port}") as feed:
        before = until(feed, is_whole)
        drawn = np.zeros(SPACE.shape[1:], np.uint8)
        drawn[10:50, 20:60] = 255
        stream = io.BytesIO()
        Image.fromarray(drawn).save(stream, "PNG")
        path = f"http://127.0.0.1:{port}/api/scans/M1_d0/labels/manual/masks/20.png"
        assert httpx.put(path, content=stream.getvalue(), trust_env=False).status_code == 204
        feed.look(20)
        after = until(feed, lambda s: is_whole(s) and s.measured.voxels != before.measured.voxels)
        state = until(feed, lambda s: s.slice.frame == 20 and s.slice.mask.sum() == 1600)
    assert after.mesh is not before.mesh
    assert after.mesh.volume_mm3 > before.mesh.volume_mm3
    assert state.frame == 20


def test_a_cut_line_is_taken_up_and_nothing_comes_twice(lab, count):
    with Cable(lab, bits_per_s=4e6) as cable, Feed(cable.url) as feed:
        for slices in (4, 12, 25):
            until(feed, lambda s, n=slices: len(s.slices) >= n)
            cable.cut()
            assert "fell" in until(feed, lambda s: not s.is_open).trouble
        until(feed, is_whole)
        carried_bytes = cable.carried_bytes
        cable.cut()
        until(feed, lambda s: not s.is_open)
        state = until(feed, lambda s: s.is_open and s.companions == ())
        feed.look(2)
        until(feed, lambda s: s.slice.frame == 2)
        carried_bytes = cable.carried_bytes - carried_bytes
    assert len(count) == len(set(count))
    assert is_whole(state)
    print(f"\n{len(count)} payloads, none twice; {carried_bytes} bytes to take up the line")
    assert carried_bytes < 4096


def test_a_lab_killed_and_started_again_is_followed_again(written, count):
    with Lab(written) as lab, Feed(lab.url, scan="M1_d6") as feed:
        until(feed, is_whole)
        feed.look(33)
        until(feed, lambda s: s.frame == 33)
        sent = len(count)
        lab.kill()
        state = until(feed, lambda s: not s.is_open)
        assert is_whole(state)  # what was shown stays
        until(feed, lambda s: "nobody answers; start it with `parasam lab`" in s.trouble)
        lab.start()
        state = until(feed, lambda s: s.is_open)
        assert (state.scan, state.frame) == ("M1_d6", 33)
        feed.open("M1_d0")
        until(feed, lambda s: s.scan == "M1_d0" and is_whole(s))
        assert len(count) > sent
        feed.open("M1_d6")
        until(feed, lambda s: s.scan == "M1_d6" and is_whole(s))
    assert len(count) == len(set(count))


def test_nobody_there_is_said_until_somebody_is(written):
    with Cable("http://127.0.0.1:9") as unused:
        port = int(unused.url.rstrip("/").rpartition(":")[2])
    with Feed(f"http://127.0.0.1:{port}") as feed:
        said = until(feed, lambda s: "nobody answers" in s.trouble).connection
        assert said == (
            f"waiting: expected a lab at http://127.0.0.1:{port}, nobody answers; "
            "start it with `parasam lab`"
        )
        with served(create_app(Library(written)), port):
            until(feed, is_whole)


@contextmanager
def beyond(written, tmp_path, *, secure=False):
    """A lab that takes every caller for one on another machine; its doors and address."""
    doors = Doors(any_address=True, pairing=Pairing())
    own = certificate_for(tmp_path / "own", ["localhost"], ["127.0.0.1"])
    app = create_app(Library(written), doors=doors, authority_pem=own.authority_pem)
    ca = tmp_path / "ca.crt"
    ca.write_bytes(own.authority_pem)
    with served(abroad(app), certificate=own.file if secure else None) as port:
        yield doors.pairing, f"http{'s' if secure else ''}://127.0.0.1:{port}/", ca


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))


def test_another_machine_is_let_in_by_the_code_alone(written, tmp_path):
    with beyond(written, tmp_path) as (pairing, url, _):
        with Feed(url) as feed:
            state = until(feed, lambda s: "code" in s.trouble)
            assert "expected a paired browser; type the code" in state.trouble
        with pytest.raises(ServerError, match="expected the code that"), Feed(url, "AAAAAA"):
            pass
        with Feed(f"{url}?pair={pairing.code}") as feed:
            until(feed, is_whole)
        assert labs_file().stat().st_mode & 0o777 == 0o600
        with Feed(url) as feed:  # the token was kept
            until(feed, is_whole)
        labs_file().write_text("damaged")
        with Feed(url, code=pairing.code.lower()) as feed:
            until(feed, is_whole)
            pairing.tokens.forget_all()
            assert "revoked" in until(feed, lambda s: not s.is_open).trouble


def test_no_token_is_sent_to_another_lab(lab, written, tmp_path):
    with beyond(written, tmp_path) as (pairing, url, _):
        first = paired(entry_to(url, pairing.code))
        assert paired(entry_to(url)).headers == first.headers != {}
        assert paired(entry_to(url, "AAAAAA")).headers == first.headers  # as it is in the history
        assert paired(entry_to(lab)).headers == {}
        assert paired(entry_to(lab, "ABCDEF")).headers == {}  # it asks for none


def test_a_lab_of_a_certificate_of_its_own_is_trusted_by_its_authority(written, tmp_path):
    with beyond(written, tmp_path, secure=True) as (pairing, url, ca):
        with Feed(url, pairing.code, ca) as feed:
            until(feed, is_whole)
        with pytest.raises(ServerError, match="a certificate that this machine trusts"):
            Feed(url, pairing.code).__enter__()
        with Feed(url) as feed:
            assert "give the lab's ca.crt" in until(feed, lambda s: "cert" in s.trouble).trouble


@pytest.mark.parametrize("url", ["", "ftp://lab", "http://", "http://lab:port", "http://[::1"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ServerError, match="expected the address of a lab as `parasam lab` prints"):
        Feed(url)


def test_a_certificate_that_is_none_is_refused(tmp_path):
    (tmp_path / "ca.crt").write_text("nothing")
    for ca in (tmp_path / "ca.crt", tmp_path / "none"):
        with pytest.raises(ServerError, match="expected a certificate in PEM"):
            Feed("https://localhost:1", ca=ca)


def test_a_lab_of_another_protocol_is_said(written, monkeypatch):
    monkeypatch.setattr(line, "SUBPROTOCOL", "parasam.v2")
    with served(create_app(Library(written))) as port, Feed(f"127.0.0.1:{port}") as feed:
        trouble = until(feed, lambda s: "hung up" in s.trouble).trouble
    assert "hung up: expected subprotocol parasam.v2, got parasam.v1" in trouble


def test_another_program_there_is_said(lab):
    with Feed(f"{lab}/elsewhere") as feed:
        until(feed, lambda s: s.trouble.startswith("expected a lab at ") and "HTTP 4" in s.trouble)


def test_who_gives_no_token_is_no_lab():
    with liar() as (url, _), pytest.raises(ServerError, match="expected a lab at"):
        paired(entry_to(url, "ABCDEF"))


@contextmanager
def liar(*frames, subprotocols=(SUBPROTOCOL,)):
    """A server that answers a hello with these frames; its address and what it was told last."""
    told = []

    def talk(socket):
        with contextlib.suppress(ConnectionClosed):
            socket.recv(timeout=30)
            for frame in frames:
                socket.send(frame)
            while True:
                socket.recv(timeout=30)
        told.append(socket.protocol.close_code)

    with serve(talk, "127.0.0.1", 0, subprotocols=subprotocols) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}", told
        server.shutdown()
        thread.join()


WELCOME = Welcome("x 1", "token", [])
MATRIX = np.diag([1e-3, -1e-3, -1e-3, 1.0]).ravel().tolist()
CUBE = ScanOpened("s", "", "", "m", ["m"], [2, 2, 2], [1.0] * 3, "user", MATRIX, None)
EMPTY = replace(CUBE, shape=[0, 2, 2])
FLAT = replace(CUBE, scene_from_index=[0.0] * 16)
DIGEST = hashlib.sha256(b"lies").hexdigest()
TRUE = hashlib.sha256(b"12345").hexdigest()
SLICE = SliceData("s", 0, 2, 2, "m", DIGEST)
MESH = MeshData("s", "m", 0, 1, 1, DIGEST, 0.0)
LIES = {
    "no message": ["garbage"],
    "a list": ["[]"],
    "nothing": [b""],
    "a header without end": [b"\xff" * 9],
    "a page's word": ['{"type":"ack","seq":1}'],
    "a scan of nothing": [text_frame(EMPTY)],
    "a scan without extent": [text_frame(FLAT)],
    "a payload never sent": [text_frame(CUBE), binary_frame(SLICE, b"")],
    "another payload": [text_frame(CUBE), binary_frame(SLICE, b"12345")],
    "the digest of something else": [
        text_frame(CUBE),
        binary_frame(replace(SLICE, sha256=TRUE), b"12345"),
        binary_frame(VolumeData("s", [2, 2, 2], [1, 1, 1], [0.0] * 3, TRUE), b""),
    ],
    "no mesh": [text_frame(CUBE), binary_frame(MESH, b"lies")],
    "a frame that is not there": [
        text_frame(CUBE),
        binary_frame(replace(SLICE, frame=2, sha256=TRUE), b"12345"),
    ],
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_who_lies_is_hung_up_on_and_that_is_said(lie):
    with liar(text_frame(WELCOME), *lie) as (url, told), Feed(url) as feed:
        trouble = until(feed, lambda s: "do not match: expected " in s.trouble).trouble
        assert trouble.startswith(f"the lab at {url} and this panel do not match")
        feed.look(1)  # it lives
    assert told == [1002]


def test_who_agrees_to_no_protocol_is_hung_up_on():
    with liar(subprotocols=None) as (url, _), Feed(url) as feed:
        until(feed, lambda s: "do not match: expected parasam.v1, got none" in s.trouble)


def test_commands_before_and_after_do_nothing(lab):
    feed = Feed(lab)
    feed.look(3)
    with feed:
        until(feed, is_whole)
    feed.look(3)
    assert feed.state.frame != 3
    assert feed.state.connection == "waiting: the lab was left"
    with pytest.raises(ValueError, match="expected a pose of 8 numbers, got 7"):
        feed.turn((0.0,) * 7)


def test_nothing_new_is_waited_for_no_longer_than_asked(lab):
    with Feed(lab) as feed:
        version = until(feed, is_whole).version
        assert feed.wait(version + 10, 0.05).version <= version + 10


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_of_ours_is_said(lab, monkeypatch):
    def defect(*_):
        raise RuntimeError("a defect")

    monkeypatch.setattr(Held, "whole", defect)
    with Feed(lab) as feed:
        trouble = until(feed, lambda s: s.scan and not s.is_open).trouble
    assert trouble.startswith("ParaSAM failed; see what it wrote")
