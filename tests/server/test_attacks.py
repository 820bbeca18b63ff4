"""What was tried at the door of a lab served beyond this machine, and what came of it.

Every attack is made while a paired page is being served, which must not notice.
"""

import contextlib
import http.client
import os
import re
import socket
import struct
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.server.small import served
from xr_server import connections, line, pace
from xr_server.app import create_app
from xr_server.audit import Audit
from xr_server.connections import MOST_OF_AN_ADDRESS
from xr_server.doors import Doors
from xr_server.library import Library
from xr_server.pairing import Pairing
from xr_server.protocol import (
    LARGEST_INCOMING_BYTES,
    SUBPROTOCOL,
    Ack,
    Hello,
    Look,
    Open,
    ScanOpened,
    server_message,
    split_binary,
    text_frame,
)
from xr_server.security import LARGEST_HEAD_BYTES
from xr_server.tokens import Tokens
from xr_server.witness import Witness

WANTS_LINUX = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
HEADSET = "192.168.1.50"
ESCAPES = ["..", "%2e%2e", "..%2f..", "%2e%2e%2f", "..%5c..", "....//", "%252e%252e", "%00",
           "..%00", "%2fetc%2fpasswd", "//etc/passwd", "C:%5cWindows",
           "M1_d0%2f..%2f.."]  # fmt: skip
PLACES = ["/{}", "/assets/{}/secret.txt", "/api/scans/{}", "/api/scans/{}/frames/0.png",
          "/api/scans/M1_d0/labels/{}/masks/0.png", "/api/scans/M1_d0/labels/{}/measurement",
          "/api/scans/M1_d0/labels/a/mesh/{}.glb", "/doctor/{}", "/api/jobs/{}",
          "/api/jobs/{}/file"]  # fmt: skip


def abroad(app):
    """The app, with every caller from another machine."""

    async def asked(scope, receive, send):
        if scope["type"] != "lifespan":
            scope["client"] = (HEADSET, 4711)
        await app(scope, receive, send)

    return asked


@dataclass
class Door:
    port: int
    pairing: Pairing
    audit: Path
    now_s: list
    witness: Witness

    @property
    def cookie(self):
        return {"Cookie": f"parasam_pair={self.pairing.tokens.issue(HEADSET)}"}

    def refusals(self):
        """How many there were."""
        counted = re.findall(rb"parasam_refusals_total{.*} (.+)", self.witness.metrics.text())
        return sum(map(float, counted))

    def ask(self, request):
        """A request as it is written here; gives status, headers and body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(request)
            response = http.client.HTTPResponse(wire)
            response.begin()
            return response.status, dict(response.getheaders()), response.read()

    def page(self, headers=None, **options):
        options = {"subprotocols": [SUBPROTOCOL], "proxy": None, **options}
        headers = self.cookie if headers is None else headers
        url = f"ws://127.0.0.1:{self.port}/ws"
        return connect(url, additional_headers=headers, **options)


@pytest.fixture(scope="module")
def door(written_once, page_folder, tmp_path_factory):
    """A lab whose callers all come from elsewhere."""
    audit, now_s = tmp_path_factory.mktemp("door") / "audit.jsonl", [time.time()]
    pairing = Pairing(Tokens(now_s=lambda: now_s[0]))
    witness = Witness(Audit(audit))
    doors = Doors(any_address=True, pairing=pairing)
    app = create_app(Library(written_once), page_folder, doors, witness=witness)
    with served(abroad(app), witness=witness) as port:
        yield Door(port, pairing, audit, now_s, witness)


@pytest.fixture
def bystander(door):
    """A paired page that is being shown a scan, before and after."""
    with door.page() as socket:
        socket.send(text_frame(Hello()))
        yield
        socket.send(text_frame(Open("M1_d6")))
        while not isinstance(heard := hear(socket), ScanOpened):
            socket.send(text_frame(Ack(heard.seq)))


def hear(socket):
    frame = socket.recv(timeout=20)
    return split_binary(frame)[0] if isinstance(frame, bytes) else server_message(frame)


def closing(socket):
    try:
        while True:
            socket.recv(timeout=20)
    except ConnectionClosed as closed:
        return closed.rcvd.code, closed.rcvd.reason


def request(path="/", method="GET", body=b"", **headers):
    headers = {"Host": "192.168.1.7:8017", "Connection": "close", **headers}
    lines = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


JSON = {"Content_Type": "application/json"}


def post(path, body, **headers):
    return request(path, "POST", body, Content_Length=len(body), **JSON, **headers)


def revoked(door):
    token = door.pairing.tokens.issue(HEADSET)
    door.pairing.tokens.forget_all()
    return f"Bearer {token}"


def expired(door):
    token = door.pairing.tokens.issue(HEADSET)
    door.now_s[0] += 31 * 86400
    return f"Bearer {token}"


UNPAIRED = (403, "expected a paired browser; type the code that `parasam lab` shows")
REQUESTS = {
    "unpaired": (lambda _: request(), *UNPAIRED),
    "unpaired resource": (lambda _: request("/api/scans"), *UNPAIRED),
    "unpaired metrics": (lambda _: request("/metrics"), *UNPAIRED),
    "unpaired description": (lambda _: request("/openapi.json"), *UNPAIRED),
    "says it is loopback": (lambda _: request(X_Real_IP="127.0.0.1"), *UNPAIRED),
    "forged token": (lambda _: request(Authorization="Bearer " + "A" * 43), *UNPAIRED),
    "empty token": (lambda _: request(Cookie="parasam_pair="), *UNPAIRED),
    "digest as token": (
        lambda d: request(Authorization=f"Bearer {d.pairing.tokens._paired[0].sha256}"),
        *UNPAIRED,
    ),
    "wrong Host": (
        lambda d: request(**d.cookie | {"Host": "evil.example"}),
        403,
        "expected a request for an address of this lab, got one for 'evil.example'",
    ),
    "wrong Origin": (
        lambda d: request(**d.cookie | {"Origin": "http://evil.example"}),
        403,
        "expected a request of this lab's own page, got one of 'http://evil.example'",
    ),
    "body too large": (
        lambda _: request("/api/pair", "POST", b"x", Content_Length=70_000, **JSON),
        413,
        "expected a body of at most 65536 bytes, got 70000",
    ),
    "body without length": (
        lambda _: request("/api/pair", "POST", b"1\r\nx\r\n", Transfer_Encoding="chunked", **JSON),
        413,
        "expected a body of at most 65536 bytes, got one of unknown length",
    ),
    "no code": (
        lambda _: request("/api/pair", "POST", b"{}", Content_Length=2, **JSON),
        422,
        '{"error":"expected another body.code: Field required"}',
    ),
    "label that is a path": (
        lambda d: post("/api/jobs", b'{"scan": "M1_d0", "label": "../../x"}', **d.cookie),
        404,
        '{"error":"expected a label name of letters',
    ),
    "scan that is a path": (
        lambda d: post("/api/jobs", b'{"scan": "../M1_d0"}', **d.cookie),
        404,
        '{"error":"expected one of the scans M1_d0, M1_d6, got',
    ),
    "model that is a path": (
        lambda d: post("/api/jobs", b'{"scan": "M1_d0", "model": "../x"}', **d.cookie),
        422,
        '{"error":"expected another body.segment.model: ',
    ),
    "job that is a path": (
        lambda d: request("/api/jobs/..%2f..%2fx", "DELETE", **d.cookie),
        405,
        '{"error":"expected a resource of this lab, got DELETE /api/jobs/../../x: ',
    ),
    "export of a label that is a path": (
        lambda d: post(
            "/api/jobs",
            b'{"kind": "export", "scan": "M1_d0", "label": "../a", "format": "nrrd"}',
            **d.cookie,
        ),
        404,
        '{"error":"expected one of the labels of M1_d0 (a, empty), got',
    ),
    "export as something else": (
        lambda d: post(
            "/api/jobs",
            b'{"kind": "export", "scan": "M1_d0", "format": "../nrrd"}',
            **d.cookie,
        ),
        422,
        '{"error":"expected another body.export.format.',
    ),
    "file of a job that is a path": (
        lambda d: request("/api/jobs/..%2f..%2fetc%2fpasswd/file", **d.cookie),
        404,
        '{"error":"expected a resource of this lab, got GET /api/jobs/../../etc/passwd/file: ',
    ),
    "file of a job that is none": (
        lambda d: request("/api/jobs/..%5c..%5cx/file", **d.cookie),
        404,
        '{"error":"expected the id of a job, got',
    ),
    "unpaired file": (lambda _: request("/api/jobs/x/file"), *UNPAIRED),
    "unpaired export": (
        lambda _: post("/api/jobs", b'{"kind": "export", "scan": "M1_d0", "format": "nrrd"}'),
        *UNPAIRED,
    ),
    "unpaired work": (lambda _: post("/api/jobs", b'{"scan": "M1_d0"}'), *UNPAIRED),
    "no HTTP": (lambda _: bytes(range(256)), 400, "expected an HTTP/1.1 request with a head of"),
    "head too large": (
        lambda _: request(Cookie="a" * LARGEST_HEAD_BYTES),
        431,
        "expected a head of at most 16 KiB, got a larger one",
    ),
    "line too large": (
        lambda _: request("/" + "a" * LARGEST_HEAD_BYTES),
        431,
        "expected a head of at most 16 KiB, got a larger one",
    ),
    "endless head": (
        lambda _: request(Cookie="a" * 20_000)[:-4],
        400,
        "expected an HTTP/1.1 request with a head of at most 16 KiB, got another",
    ),
    "nothing said": (lambda _: b"", 408, "expected a request within 0.4 s, got a part"),
    "slow head": (lambda _: request()[:-2], 408, "expected a request within 0.4 s, got a part"),
    "slow body": (
        lambda _: request("/api/pair", "POST", b"{", Content_Length=9, **JSON),
        408,
        "expected a request within 0.4 s, got a part",
    ),
}


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("attack", REQUESTS)
def test_a_request_is_refused_with_a_sentence_and_counted(door, attack, monkeypatch):
    make, status, sentence = REQUESTS[attack]
    if status == 408:
        monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.4)
    before = door.refusals()
    got, headers, body = door.ask(make(door))
    assert (got, body.decode()[: len(sentence)]) == (status, sentence)
    assert "Set-Cookie" not in headers
    assert door.refusals() > before or status in (404, 405, 422)


def test_expired_and_revoked_tokens_open_nothing_any_more(door):
    for spoil in (expired, revoked):
        good = door.pairing.tokens.issue(HEADSET)
        assert door.ask(request(Authorization=f"Bearer {good}"))[0] == 200
        assert door.ask(request(Authorization=spoil(door)))[0] == 403
        assert door.ask(request(Authorization=f"Bearer {good}"))[0] == 403


def test_a_code_opens_once_by_the_link_and_by_the_api(door):
    code = door.pairing.code
    status, headers, _ = door.ask(request(f"/?pair={code}"))
    assert status == 200
    cookie = headers["set-cookie"].split(";")[0]
    assert door.ask(request(Cookie=cookie))[0] == 200
    replayed = door.ask(request(f"/?pair={code}"))
    assert (replayed[0], replayed[2][:28]) == (403, b"expected the code that `para")
    body = b'{"code": "%s"}' % door.pairing.code.lower().encode()
    posted = request("/api/pair", "POST", body, Content_Length=len(body), **JSON)
    status, _, given = door.ask(posted)
    token = re.search(rb'"token":"([^"]+)"', given)[1].decode()
    assert (status, door.ask(request(Authorization=f"Bearer {token}"))[0]) == (200, 200)
    assert door.ask(posted)[0] == 403
    door.pairing._patience.right(HEADSET)
    said = door.audit.read_text("utf-8")
    assert not any(secret in said for secret in (code, token, cookie.split("=")[1]))


@pytest.mark.usefixtures("bystander")
def test_who_guesses_is_told_to_wait(door):
    answers = [door.ask(request(f"/?pair=AAAAA{i}")) for i in range(6)]
    assert [status for status, _, _ in answers] == [403, 403, 403, 429, 429, 429]
    assert answers[-1][1]["retry-after"] == "1"
    assert answers[-1][2].startswith(b"expected no code for 1 s after wrong ones; wait")
    assert door.ask(request(f"/?pair={door.pairing.code}"))[0] == 429
    door.pairing._patience.right(HEADSET)


@pytest.mark.usefixtures("bystander")
def test_who_is_not_paired_may_not_ask_without_end(door, written_once, monkeypatch):
    monkeypatch.setattr(pace, "REQUESTS_AT_ONCE", 3)
    doors = Doors(any_address=True, pairing=Pairing())
    with served(abroad(create_app(Library(written_once), doors=doors))) as port:
        other = replace(door, port=port)
        answers = [other.ask(request("/healthz"))[0] for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        status, headers, body = other.ask(request())
    assert (status, headers["retry-after"]) == (429, "1")
    assert body.startswith(b"expected at most 20 requests a second before pairing, got more; wait")


@pytest.mark.parametrize("place", PLACES)
def test_no_path_leads_out(door, place):
    for escape in ESCAPES:
        status, headers, body = door.ask(request(place.format(escape), **door.cookie))
        assert status in (307, 400, 404, 422) or body.startswith(b"<!doctype"), escape
        assert headers.get("location", "http://192.168.1.7:8017/").startswith("http://192.168.1.7")
        assert b"root:" not in body
        assert body.replace(b"secret.txt", b"").find(b"secret") < 0


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    ("headers", "origin"),
    [({}, None), ({"Cookie": "parasam_pair=AAAA"}, None), (None, "http://evil.example")],
    ids=["unpaired", "forged token", "wrong Origin"],
)
def test_a_socket_is_refused_with_a_sentence(door, headers, origin, caplog):
    with pytest.raises(InvalidStatus) as refused, door.page(headers, origin=origin):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.body.startswith(b"expected a ")
    assert caplog.messages == []  # strangers do not fill the terminal


HELLO = text_frame(Hello())
TALKS = {
    "wrong version": ([], 1002, "expected subprotocol parasam.v1, got parasam.v0; reload"),
    "hello missing": ([], 1002, "expected hello within 0.4 s, got nothing"),
    "ack first": (['{"type":"ack","seq":1}'], 1002, "expected hello first, got ack"),
    "hello twice": ([HELLO, HELLO], 1002, "expected one hello a connection, got another"),
    "unknown type": ([HELLO, '{"type":"shell"}'], 1002, "expected a message of parasam.v1"),
    "half a message": ([HELLO, '{"type":"look"'], 1002, "expected a message of parasam.v1"),
    "random text": ([os.urandom(64).hex()], 1002, "expected a message of parasam.v1"),
    "random bytes": ([HELLO, os.urandom(64)], 1002, "expected a text frame, got a binary one"),
    "deep JSON": ([HELLO, "[" * 100_000], 1002, "expected a message of parasam.v1"),
    "oversized": ([HELLO, "a" * (LARGEST_INCOMING_BYTES + 1)], 1009, ""),
    "flood": (
        [HELLO, *[text_frame(Look("M1_d0", 1))] * 4000],
        1008,
        "expected at most 500 messages a second, got more; slow down",
    ),
}


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("attack", TALKS)
def test_a_talk_is_closed_with_a_code_and_a_sentence(door, attack, monkeypatch):
    frames, code, sentence = TALKS[attack]
    if attack == "hello missing":
        monkeypatch.setattr(line, "HELLO_WITHIN_S", 0.4)
    offered = ["parasam.v0"] if attack == "wrong version" else [SUBPROTOCOL]
    with door.page(subprotocols=offered) as socket:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                socket.send(frame)
        got = closing(socket)
    assert (got[0], got[1][: len(sentence)]) == (code, sentence)


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec_WebSocket_Protocol": SUBPROTOCOL,
}


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\xff" * 64, 1002), (b"\x81\x05hello", 1002), (b"\x81\xff" + b"\xff" * 8, 1009),
     (b"\x09\x80\0\0\0\0", 1002)],
    ids=["noise", "not masked", "2⁶⁴ bytes", "split ping"],
)  # fmt: skip
def test_what_is_no_websocket_is_closed(door, frame, code):
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as wire:
        wire.sendall(request("/ws", **door.cookie, **UPGRADE))
        assert wire.recv(4096).startswith(b"HTTP/1.1 101")
        wire.sendall(frame)
        said = b"".join(iter(lambda: wire.recv(4096), b""))
    assert struct.unpack(">H", said[2:4]) == (code,)


@WANTS_LINUX
@pytest.mark.usefixtures("bystander")
def test_pings_are_not_answered_for_ever_where_nobody_listens(door):
    ping = b"\x89\xfd" + bytes(4) + bytes(125)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as wire:
        wire.sendall(request("/ws", **door.cookie, **UPGRADE))
        assert wire.recv(4096).startswith(b"HTTP/1.1 101")
        wire.sendall(b"\x81\x90" + bytes(4) + b'{"type":"hello"}')
        wire.settimeout(1)
        before = resident_bytes()
        with contextlib.suppress(TimeoutError):
            for _ in range(64):
                wire.sendall(ping * 8000)  # 1 MB
        assert resident_bytes() - before < 24 << 20


def test_a_talk_ends_when_its_token_is_revoked(door):
    with door.page() as socket:
        socket.send(HELLO)
        hear(socket)
        door.pairing.tokens.forget_all()
        socket.send(text_frame(Look("M1_d0", 1)))
        assert closing(socket) == (1008, "expected a paired browser, but its pairing was revoked")


def test_a_silent_talk_ends_when_its_token_is_revoked(door):
    with door.page() as silent, door.page() as other:
        for socket in (silent, other):
            socket.send(HELLO)
            hear(socket)
        door.pairing.tokens.forget_all()
        for socket in (silent, other):
            assert closing(socket) == (
                1008,
                "expected a paired browser, but its pairing was revoked",
            )


def test_a_silent_talk_ends_when_another_process_revokes(door, written_once, tmp_path):
    """As `parasam lab --forget-paired` does."""
    paired = tmp_path / "paired.json"
    pairing = Pairing(Tokens(paired))
    app = create_app(Library(written_once), doors=Doors(any_address=True, pairing=pairing))
    with served(abroad(app)) as port:
        other = replace(door, port=port, pairing=pairing)
        with other.page() as socket:
            socket.send(HELLO)
            hear(socket)
            assert Tokens(paired).forget_all() == 1
            assert closing(socket)[0] == 1008


def test_who_never_acks_stalls_nobody_else(door):
    with contextlib.ExitStack() as pages:
        for _ in range(8):
            silent = pages.enter_context(door.page())
            silent.send(HELLO)
            silent.send(text_frame(Open("M1_d0", "a")))
        began_s = time.monotonic()
        with door.page() as socket:
            socket.send(HELLO)
            socket.send(text_frame(Open("M1_d6")))
            while not isinstance(heard := hear(socket), ScanOpened):
                socket.send(text_frame(Ack(heard.seq)))
        assert time.monotonic() - began_s < 5


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.usefixtures("bystander")
@WANTS_LINUX
def test_thousands_of_connections_are_refused_and_leave_nothing_behind(door, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 60)
    with contextlib.ExitStack() as held:
        while (wire := knock(door, held)) is None:
            pass
        assert wire.startswith(b"HTTP/1.1 503")
        most = f"expected at most {MOST_OF_AN_ADDRESS} connections from one address, got another"
        assert most.encode() in wire
        before = resident_bytes()
        for _ in range(3000):
            assert knock(door, held, 5).startswith(b"HTTP/1.1 503")
        assert resident_bytes() - before < 8 << 20
        elsewhere = ("127.0.0.2", 0)  # another address is let in meanwhile
        with socket.create_connection(("127.0.0.1", door.port), 5, elsewhere) as wire:
            wire.sendall(request("/healthz"))
            assert wire.recv(4096).startswith(b"HTTP/1.1 200")


def knock(door, held, patience_s=0.05):
    """What a connection is refused with; None, and held open, where it is let in."""
    wire = held.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=5))
    wire.settimeout(patience_s)
    try:
        said = wire.recv(4096)
    except TimeoutError:
        return None
    wire.close()
    return said
