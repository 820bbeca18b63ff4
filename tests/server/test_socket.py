"""A real server and a real client."""

import contextlib
import json
import socket as socket_module
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.server.small import SHAPE, served
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import (
    LARGEST_INCOMING_BYTES,
    SUBPROTOCOL,
    Ack,
    Failed,
    Hello,
    Look,
    Measured,
    MeshData,
    Open,
    ScanOpened,
    SliceData,
    VolumeData,
    Welcome,
    server_message,
    split_binary,
    text_frame,
)
from xr_server.serve import listening

PATIENCE_S = 30


def lab(port, **options):
    options = {"subprotocols": [SUBPROTOCOL], "proxy": None, **options}
    return connect(f"ws://127.0.0.1:{port}/ws", **options)


def say(socket, *messages):
    for message in messages:
        socket.send(text_frame(message))


def hear(socket, timeout=PATIENCE_S):
    frame = socket.recv(timeout=timeout)
    return split_binary(frame)[0] if isinstance(frame, bytes) else server_message(frame)


def hear_until(socket, wanted):
    heard = []
    while not heard or not isinstance(heard[-1], wanted):
        heard.append(hear(socket))
        say(socket, Ack(heard[-1].seq))
    return heard


def frames_of(messages):
    return [m.frame for m in messages if isinstance(m, SliceData)]


def closing(socket):
    """Code and reason that the server closes with."""
    try:
        while True:
            socket.recv(timeout=PATIENCE_S)
    except ConnectionClosed as closed:
        return closed.rcvd.code, closed.rcvd.reason


def test_a_scan_from_hello_to_the_last_slice(port):
    with lab(port) as socket:
        assert socket.subprotocol == SUBPROTOCOL
        assert socket.protocol.extensions == []  # no permessage-deflate
        say(socket, Hello())
        assert isinstance(hear(socket), Welcome)
        say(socket, Open("M1_d0", "a"), Look("M1_d0", 3))
        heard = hear_until(socket, Measured)
        while set(frames_of(heard)) != set(range(SHAPE[0])):
            heard.append(hear(socket))
            say(socket, Ack(heard[-1].seq))
    assert isinstance(heard[0], ScanOpened)
    assert len(frames_of(heard)) == SHAPE[0]
    levels = [m.level for m in heard if isinstance(m, MeshData)]
    assert (
        levels == sorted(levels) == list(range(heard[-1].levels if levels == [] else len(levels)))
    )
    seqs = [m.seq for m in heard]
    assert seqs == sorted(set(seqs))


def test_slices_follow_the_look(port):
    with lab(port) as socket:
        say(socket, Hello(), Open("M1_d6"), Look("M1_d6", 0))
        heard = [hear(socket) for _ in range(8)]  # the credit is up
        assert frames_of(heard)[:5] == [0, 1, 2, 3, 4]
        say(socket, Look("M1_d6", 11), *(Ack(m.seq) for m in heard))
        assert frames_of(hear(socket) for _ in range(4))[:3] == [11, 10, 9]


def test_nothing_beyond_the_credit_comes_without_an_ack(port):
    with lab(port) as socket:
        say(socket, Hello(), Open("M1_d6"))
        heard = [hear(socket) for _ in range(8)]
        with pytest.raises(TimeoutError):
            hear(socket, timeout=0.3)
        say(socket, Ack(heard[-1].seq))
        assert isinstance(hear(socket), SliceData | VolumeData)


def test_pages_that_take_nothing_delay_no_other(port):
    with contextlib.ExitStack() as stalled:
        for _ in range(8):
            say(stalled.enter_context(lab(port)), Hello(), Open("M1_d0", "a"))
        waits_s = []
        for _ in range(2):  # the first may have to wait for the surface to be made
            since = time.monotonic()
            with lab(port) as socket:
                say(socket, Hello(), Open("M1_d0", "a"))
                hear_until(socket, Measured)
            waits_s.append(time.monotonic() - since)
    assert waits_s[-1] < 1


@pytest.mark.parametrize("offered", [["parasam.v0"], ["a", "b"], None])
def test_another_subprotocol_is_refused_with_a_sentence(port, offered):
    with lab(port, subprotocols=offered) as socket:
        code, reason = closing(socket)
    assert code == 1002
    assert reason.startswith(f"expected subprotocol {SUBPROTOCOL}, got ")


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ("", "expected a message of parasam.v1"),
        ("garbage", "expected a message of parasam.v1"),
        ("[]", "expected a message of parasam.v1"),
        (
            '{"type":"look","scan":"M1_d0","frame":-1}',
            "expected a message of parasam.v1; look.frame",
        ),
        ('{"type":"ack","seq":1}', "expected hello first, got ack"),
        (b"\0\0\0\0", "expected a text frame, got a binary one"),
        (json.dumps({"type": "hello", "session": "é" * 500}), "expected a message of parasam.v1"),
    ],
)
def test_garbage_is_answered_with_a_sentence(port, frame, sentence):
    with lab(port) as socket:
        socket.send(frame)
        code, reason = closing(socket)
    assert code == 1002
    assert reason.startswith(sentence)


def test_small_answers_are_not_held_back():
    """asyncio turns Nagle off, 40 ms an answer, only for sockets whose protocol is named."""
    with listening("127.0.0.1", 0) as taken:
        assert taken.proto == socket_module.IPPROTO_TCP


def test_garbage_amid_the_talk_closes_only_that_talk(port):
    with lab(port) as bad, lab(port) as good:
        say(bad, Hello())
        say(good, Hello())
        assert isinstance(hear(bad), Welcome)
        bad.send("{")
        assert closing(bad)[0] == 1002
        say(good, Open("M1_d6"))
        assert isinstance(hear_until(good, ScanOpened)[-1], ScanOpened)


def test_a_frame_too_large_closes_the_talk(port):
    with lab(port) as socket:
        socket.send("a" * (LARGEST_INCOMING_BYTES + 1))
        assert closing(socket)[0] == 1009


def test_an_unknown_scan_is_a_sentence_and_the_talk_goes_on(port):
    with lab(port) as socket:
        say(socket, Hello(), Open("nobody"))
        assert "nobody" in hear_until(socket, Failed)[-1].sentence
        say(socket, Open("M1_d6"))
        assert isinstance(hear_until(socket, ScanOpened)[-1], ScanOpened)


def test_a_dropped_page_goes_on_where_it_was(port):
    with lab(port) as socket:
        say(socket, Hello(), Open("M1_d6"))
        heard = [hear(socket) for _ in range(8)]
        say(socket, *(Ack(m.seq) for m in heard[:4]))
        token = heard[0].session
        for _ in range(4):
            hear(socket)
    with lab(port) as socket:
        say(socket, Hello(token))
        again = hear(socket)
        assert (type(again), again.session) == (Welcome, token)
        every = {"volume", *(f"slice/{k}" for k in range(SHAPE[0]))}
        rest = set()
        while len(rest) < len(every) - 2:
            message = hear(socket)
            rest.add(message.key())
            say(socket, Ack(message.seq))
    assert rest == every - {m.key() for m in heard[2:4]}


def test_a_second_connection_takes_over_from_a_half_dead_one(port):
    with lab(port) as first:
        say(first, Hello())
        token = hear(first).session
        with lab(port) as second:
            say(second, Hello(token))
            assert hear(second).session == token
            assert closing(first) == (4001, "another connection took over")
            say(second, Open("M1_d6"))
            assert isinstance(hear_until(second, ScanOpened)[-1], ScanOpened)


def test_a_page_that_was_closed_is_forgotten(port):
    with lab(port) as socket:
        say(socket, Hello())
        token = hear(socket).session
        socket.close(1001)
    with lab(port) as socket:
        say(socket, Hello(token))
        assert hear(socket).session != token


def test_a_server_started_again_at_its_port_welcomes_the_page(library_folder):
    with contextlib.ExitStack() as page:
        with served(create_app(Library(library_folder))) as port:
            socket = page.enter_context(lab(port))
            say(socket, Hello())
            token = hear(socket).session
        assert closing(socket) == (1001, "the lab is being stopped; this page dials again")
    with served(create_app(Library(library_folder)), port), lab(port) as socket:
        say(socket, Hello(token))
        assert hear(socket).session != token
        say(socket, Open("M1_d6"))
        assert isinstance(hear_until(socket, ScanOpened)[-1], ScanOpened)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_page_is_refused(port, origin):
    with pytest.raises(InvalidStatus) as refused, lab(port, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_our_own_page_is_let_in(port):
    with lab(port, origin=f"http://127.0.0.1:{port}") as socket:
        say(socket, Hello())
        assert isinstance(hear(socket), Welcome)
