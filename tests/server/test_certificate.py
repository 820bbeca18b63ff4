"""The lab's own authority, asked by TLS clients that trust nothing else."""

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from websockets.sync.client import connect

from parasam_core.errors import ServerError
from tests.server.small import served
from tests.server.test_socket import hear_until
from xr_server.addresses import own_addresses, own_names
from xr_server.app import create_app
from xr_server.certificate import certificate_for
from xr_server.doorway import MOST_OPEN_OF_AN_ADDRESS
from xr_server.issuing import SERVER_DAYS
from xr_server.library import Library
from xr_server.protocol import SUBPROTOCOL, Hello, Open, ScanOpened, text_frame

NAMES, ADDRESSES = ["lab.example", "localhost"], ["127.0.0.1", "192.168.1.7", "::1"]
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def trusting(certificate):
    return ssl.create_default_context(cadata=certificate.authority_pem.decode())


def served_with(file):
    return x509.load_pem_x509_certificate(file.read_bytes())


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return certificate_for(tmp_path_factory.mktemp("own"), own_names(), own_addresses())


@pytest.fixture
def secure_app(own, written_once, page_folder):
    return create_app(Library(written_once), page_folder, authority_pem=own.authority_pem)


@pytest.fixture(scope="module")
def secure(own, written_once, page_folder):
    """Where a lab is served over TLS."""
    app = create_app(Library(written_once), page_folder, authority_pem=own.authority_pem)
    with served(app, certificate=own.file) as port:
        yield port


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_who_trusts_the_authority_alone_reaches_the_lab(own, secure, host):
    with httpx.Client(verify=trusting(own), trust_env=False) as web:
        answer = web.get(f"https://{host}:{secure}/ca.crt")
    assert answer.content == own.authority_pem
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"


def test_every_name_and_address_of_this_machine_is_vouched_for(own, secure):
    for name in [*own_names(), *own_addresses(), socket.gethostname().lower()]:
        with socket.create_connection(("127.0.0.1", secure)) as line:
            trusting(own).wrap_socket(line, server_hostname=name).close()


@pytest.mark.parametrize("name", ["evil.example", "203.0.113.9", "localhost.evil.example"])
def test_another_name_is_not(own, secure, name):
    with (
        socket.create_connection(("127.0.0.1", secure)) as line,
        pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid"),
    ):
        trusting(own).wrap_socket(line, server_hostname=name)


def test_who_trusts_others_does_not_reach_it(secure):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://localhost:{secure}/", trust_env=False)


def test_who_never_greets_is_dropped_and_only_so_many_are_waited_for(own, secure_app, monkeypatch):
    monkeypatch.setattr("xr_server.serve.TLS_GREETING_S", 3)
    with contextlib.ExitStack() as held, served(secure_app, certificate=own.file) as port:
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            for _ in range(MOST_OPEN_OF_AN_ADDRESS + 40)
        ]
        assert lines[-1].recv(1) == b""  # one too many: at once
        elsewhere = ("127.0.0.2", 0)
        with socket.create_connection(("127.0.0.1", port), 20, elsewhere) as line:
            trusting(own).wrap_socket(line, server_hostname="localhost").close()
        assert lines[0].recv(1) == b""  # it never greeted


def served_now(own, port):
    """The certificate that a new connection is shown."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as line,
        trusting(own).wrap_socket(line, server_hostname="localhost") as wrapped,
    ):
        return x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True))


def test_a_running_lab_renews_its_certificate_and_drops_nobody(tmp_path, written_once, monkeypatch):
    monkeypatch.setattr("xr_server.serve.RENEW_EVERY_S", 0.2)
    names, addresses, due = own_names(), own_addresses(), threading.Event()
    long_ago = datetime.now(UTC) - timedelta(days=SERVER_DAYS) + timedelta(hours=1)
    own = certificate_for(tmp_path, names, addresses, long_ago)

    def renew():
        if due.is_set():
            certificate_for(tmp_path, names, addresses)

    app = create_app(Library(written_once), authority_pem=own.authority_pem)
    with served(app, certificate=own.file, renew=renew) as port, dialled(own, port) as before:
        before.send(text_frame(Hello()))
        first = served_now(own, port)
        assert first.not_valid_after_utc < datetime.now(UTC) + timedelta(hours=2)
        due.set()
        give_up = time.monotonic() + 30
        while (second := served_now(own, port)).serial_number == first.serial_number:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        assert second.not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)
        before.send(text_frame(Open("M1_d0", "a")))
        hear_until(before, ScanOpened)


def test_a_certificate_that_cannot_be_renewed_serves_on(own, secure_app, monkeypatch, caplog):
    monkeypatch.setattr("xr_server.serve.RENEW_EVERY_S", 0.05)
    tried = []

    def renew():
        tried.append(1)
        raise ServerError("expected to keep the lab's certificate, got a full disk")

    with served(secure_app, certificate=own.file, renew=renew) as port:
        give_up = time.monotonic() + 30
        while len(tried) < 3:
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert served_now(own, port).not_valid_after_utc > datetime.now(UTC)
    assert "the certificate was not renewed: expected to keep the lab's" in caplog.text


def dialled(own, port):
    url = f"wss://localhost:{port}/ws"
    return connect(url, subprotocols=[SUBPROTOCOL], proxy=None, ssl=trusting(own), max_size=None)


def test_without_tls_there_is_no_authority(port):
    answer = httpx.get(f"http://127.0.0.1:{port}/ca.crt", trust_env=False)
    assert (answer.status_code, answer.json()["error"][:36]) == (
        404,
        "expected a lab that is served with -",
    )


def test_keys_are_for_the_user_alone(tmp_path):
    folder = tmp_path / "lab"
    certificate_for(folder, NAMES, ADDRESSES)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir()} == {
        "ca.pem": 0o600,
        "server.pem": 0o600,
    }


def test_a_second_start_uses_both_again(tmp_path):
    first = certificate_for(tmp_path, NAMES, ADDRESSES, NOW)
    before = first.file.read_bytes()
    again = certificate_for(tmp_path, NAMES[::-1], ADDRESSES, NOW + timedelta(days=300))
    assert (again, again.file.read_bytes()) == (first, before)


@pytest.mark.parametrize(
    ("names", "addresses", "days"),
    [
        (NAMES, [*ADDRESSES, "10.0.0.9"], 0),
        (NAMES, ADDRESSES[:1], 0),
        (["localhost", "other.local"], ADDRESSES, 0),
        (NAMES, ADDRESSES, 336),
        (NAMES, ADDRESSES, 2000),
        (["localhost", "deep.lab.example"], ADDRESSES, 0),
    ],
)
def test_it_is_renewed_and_the_authority_kept(tmp_path, names, addresses, days):
    first = certificate_for(tmp_path, NAMES, ADDRESSES, NOW)
    old = served_with(first.file)
    later = NOW + timedelta(days=days)
    again = certificate_for(tmp_path, names, addresses, later)
    new = served_with(again.file)
    assert again.authority_pem == first.authority_pem
    assert new.serial_number != old.serial_number
    assert new.not_valid_before_utc < later < new.not_valid_after_utc - timedelta(days=300)


def test_a_name_that_the_authority_may_not_vouch_for_makes_a_new_one(tmp_path):
    first = certificate_for(tmp_path, NAMES, ADDRESSES, NOW)
    again = certificate_for(tmp_path, ["renamed"], ADDRESSES, NOW)
    assert again.fingerprint != first.fingerprint


def test_the_authority_cannot_vouch_for_the_web(tmp_path):
    made = certificate_for(tmp_path, NAMES, ADDRESSES)
    authority = x509.load_pem_x509_certificate(made.authority_pem)
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = {name.value for name in limits.value.permitted_subtrees}
    assert permitted == {"lab.example", "local", "localhost"}


def test_a_damaged_authority_is_one_sentence(tmp_path):
    (tmp_path / "ca.pem").write_text("-----BEGIN nothing-----")
    with pytest.raises(ServerError, match=r"expected a key and a certificate in .*; delete it"):
        certificate_for(tmp_path, NAMES, ADDRESSES)


def test_a_damaged_certificate_is_made_anew(tmp_path):
    file = certificate_for(tmp_path, NAMES, ADDRESSES).file
    file.write_text("")
    assert served_with(certificate_for(tmp_path, NAMES, ADDRESSES).file)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "lab").write_text("")
    with pytest.raises(ServerError, match="expected to keep the lab's certificate in "):
        certificate_for(tmp_path / "lab", NAMES, ADDRESSES)
