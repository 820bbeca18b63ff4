"""Callers that read slowly, or not at all, what they asked for."""

import socket
import ssl
import time

import pytest

from tests.server.small import served
from xr_server import connections
from xr_server.addresses import own_addresses, own_names
from xr_server.app import create_app
from xr_server.certificate import certificate_for
from xr_server.doctor import SAMPLE_BYTES
from xr_server.library import Library
from xr_server.witness import Witness

ASKED = b"GET /doctor/bytes HTTP/1.1\r\nHost: localhost\r\n\r\n"  # 4 MB
PIECES = 64


@pytest.fixture(params=["http", "https"])
def lab(request, written_once, tmp_path):
    """A lab: its port, what it counts, and how a socket is made secure."""
    witness, file, secured = Witness(), None, lambda line: line
    if request.param == "https":
        own = certificate_for(tmp_path, own_names(), own_addresses())
        trusting = ssl.create_default_context(cadata=own.authority_pem.decode())
        file = own.file

        def secured(line):
            return trusting.wrap_socket(line, server_hostname="localhost")

    app = create_app(Library(written_once), witness=witness)
    with served(app, witness=witness, certificate=file) as port:
        yield port, witness.metrics, secured


def narrow(port):
    """A connection that little fits into."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(30)
    line.connect(("127.0.0.1", port))
    return line


def test_who_reads_nothing_is_cut_off_and_leaves_nothing_behind(lab, monkeypatch):
    monkeypatch.setattr(connections, "TAKEN_WITHIN_S", 0.5)
    port, metrics, secured = lab
    with secured(narrow(port)) as line:
        line.sendall(ASKED)
        give_up = time.monotonic() + 30
        while b'parasam_refusals_total{what="unread"} 1.0' not in metrics.text():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        while b"parasam_connections 0.0" not in metrics.text():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert taken(line) < SAMPLE_BYTES


def taken(line):
    """How much still comes."""
    count = 0
    try:
        while piece := line.recv(1 << 16):
            count += len(piece)
    except OSError:  # reset, or TLS cut short
        pass
    return count


def test_who_reads_slowly_gets_it_all(lab, monkeypatch):
    monkeypatch.setattr(connections, "TAKEN_WITHIN_S", 3.0)
    port, metrics, secured = lab
    with secured(narrow(port)) as line:
        line.sendall(ASKED)
        head = b""
        while b"\r\n\r\n" not in head:
            head += line.recv(1)
        for _ in range(PIECES):
            left = SAMPLE_BYTES // PIECES
            while left > 0:
                piece = line.recv(left)
                assert piece
                left -= len(piece)
            time.sleep(0.08)
    assert b'what="unread"' not in metrics.text()
