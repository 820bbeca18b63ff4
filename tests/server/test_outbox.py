from dataclasses import replace
from functools import partial
from operator import methodcaller

from hypothesis import example, given, settings
from hypothesis import strategies as st

from xr_server.outbox import Outbox
from xr_server.protocol import (
    Failed,
    JobState,
    MeshData,
    ScanOpened,
    SliceData,
    VolumeData,
    Welcome,
)
from xr_server.scene import Item

MOST_MESSAGES, MOST_BYTES = 4, 100
DIGEST = "0" * 64


def welcome(version=0):
    return Item(Welcome(f"{version}", "token", []))


def scan(version=0):
    return Item(
        ScanOpened(
            scan="a",
            subject=f"{version}",
            timepoint="",
            label=None,
            labels=[],
            shape=[9, 1, 1],
            spacing_mm=[1.0, 1.0, 1.0],
            spacing_source="user",
            scene_from_index=[0.0] * 16,
            frames_with_tumour=None,
        )
    )


def failed(version=0):
    return Item(Failed(f"{version}"))


def job(version=0):
    return Item(JobState("1", "segment", "a", "m", "running", done=version))


def mesh(level, version=0, size=10):
    return Item(MeshData("a", "m", level, 3, version, DIGEST, 0.002), size, bytes)


def slice_(frame, version=0, size=10):
    return Item(SliceData("a", frame, version, 1, None, DIGEST), size, bytes)


def volume(version=0, size=10):
    return Item(VolumeData("a", [1] * 3, [version + 1] * 3, [0.0] * 3, DIGEST), size, bytes)


def keys(outbox):
    """Everything that it gives while all is acked at once."""
    found = []
    while item := outbox.take():
        found.append(item.message.key())
        outbox.ack(item.message.seq)
    return found


class Page:
    """What the page is told to do: keep the latest a key; a scan's opening drops the last scan,
    another coarsest mesh the finer ones."""

    def __init__(self):
        self.scene = {}

    def take(self, item):
        if isinstance(item.message, ScanOpened):
            self.scene = {k: m for k, m in self.scene.items() if k in ("welcome", "job/1")}
        message = replace(item.message, seq=0)
        if message.key() == "mesh/0" and self.scene.get("mesh/0") != message:
            self.scene.pop("mesh/1", None)
        self.scene[message.key()] = message


class Wire:
    """A server, a wire that may break, and a page that acks in any order."""

    def __init__(self):
        self.outbox = Outbox(MOST_MESSAGES, MOST_BYTES)
        self.page, self.full_stream = Page(), Page()
        self.taken = []
        self.version = 0
        self.last_seq = 0

    def put(self, *makes):
        for make in makes:
            self.version += 1
            item = make(version=self.version)
            self.outbox.put(item)
            self.full_stream.take(item)

    def look(self, frame):
        self.outbox.look(frame)

    def send(self, count):
        for item in self._sent(count):
            self.page.take(item)
            self.taken.append(item.message.seq)

    def ack(self, *which):
        for i in which:
            if i < len(self.taken):
                self.outbox.ack(self.taken.pop(i))

    def lose_the_connection(self, unheard):
        self._sent(unheard)
        self.taken = []
        self.outbox.resume()
        assert self.outbox.in_flight == (0, 0)

    def drain(self):
        self.ack(*[0] * len(self.taken))
        while item := self.outbox.take():
            self.page.take(item)
            self.outbox.ack(item.message.seq)

    def _sent(self, count):
        items = [item for item in (self.outbox.take() for _ in range(count)) if item]
        for item in items:
            assert item.message.seq > self.last_seq
            self.last_seq = item.message.seq
        return items


slots = st.integers(0, MOST_MESSAGES - 1)
sizes = st.sampled_from([0, 10, 40, 150])
makes = st.one_of(
    st.sampled_from([welcome, failed, scan, job]),
    st.builds(partial, st.just(mesh), st.integers(0, 1), size=sizes),
    st.builds(partial, st.just(slice_), st.integers(0, 1), size=sizes),
    st.builds(partial, st.just(volume), size=sizes),
)
steps = st.one_of(
    st.builds(methodcaller, st.just("put"), makes),
    st.builds(methodcaller, st.just("put"), makes, makes),
    st.builds(methodcaller, st.just("put"), st.just(scan), makes),
    st.builds(methodcaller, st.just("look"), st.integers(0, 1)),
    st.builds(methodcaller, st.just("send"), st.integers(1, MOST_MESSAGES)),
    st.builds(methodcaller, st.just("send"), st.integers(1, MOST_MESSAGES)),
    st.builds(methodcaller, st.just("ack"), slots),
    st.builds(methodcaller, st.just("ack"), slots, slots),
    st.builds(methodcaller, st.just("lose_the_connection"), st.integers(0, 2)),
)


def story(*steps):
    """Steps as `name, *arguments`, for an example that Hypothesis seldom finds."""
    return [methodcaller(*step) for step in steps]


SLICE = partial(slice_, 0, size=1)


@settings(max_examples=500, deadline=None)
@example(  # the older of two in flight is not acked: it must not go again after the newer
    story(("put", SLICE), ("send", 1), ("put", SLICE), ("send", 1), ("ack", 1),
          ("lose_the_connection", 0))
)  # fmt: skip
@example(  # the opening goes again, and a slice that changed since goes as it is now
    story(("put", scan, SLICE), ("send", 2), ("ack", 1), ("put", SLICE),
          ("lose_the_connection", 0))
)  # fmt: skip
@example(  # what was in flight for the last scan and is acked late is not the new scan's
    story(("put", SLICE), ("send", 1), ("put", scan), ("ack", 0), ("send", 1),
          ("lose_the_connection", 0))
)  # fmt: skip
@given(st.lists(steps, max_size=12))
def test_a_coalesced_outbox_ends_in_the_same_scene_as_the_full_stream(steps):
    wire = Wire()
    for step in steps:
        step(wire)
        messages, size = wire.outbox.in_flight
        assert messages <= MOST_MESSAGES
        assert size <= MOST_BYTES or messages == 1
    wire.drain()
    assert wire.page.scene == wire.full_stream.scene


def test_order_coarse_mesh_the_frame_looked_at_the_volume_then_finer_then_outward():
    outbox = Outbox()
    outbox.look(4)
    of_scan = [*map(slice_, range(9)), volume(), mesh(0), mesh(2), mesh(1), failed()]
    for item in [*of_scan, scan(), welcome(), *of_scan]:
        outbox.put(item)
    assert keys(outbox) == [
        "welcome", "scan", "failed", "mesh/0", "slice/4", "volume", "mesh/1", "mesh/2",
        "slice/5", "slice/3", "slice/6", "slice/2", "slice/7", "slice/1", "slice/8", "slice/0",
    ]  # fmt: skip


@given(st.integers(0, 30), st.integers(1, 25))
def test_slices_go_outward_over_the_whole_scan(frame, count):
    outbox = Outbox()
    outbox.look(frame)
    for k in range(count):
        outbox.put(slice_(k))
    sent = [int(key.split("/")[1]) for key in keys(outbox)]
    assert sorted(sent) == list(range(count))
    distances = [abs(k - frame) for k in sent]
    assert distances == sorted(distances)


def test_what_was_not_sent_when_the_look_moves_waits_for_its_turn():
    outbox = Outbox(messages_in_flight=2)
    for k in range(10):
        outbox.put(slice_(k))
    outbox.look(1)
    first = [outbox.take(), outbox.take()]
    assert outbox.take() is None
    outbox.look(8)
    for item in first:
        outbox.ack(item.message.seq)
    assert keys(outbox)[:3] == ["slice/8", "slice/9", "slice/7"]


def test_a_slice_that_changes_is_sent_again_and_only_as_it_is_last():
    outbox = Outbox()
    for version in (1, 2, 3):
        outbox.put(slice_(0, version))
    sent = outbox.take()
    assert (sent.message.width, outbox.take()) == (3, None)
    outbox.put(slice_(0, 4))
    assert outbox.take().message.width == 4


def test_a_payload_beyond_the_credit_goes_alone():
    outbox = Outbox(bytes_in_flight=100)
    outbox.put(mesh(0, size=1000))
    outbox.put(mesh(1, size=1))
    big = outbox.take()
    assert big.payload_bytes == 1000
    assert outbox.take() is None
    outbox.ack(big.message.seq)
    assert outbox.take().payload_bytes == 1


def test_an_ack_of_what_is_not_in_flight_changes_nothing():
    outbox = Outbox()
    outbox.put(mesh(0))
    seq = outbox.take().message.seq
    for other in (0, seq + 1):
        assert outbox.ack(other) is None
        assert outbox.in_flight == (1, 10)
    assert outbox.ack(seq).message.seq == seq
    assert outbox.ack(seq) is None
    assert outbox.in_flight == (0, 0)


def test_what_was_acked_is_not_sent_again_after_a_drop():
    outbox = Outbox()
    for item in (scan(), mesh(0), mesh(1)):
        outbox.put(item)
    for _ in range(2):
        outbox.ack(outbox.take().message.seq)
    outbox.take()
    outbox.resume()
    assert keys(outbox) == ["mesh/1"]
