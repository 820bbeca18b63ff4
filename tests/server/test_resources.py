import http.client
import io
import json

import httpx
import numpy as np
import pytest
from PIL import Image

from parasam_core.scanfile import ScanFile
from tests.core.test_gltf_packed import unpacked
from tests.server.small import SHAPE, ball, served
from xr_server.app import create_app
from xr_server.library import Library

SCAN = "/api/scans/M1_d0"
EVERY_RESOURCE = [
    "/api/scans",
    SCAN,
    f"{SCAN}/thumbnail.png",
    f"{SCAN}/frames/3.png",
    f"{SCAN}/labels/a/masks/5.png",
    f"{SCAN}/labels/a/mesh/0.glb",
    f"{SCAN}/labels/a/measurement",
]


@pytest.fixture
def web(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client


def image(response):
    return np.asarray(Image.open(io.BytesIO(response.content)))


def test_the_list_and_a_scan(web):
    scans = web.get("/api/scans").json()["scans"]
    assert [scan["id"] for scan in scans] == ["M1_d0", "M1_d6"]
    geometry = web.get(SCAN).json()
    assert geometry["shape"] == list(SHAPE)
    assert not {"seq", "type"} & set(geometry)


def test_pixels_are_those_of_the_scan(web, library):
    scan = library.scan("M1_d0")
    np.testing.assert_array_equal(image(web.get(f"{SCAN}/frames/3.png")), scan.sequence().frames[3])
    np.testing.assert_array_equal(
        image(web.get(f"{SCAN}/labels/a/masks/5.png")), scan.mask("a").masks[5]
    )


def test_the_mesh_says_where_it_comes_from(web):
    glb = web.get(f"{SCAN}/labels/a/mesh/0.glb")
    assert glb.headers["content-type"] == "model/gltf-binary"
    length = int.from_bytes(glb.content[12:16], "little")
    document = json.loads(glb.content[20 : 20 + length])
    assert document["asset"]["extras"]["parasam"]["source"] == "ball"


def test_the_numbers(web):
    measured = web.get(f"{SCAN}/labels/a/measurement").json()
    assert measured["volume_mm3"] == pytest.approx(measured["voxels"] * 0.2 * 0.1 * 0.1)


@pytest.mark.parametrize("path", EVERY_RESOURCE)
def test_what_the_caller_has_is_not_sent_again(web, path):
    first = web.get(path)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert tag.startswith('"')  # strong
    for held in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = web.get(path, headers={"if-none-match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert web.get(path, headers={"if-none-match": '"other"'}).content == first.content


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/api/scans/nobody", "expected one of the scans M1_d0, M1_d6, got 'nobody'"),
        (f"{SCAN}/labels/b/masks/0.png", "expected one of the labels of M1_d0 (a, empty), got 'b'"),
        (f"{SCAN}/frames/12.png", "expected a frame from 0 to 11, got 12"),
        (f"{SCAN}/labels/a/masks/12.png", "expected a frame from 0 to 11, got 12"),
        (f"{SCAN}/labels/a/mesh/9.glb", "expected a level from 0 to 0, got 9"),
        (f"{SCAN}/labels/empty/mesh/0.glb", "expected a mask with at least one pixel of tumour"),
        (f"{SCAN}/labels/empty/measurement", "expected a mask with at least one pixel of tumour"),
    ],
)
def test_what_is_not_there_is_404_and_a_sentence(web, path, sentence):
    response = web.get(path)
    assert response.status_code == 404
    assert response.json()["error"].startswith(sentence)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//secret.txt",
        "/api/scans/../../secret.txt",
        "/api/scans/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/api/scans/M1_d0%2f..%2f..%2fsecret.txt",
        "/api/scans/%2e%2e",
        "/api/scans/M1_d0/labels/%2e%2e%2f%2e%2e/masks/0.png",
        "/api/scans/M1_d0/frames/-1.png",
        "/api/scans/M1_d0/frames/..png",
        "/api/scans/M1_d0%00/frames/0.png",
        "/%00",
        "/" + "a" * 5000,
        "/api/scans/" + "a" * 5000,
        "/docs",
    ],
)
def test_no_path_leads_out(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)  # sent as it is, unlike by httpx
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 404
    assert b"secret" not in body.replace(b"secret.txt", b"")


def test_the_page_is_kept_as_long_as_it_may_be(web):
    index = web.get("/")
    assert "ParaSAM" in index.text
    assert index.headers["cache-control"] == "no-cache"
    again = web.get("/", headers={"if-none-match": index.headers["etag"]})
    assert again.status_code == 304
    hashed = web.get("/assets/main-1a2b3c.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in hashed.headers["content-type"]


def test_the_page_may_load_from_nowhere_else(web):
    for path in ("/", "/api/scans", "/nothing"):
        headers = web.get(path).headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'self'"
        hosts = {source for sources in policy.values() for source in sources.split()}
        assert hosts == {
            "'self'", "'none'", "'wasm-unsafe-eval'", "'unsafe-inline'", "blob:", "data:"
        }  # fmt: skip
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/scans", "/assets/main-1a2b3c.js"])
def test_strangers_are_refused_everywhere(web, path):
    assert web.get(path, headers={"host": "evil.example"}).status_code == 403
    assert web.get(path, headers={"origin": "http://evil.example"}).status_code == 403


def test_it_says_that_it_is_well(web):
    assert web.get("/healthz").json() == {"status": "ok"}


def test_without_a_page_there_are_still_resources(library):
    with served(create_app(library)) as port:
        base = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{base}/api/scans", trust_env=False).status_code == 200
        assert httpx.get(base, trust_env=False).status_code == 404


def test_a_surface_says_how_far_it_is_from_another(library_folder):
    scan = ScanFile.open(library_folder / "M1_d0.zarr")
    scan.write_mask("smaller", ball(scan.sequence(), radius_mm=0.7))
    with (
        served(create_app(Library(library_folder))) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}{SCAN}", trust_env=False) as web,
    ):
        outside = web.get("/labels/a/against/smaller/mesh.glb")
        inside = web.get("/labels/smaller/against/a/mesh.glb")
        for answer, distance_mm in ((outside, 0.3), (inside, -0.3)):
            assert answer.status_code == 200
            found = unpacked(answer.content)[0].attributes["distance_mm"]
            assert np.median(found) == pytest.approx(distance_mm, abs=0.05)
            assert np.abs(found - distance_mm).max() < 0.15
        held = web.get(
            "/labels/a/against/smaller/mesh.glb", headers={"if-none-match": outside.headers["etag"]}
        )
        assert (held.status_code, held.content) == (304, b"")
        none = web.get("/labels/a/against/empty/mesh.glb")
        assert none.status_code == 404
