"""Long work off the event loop: one at a time, told of, cancelled, and seen by every page."""

import contextlib
import functools
import threading
import time

import httpx
import numpy as np
import pytest
from websockets.sync.client import connect

from parasam_core.errors import PromptError, UsageError
from parasam_core.scanfile import ScanFile
from tests.server.small import SHAPE, served
from xr_server.app import create_app
from xr_server.jobs import ENDED, MOST_WAITING, Jobs
from xr_server.library import Library
from xr_server.protocol import (
    SUBPROTOCOL,
    Ack,
    Hello,
    JobState,
    MeshData,
    Open,
    Welcome,
    server_message,
    split_binary,
    text_frame,
)

BOXES = {str(z): [8, 5, 33, 25] for z in range(SHAPE[0])}


@pytest.fixture
def jobs():
    made = Jobs()
    yield made
    made.close()


def ended(jobs, state, patience_s=10):
    """The job's last state."""
    give_up = time.monotonic() + patience_s
    while (now := jobs.state(state.id)).state not in ENDED:
        assert time.monotonic() < give_up, now
        time.sleep(0.005)
    return now


def stepping(entered, go_on):
    """Work of a thousand steps that waits at the first until it may go on."""

    def work(progress):
        for step in range(1000):
            progress("stepping", step, 1000)
            entered.set()
            go_on.wait(10)

    return work


def test_steps_are_told_in_order(jobs):
    heard = []
    jobs.listen(heard.append)
    state = jobs.submit("segment", "a", "m", lambda step: [step("s", n, 3) for n in range(4)])
    assert ended(jobs, state).state == "done"
    assert [s.state for s in heard[:2]] == ["waiting", "running"]
    assert [s.done for s in heard if s.what == "s"] == [0, 1, 2, 3, 3]
    assert heard[-1].state == "done"


def test_one_at_a_time_in_turn(jobs):
    running, most = [0], [0]

    def work(_):
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.01)
        running[0] -= 1

    states = [jobs.submit("segment", "a", f"{n}", work) for n in range(5)]
    assert [ended(jobs, state).state for state in states] == ["done"] * 5
    assert most == [1]


def test_what_runs_stops_at_its_next_step_and_what_waits_never_begins(jobs):
    entered, go_on, begun = threading.Event(), threading.Event(), []
    first = jobs.submit("segment", "a", "m", stepping(entered, go_on))
    second = jobs.submit("segment", "b", "m", begun.append)
    assert entered.wait(10)
    assert jobs.cancel(second.id).state == "cancelled"
    jobs.cancel(first.id)
    go_on.set()
    stopped = ended(jobs, first)
    assert (stopped.state, stopped.done) == ("cancelled", 0)
    third = jobs.submit("segment", "b", "m", lambda _: None)
    assert ended(jobs, third).state == "done"
    assert begun == []
    assert jobs.cancel(third.id).state == "done"


def test_a_failure_is_a_sentence_and_the_next_goes_on(jobs, caplog):
    def refused(_):
        raise PromptError("expected a box, got none")

    def broken(_):
        raise ZeroDivisionError

    states = [jobs.submit("segment", "a", f"{n}", w) for n, w in enumerate((refused, broken))]
    found = [ended(jobs, state) for state in states]
    assert [f.state for f in found] == ["failed", "failed"]
    assert [f.sentence for f in found] == [
        "expected a box, got none",
        "ParaSAM failed; see its log",
    ]
    assert "ZeroDivisionError" in caplog.text


def test_the_same_twice_and_too_much_are_refused(jobs):
    entered, go_on = threading.Event(), threading.Event()
    jobs.submit("segment", "a", "m", stepping(entered, go_on))
    with pytest.raises(UsageError, match="one job of a m at a time"):
        jobs.submit("segment", "a", "m", lambda _: None)
    for n in range(MOST_WAITING):
        jobs.submit("segment", "a", f"{n}", lambda _: None)
    with pytest.raises(UsageError, match="at most"):
        jobs.submit("segment", "a", "last", lambda _: None)
    with pytest.raises(UsageError, match="id of a job"):
        jobs.state("nothing")
    jobs.close()
    go_on.set()


def test_old_ones_are_forgotten(jobs):
    for n in range(50):
        ended(jobs, jobs.submit("segment", "a", f"{n}", lambda _: None))
    assert len(jobs.states()) <= 33


class Page:
    """A page's socket that acks what it hears."""

    def __init__(self, socket):
        self.socket = socket
        self.say(Hello())

    def say(self, message):
        self.socket.send(text_frame(message))

    def until(self, wanted):
        """Everything heard, up to what is wanted."""
        heard = []
        while not heard or not wanted(heard[-1]):
            frame = self.socket.recv(timeout=60)
            message = server_message(frame) if isinstance(frame, str) else split_binary(frame)[0]
            heard.append(message)
            self.say(Ack(message.seq))
        return heard


def test_a_mask_that_a_page_asked_for_reaches_every_page(library_folder):
    """The real model, on a scan without masks, watched by two pages."""
    with served(create_app(Library(library_folder))) as port, contextlib.ExitStack() as open_:
        url = f"ws://127.0.0.1:{port}/ws"
        dial = functools.partial(connect, url, subprotocols=[SUBPROTOCOL], max_size=None)
        pages = [Page(open_.enter_context(dial())) for _ in range(2)]
        for page in pages:
            page.say(Open("M1_d6"))
            page.until(lambda m: isinstance(m, Welcome))
        wish = {"scan": "M1_d6", "label": "mine", "boxes": BOXES}
        answer = httpx.post(f"http://127.0.0.1:{port}/api/jobs", json=wish, trust_env=False)
        assert answer.status_code == 202
        for page in pages:
            heard = page.until(lambda m: isinstance(m, MeshData) and m.label == "mine")
            states = [m for m in heard if isinstance(m, JobState)]
            assert states[-1].state == "done"
            assert all(s.id == answer.json()["id"] for s in states)
            [last] = [m for m in heard if isinstance(m, Welcome)][-1:]
            assert [card.labels for card in last.scans if card.id == "M1_d6"] == [["mine"]]
    mask = ScanFile.open(library_folder / "M1_d6.zarr").mask("mine")
    assert np.count_nonzero(mask.masks) > 0


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        ({"scan": "nothing"}, 404, "expected one of the scans"),
        ({"scan": "../M1_d0"}, 404, "expected one of the scans"),
        ({"scan": "M1_d0", "label": "a"}, 404, "expected a label name that is free"),
        ({"scan": "M1_d0", "label": "../x"}, 404, "expected a label name of letters"),
        ({"scan": "M1_d0", "model": "/etc/passwd"}, 422, "pattern"),
        ({"scan": "M1_d0", "boxes": {}}, 422, "boxes"),
        ({"scan": "M1_d0", "boxes": {"3": [1, 2]}}, 422, "boxes"),
        ({"label": "x"}, 422, "scan"),
        ({"scan": "M1_d0", "more": 1}, 422, "more"),
    ],
)
def test_wishes_that_cannot_be_are_refused(port, wish, status, words):
    answer = httpx.post(f"http://127.0.0.1:{port}/api/jobs", json=wish, trust_env=False)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert httpx.get(f"http://127.0.0.1:{port}/api/jobs", trust_env=False).json() == {"jobs": []}
