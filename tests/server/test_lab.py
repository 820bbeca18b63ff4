"""`parasam lab` as the user starts it."""

import argparse
import json
import signal
import subprocess
import sys

import httpx
import pytest
from websockets.sync.client import connect

from parasam_core.errors import ParasamError
from tests.server.small import served
from viewers.lab import VERB
from viewers.welcome import Address
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import SUBPROTOCOL, Hello, text_frame

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


@pytest.fixture
def lab(library_folder, page_folder):
    """A lab that was started, and where."""
    process = subprocess.Popen(
        command(page_folder, library_folder, "--port", "0", "--json", "--emulate"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, httpx.URL(json.loads(process.stdout.readline())["url"])
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(lab, stop):
    process, url = lab
    assert (url.host, url.params["emulate"]) == ("localhost", "1")
    assert "ParaSAM" in httpx.get(url, trust_env=False).text
    with connect(f"ws://localhost:{url.port}/ws", subprotocols=[SUBPROTOCOL], proxy=None) as socket:
        socket.send(text_frame(Hello()))
        assert "M1_d0" in socket.recv(timeout=30)
        process.send_signal(stop)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (0, "")
    assert f"ParaSAM lab: {url}" in stderr
    assert f"adb reverse tcp:{url.port} tcp:{url.port}" in stderr
    assert "▄" in stderr  # the QR code
    assert "Traceback" not in stderr
    assert "Error" not in stderr


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
