"""What is described and what is served agree, under requests that are made up."""

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings

from xr_server.app import create_app
from xr_server.library import Library

RESOURCES = [
    ("GET", "/healthz"),
    ("GET", "/ca.crt"),
    ("GET", "/metrics"),
    ("POST", "/api/pair"),
    ("GET", "/api/scans"),
    ("GET", "/api/scans/{scan}"),
    ("GET", "/api/scans/{scan}/thumbnail.png"),
    ("GET", "/api/scans/{scan}/frames/{k}.png"),
    ("GET", "/api/scans/{scan}/labels/{label}/masks/{k}.png"),
    ("GET", "/api/scans/{scan}/labels/{label}/mesh/{level}.glb"),
    ("GET", "/api/scans/{scan}/labels/{label}/against/{other}/mesh.glb"),
    ("GET", "/api/scans/{scan}/labels/{label}/measurement"),
    ("GET", "/api/scans/{scan}/marks"),
    ("GET", "/api/measurements"),
    ("GET", "/api/jobs"),
    ("GET", "/api/jobs/{job}"),
    ("GET", "/api/jobs/{job}/file"),
    ("DELETE", "/api/jobs/{job}"),
    ("GET", "/looking-glass.js"),
]
CHANGES = [  # and so is asked on a lab of its own, where it is asked
    ("POST", "/api/jobs"),
    ("PUT", "/api/scans/{scan}/labels/{label}/masks/{k}.png"),
    ("POST", "/api/scans/{scan}/marks"),
    ("PUT", "/api/scans/{scan}/marks/{mark}"),
    ("DELETE", "/api/scans/{scan}/marks/{mark}"),
]


@pytest.fixture(scope="module")
def described(written_once):
    return create_app(Library(written_once)).openapi()


def test_every_resource_is_asked_for(described):
    there = [(m.upper(), path) for path, ways in described["paths"].items() for m in ways]
    assert sorted(there) == sorted([*RESOURCES, *CHANGES])


@pytest.mark.parametrize(("method", "path"), RESOURCES)
def test_whatever_is_asked_is_answered_as_described(described, port, method, path):
    schema = schemathesis.openapi.from_dict(described)
    with requests.Session() as session:
        session.trust_env = False

        @settings(max_examples=25, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=schema[path][method].as_strategy())
        def ask(case):
            case.call_and_validate(base_url=f"http://127.0.0.1:{port}", session=session)

        ask()
