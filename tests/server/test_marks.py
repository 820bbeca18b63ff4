"""A mark that is made, changed or removed is on disk and on every page that looks at the scan."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from websockets.sync.client import connect

from parasam_core.marks import MOST_MARKS, Mark
from parasam_core.scanfile import ScanFile
from tests.server.listener import Listener, of
from tests.server.small import served
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.protocol import SUBPROTOCOL, Failed, Marks, Open, ScanOpened

PATH = "/api/scans/M1_d0/marks"
DISTANCE = {"kind": "distance", "points_mm": [[1, 2, 3], [4, 6, 3]], "author": "Zoë"}
NOTE = {"kind": "note", "points_mm": [[0.5, 0.25, 1]], "text": "necrosis?"}


@pytest.fixture
def lab(library_folder):
    with served(create_app(Library(library_folder))) as port:
        yield port


@pytest.fixture
def web(lab):
    with httpx.Client(base_url=f"http://127.0.0.1:{lab}", trust_env=False) as client:
        yield client


@pytest.fixture
def pages(lab):
    """Two pages that look at the scan, and one that looks at another."""
    dial = f"ws://127.0.0.1:{lab}/ws"
    with (
        connect(dial, subprotocols=[SUBPROTOCOL], proxy=None) as one,
        connect(dial, subprotocols=[SUBPROTOCOL], proxy=None) as two,
        connect(dial, subprotocols=[SUBPROTOCOL], proxy=None) as other,
    ):
        listeners = [Listener(socket) for socket in (one, two, other)]
        for listener, scan in zip(listeners, ("M1_d0", "M1_d0", "M1_d6"), strict=True):
            listener.open(scan)
        yield listeners


@pytest.fixture
def scan(library_folder):
    return ScanFile.open(library_folder / "M1_d0.zarr")


def marks_heard(page):
    return of(page.until(lambda heard: of(heard, Marks)), Marks)[-1]


def test_a_mark_is_stored_answered_and_shown_to_all_who_look(web, pages, scan):
    answer = web.post(PATH, json=DISTANCE)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["points_mm"], made["author"], made["text"]) == ([[1, 2, 3], [4, 6, 3]], "Zoë", "")
    [stored] = scan.marks()
    assert stored.as_json() == made
    assert stored.distance_mm == 5
    assert abs((datetime.now(UTC) - stored.made).total_seconds()) < 30
    for page in pages[:2]:
        heard = marks_heard(page)
        assert [mark.id for mark in heard.marks] == [made["id"]]
        assert heard.marks[0].points_mm == [[1, 2, 3], [4, 6, 3]]
    pages[2].say(Open("M1_d6"))
    pages[2].until(lambda heard: of(heard, ScanOpened))
    assert [m.scan for m in of(pages[2].heard, Marks)] in ([], ["M1_d6"])


def test_it_is_changed_and_removed(web, pages, scan):
    page = pages[0]
    first, second = (web.post(PATH, json=wish).json() for wish in (DISTANCE, NOTE))
    page.until(lambda heard: of(heard, Marks) and len(of(heard, Marks)[-1].marks) == 2)
    page.heard.clear()
    wish = {"points_mm": [[1, 2, 3], [1, 2, 5]], "text": "rim"}
    answer = web.put(f"{PATH}/{first['id']}", json=wish)
    assert (answer.status_code, answer.json()) == (200, first | wish)
    assert [(m.id, m.text) for m in marks_heard(page).marks] == [
        (first["id"], "rim"), (second["id"], "necrosis?"),
    ]  # fmt: skip
    page.heard.clear()
    assert web.delete(f"{PATH}/{first['id']}").status_code == 204
    assert [m.id for m in marks_heard(page).marks] == [second["id"]]
    assert [mark.id for mark in scan.marks()] == [second["id"]]
    again = web.delete(f"{PATH}/{first['id']}")
    assert (again.status_code, "somebody may have removed it" in again.text) == (404, True)


def test_who_comes_later_is_shown_them_with_the_scan(web, pages):
    made = web.post(PATH, json=NOTE).json()
    late = pages[2]
    late.heard.clear()
    late.say(Open("M1_d0"))
    late.until(lambda heard: [m for m in of(heard, Marks) if m.scan == "M1_d0"])
    assert [mark.id for mark in of(late.heard, Marks)[-1].marks] == [made["id"]]


def test_many_at_once_all_arrive(web, scan):
    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: web.post(PATH, json=DISTANCE), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert {mark.id for mark in scan.marks()} == {answer.json()["id"] for answer in answers}


def test_the_list_has_a_tag_of_what_it_holds(web):
    empty = web.get(PATH)
    assert empty.json() == {"scan": "M1_d0", "marks": []}
    made = web.post(PATH, json=NOTE).json()
    full = web.get(PATH)
    assert full.json()["marks"] == [made]
    assert full.headers["etag"] != empty.headers["etag"]
    held = web.get(PATH, headers={"if-none-match": full.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "wish", "status", "sentence"),
    [
        (PATH, DISTANCE | {"kind": "area"}, 422, "expected another body"),
        (PATH, DISTANCE | {"points_mm": [[1, 2, 3]]}, 422, "expected another body.distance.points"),
        (PATH, DISTANCE | {"points_mm": [[1, 2]] * 2}, 422, "expected another body.distance.point"),
        (PATH, DISTANCE | {"points_mm": [[1, 2, 1e9]] * 2}, 422, "expected another body.distance"),
        (PATH, DISTANCE | {"points_mm": [[i, 0, 0] for i in range(4)]}, 422, "expected another"),
        (PATH, DISTANCE | {"value": 3}, 422, "expected another body.distance.value"),
        (PATH, NOTE | {"text": ""}, 422, "expected another body.note.text"),
        (PATH, NOTE | {"text": "a" * 501}, 422, "expected another body.note.text"),
        (PATH, NOTE | {"author": "a" * 41}, 422, "expected another body.note.author"),
        (PATH, NOTE | {"text": "a" * (64 << 10)}, 413, "expected a body of at most 65536 bytes"),
        (PATH.replace("M1_d0", "no"), NOTE, 404, "expected one of the scans"),
    ],
)
def test_what_is_no_mark_is_refused_with_a_sentence(web, scan, path, wish, status, sentence):
    answer = web.post(path, json=wish)
    said = answer.text if status == 413 else answer.json()["error"]
    assert (answer.status_code, said[: len(sentence)]) == (status, sentence)
    assert scan.marks() == ()


def test_one_too_many_is_refused(web, scan):
    made = datetime.now(UTC)
    points = ((0.0, 0.0, 0.0),)
    scan.write_marks([Mark(f"{n}", "note", points, "n", "", made) for n in range(MOST_MARKS)])
    answer = web.post(PATH, json=NOTE)
    assert (answer.status_code, answer.json()["error"][:36]) == (
        409, "expected at most 500 marks in a scan",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"points_mm": [[0, 0, 0]], "text": ""}, "expected a note that says something"),
        (
            {"points_mm": [[0, 0, 0]] * 2, "text": "n"},
            "expected as many points as a note has (1), got 2",
        ),
    ],
)
def test_a_change_that_makes_it_no_mark_is_refused(web, scan, wish, sentence):
    made = web.post(PATH, json=NOTE).json()
    answer = web.put(f"{PATH}/{made['id']}", json=wish)
    assert (answer.status_code, answer.json()["error"][: len(sentence)]) == (409, sentence)
    assert [mark.as_json() for mark in scan.marks()] == [made]


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(web, scan, monkeypatch):
    web.post(PATH, json=NOTE)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("parasam_core.scanfile.write_bytes", full)
    answer = web.post(PATH, json=NOTE)
    assert (answer.status_code, answer.json()["error"]) == (
        507, "expected room for the mark, got: No space left on device",
    )  # fmt: skip
    assert len(scan.marks()) == 1


def test_what_another_program_stores_reaches_the_page(pages, scan):
    made = Mark("a", "note", ((0.0, 0.0, 0.0),), "of a script", "", datetime.now(UTC))
    scan.write_marks([made])
    assert [mark.text for mark in marks_heard(pages[0]).marks] == ["of a script"]


def test_damaged_marks_are_a_sentence_and_the_scan_is_shown(web, pages, scan):
    web.post(PATH, json=NOTE)
    (scan.path / "marks" / "zarr.json").write_text(json.dumps({"attributes": {}}))
    late = pages[2]
    late.say(Open("M1_d0", "a"))
    late.until(lambda heard: of(heard, Failed))
    assert "marks, which is damaged" in of(late.heard, Failed)[-1].sentence
    assert of(late.heard, ScanOpened)[-1].scan == "M1_d0"
    answer = web.post(PATH, json=NOTE)
    assert (answer.status_code, "damaged" in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("PUT", "/{mark}"), ("DELETE", "/{mark}")]
)
def test_whatever_is_asked_is_answered_as_described(lab, library_folder, method, path):
    described = create_app(Library(library_folder)).openapi()
    schema = schemathesis.openapi.from_dict(described)
    with requests.Session() as session:
        session.trust_env = False

        @settings(max_examples=25, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=schema["/api/scans/{scan}/marks" + path][method].as_strategy())
        def ask(case):
            case.call_and_validate(base_url=f"http://127.0.0.1:{lab}", session=session)

        ask()
