"""`parasam lab` as the user starts it."""

import argparse
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from parasam_core.errors import ParasamError
from tests.server.small import served
from viewers.lab import VERB
from viewers.welcome import Address
from xr_server.addresses import own_addresses
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import SUBPROTOCOL, Hello, text_frame
from xr_server.tokens import Tokens

START = """
import sys, pathlib, viewers.lab
page = pathlib.Path(sys.argv.pop(1))
viewers.lab.page_folder = lambda: page
from parasam_core.cli import main
main()
"""


def command(page, *arguments):
    return [sys.executable, "-W", "error", "-c", START, str(page), "lab", *map(str, arguments)]


@pytest.fixture
def refusal(library_folder, page_folder, monkeypatch):
    """Asks for a lab that cannot be served; gives the sentence."""

    def asked(source, *options, page=page_folder):
        monkeypatch.setattr("viewers.lab.page_folder", lambda: page)
        parser = argparse.ArgumentParser()
        VERB.add_arguments(parser)
        source = library_folder if source == "." else source
        with pytest.raises(ParasamError) as error:
            VERB.run(parser.parse_args([str(source), *map(str, options)]))
        return str(error.value)

    return asked


@contextlib.contextmanager
def started(*arguments, **environment):
    process = subprocess.Popen(
        command(*arguments, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    try:
        yield process, httpx.URL(json.loads(process.stdout.readline())["url"])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def lab(library_folder, page_folder):
    """A lab that was started, and where."""
    with started(page_folder, library_folder, "--port", "0", "--emulate") as lab:
        yield lab


def goodbye(socket):
    try:
        while True:
            socket.recv(timeout=30)
    except ConnectionClosed as closed:
        return closed.rcvd.code, closed.rcvd.reason


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(lab, stop):
    process, url = lab
    assert (url.host, url.params["emulate"]) == ("localhost", "1")
    assert "ParaSAM" in httpx.get(url, trust_env=False).text
    with connect(f"ws://localhost:{url.port}/ws", subprotocols=[SUBPROTOCOL], proxy=None) as socket:
        socket.send(text_frame(Hello()))
        assert "M1_d0" in socket.recv(timeout=30)
        process.send_signal(stop)
        assert goodbye(socket) == (1001, "the lab is being stopped; this page dials again")
        began_s = time.monotonic()
        stdout, stderr = process.communicate(timeout=60)
        assert time.monotonic() - began_s < 5
    assert (process.returncode, stdout) == (0, "")
    assert f"ParaSAM lab: {url}" in stderr
    assert f"adb reverse tcp:{url.port} tcp:{url.port}" in stderr
    assert "▄" in stderr  # the QR code
    assert "Traceback" not in stderr
    assert "Error" not in stderr


def test_a_headset_pairs_over_https_as_the_environment_and_the_flags_say(
    library_folder, page_folder, tmp_path
):
    said = {
        "PARASAM_HOME": str(tmp_path),
        "PARASAM_PORT": "1",
        "PARASAM_HTTPS": "1",
        "PARASAM_LOG_FORMAT": "json",
    }
    with started(page_folder, library_folder, "--port", "0", **said) as (process, url):
        trusted = ssl.create_default_context(cadata=authority(url.port))
        home = f"https://localhost:{url.port}"
        with httpx.Client(verify=trusted, trust_env=False) as web:
            assert web.get(f"{home}/healthz").json() == {"status": "ok"}
            paired = web.get(url) if url.host in own_addresses() else None
        process.send_signal(signal.SIGTERM)
        stderr = process.communicate(timeout=60)[1]
    assert url.scheme == "https"
    code = url.params["pair"]
    assert f"Pairing code, where you type the address: {code}." in stderr
    logged = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    assert any(" GET /healthz 200 in " in line["message"] for line in logged)
    audit = (tmp_path / "lab" / "audit.jsonl").read_text("utf-8")
    if paired is not None and not url.host.startswith("127."):
        assert "Paired." in paired.text
        assert "The next pairing code: " in stderr
        assert '"paired"' in audit
    assert code not in audit


def authority(port):
    """What a headset takes on trust once: the authority's certificate."""
    unsure = ssl._create_unverified_context()  # noqa: S323
    return httpx.get(f"https://127.0.0.1:{port}/ca.crt", verify=unsure, trust_env=False).text


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "many"), ("HTTPS", "maybe"), ("LOG_FORMAT", "xml")]
)
def test_a_setting_that_cannot_be_is_a_usage_error(library_folder, page_folder, variable, value):
    done = subprocess.run(
        command(page_folder, library_folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {f"PARASAM_{variable}": value},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert value in done.stderr.splitlines()[-1]


def test_headsets_are_forgotten_when_asked(library_folder, page_folder, tmp_path):
    paired = Tokens(tmp_path / "lab" / "paired.json")
    token = paired.issue("192.168.1.50")
    home = {"PARASAM_HOME": str(tmp_path)}
    with started(page_folder, library_folder, "--port", "0", "--forget-paired", **home):
        assert not paired.knows(token)
    assert "1 forgotten" in (tmp_path / "lab" / "audit.jsonl").read_text("utf-8")


def test_a_busy_port_is_one_sentence(library_folder, page_folder):
    with served(create_app(Library(library_folder))) as port:
        done = subprocess.run(
            command(page_folder, library_folder, "--port", port),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"parasam lab: expected a free port at 127.0.0.1, got {port}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "expected a scan or a folder of scans, got nowhere"),
        (["nowhere.zarr"], "expected a scan folder, got nowhere.zarr"),
        ([".", "--port", "70000"], "expected a port from 0 to 65535, got 70000"),
        ([".", "--host", "203.0.113.7"], "expected an address of this machine, got 203.0.113.7"),
        ([".", "--host", "host.invalid"], "expected an address of this machine, got host.invalid"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(refusal, arguments, sentence):
    assert refusal(*arguments).startswith(sentence)


def test_a_page_that_is_not_built_is_one_sentence(refusal, tmp_path):
    assert refusal(".", "--port", "0", page=tmp_path).startswith("expected the built page in ")


def test_addresses():
    assert Address("localhost", 8017).url() == "http://localhost:8017/"
    assert Address("::1", 1, emulate=True).url() == "http://[::1]:1/?emulate=1"
    assert Address("lab", 1, emulate=True).url("K7M") == "http://lab:1/?pair=K7M&emulate=1"
    assert Address("lab", 1, https=True).url() == "https://lab:1/"


def test_the_verb_loads_nothing_heavy():
    """Every verb of the command loads this one's file."""
    heavy = "{'fastapi', 'uvicorn', 'zarr', 'torch', 'skimage', 'trimesh'}"
    code = f"import sys, viewers.lab; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
    assert VERB.name == "lab"


def test_the_server_starts_without_what_makes_surfaces_and_never_loads_torch(tmp_path):
    heavy = "{'torch', 'skimage', 'trimesh', 'scipy', 'cv2'}"
    code = f"import sys, xr_server.app, xr_server.serve; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
