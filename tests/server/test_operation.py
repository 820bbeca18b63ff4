"""Metrics, logs, and the description of what is served."""

import asyncio
import json
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.server.small import served
from tests.server.test_socket import hear_until, lab, say
from xr_server.app import create_app
from xr_server.logs import JsonLines
from xr_server.protocol import Hello, Measured, Open


@pytest.fixture
def web(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client


def metrics(web):
    lines = [line for line in web.get("/metrics").text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_what_happens_is_counted(web, port):
    before = metrics(web)
    with lab(port) as socket:
        say(socket, Hello(), Open("M1_d0", "a"))
        hear_until(socket, Measured)
        during = metrics(web)
    web.get("/api/scans")
    web.get("/api/scans", headers={"host": "evil.example"})
    after = metrics(web)
    assert during["parasam_sessions"] >= 1
    assert after["parasam_frames_sent_total"] > before["parasam_frames_sent_total"]
    assert after["parasam_sent_bytes_total"] > before["parasam_sent_bytes_total"] + 1000
    assert after['parasam_making_seconds_count{what="body"}'] >= 1
    assert after['parasam_refusals_total{what="host"}'] >= 1
    asked = 'parasam_request_seconds_count{method="GET",route="/api/scans",status="200"}'
    assert after[asked] >= before.get(asked, 0) + 1


def test_metrics_do_not_grow_with_what_strangers_ask_for(web):
    web.get("/nothing")
    before = len(metrics(web))
    for i in range(12):
        web.get(f"/nothing/{i}")
        web.request(f"M{i}", "/healthz")
    assert len(metrics(web)) <= before + 20


def test_the_description_names_every_resource_and_what_it_holds(web):
    described = web.get("/openapi.json").json()
    assert set(described["paths"]) >= {
        "/healthz",
        "/ca.crt",
        "/metrics",
        "/api/pair",
        "/api/scans",
        "/api/scans/{scan}",
        "/api/scans/{scan}/labels/{label}/measurement",
        "/api/jobs",
        "/api/jobs/{job}",
    }
    measurement = described["components"]["schemas"]["Measurement"]["properties"]
    assert "volume_mm3" in measurement
    assert not {"seq", "type"} & set(measurement)
    assert web.get("/docs").status_code == web.get("/redoc").status_code == 404


@pytest.mark.parametrize("path", ["/api/scans", "/api/scans/M1_d0"])
def test_what_is_described_comes(web, path):
    described = web.get("/openapi.json").json()
    name = {"/api/scans": "ScanList", "/api/scans/M1_d0": "Geometry"}[path]
    assert set(web.get(path).json()) == set(described["components"]["schemas"][name]["required"])


def test_a_log_line_is_json():
    try:
        raise ValueError("é\n")
    except ValueError:
        record = logging.LogRecord("a", 40, "", 1, "made %s", ("it",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["logger"], read["message"]) == ("error", "a", "made it")
    assert "ValueError" in read["exception"]


def test_what_was_begun_is_finished_when_the_lab_stops(library):
    app = create_app(library)

    @app.get("/slow")
    async def slow():
        begun.set()
        await asyncio.sleep(0.5)
        return {"status": "finished"}

    begun = threading.Event()
    with ThreadPoolExecutor(1) as thread, served(app) as port:
        url = f"http://127.0.0.1:{port}/slow"
        answer = thread.submit(httpx.get, url, trust_env=False, timeout=30)
        assert begun.wait(30)
    assert answer.result().json() == {"status": "finished"}
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
