from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from xr_server.outbox import Outbox
from xr_server.protocol import Failed, MeshData, ScanOpened, SliceData, Welcome
from xr_server.scene import Item

MOST_MESSAGES, MOST_BYTES = 3, 100
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


def mesh(level, version=0, size=10):
    return Item(MeshData("a", "m", level, 3, version, DIGEST), size, bytes)


def slice_(frame, version=0, size=10):
    return Item(SliceData("a", frame, version, 1, None), size, bytes)


def keys(outbox):
    """Everything that it gives while all is acked at once."""
    found = []
    while item := outbox.take():
        found.append(item.message.key())
        outbox.ack(item.message.seq)
    return found


class Page:
    """What the page is told to do: keep the latest a key; a scan's opening drops the last scan."""

    def __init__(self):
        self.scene = {}

    def take(self, item):
        if isinstance(item.message, ScanOpened):
            self.scene = {k: m for k, m in self.scene.items() if k == "welcome"}
        self.scene[item.message.key()] = replace(item.message, seq=0)


items = st.one_of(
    st.builds(welcome, st.integers(0, 99)),
    st.builds(failed, st.integers(0, 99)),
    st.builds(mesh, st.integers(0, 2), st.integers(0, 99), st.integers(0, 150)),
    st.builds(slice_, st.integers(0, 8), st.integers(0, 99), st.integers(0, 150)),
    st.builds(slice_, st.integers(0, 8), st.integers(0, 99), st.integers(0, 150)),
)


class Wire(RuleBasedStateMachine):
    """A server, a wire that may break, a page that acks in any order."""

    @initialize()
    def begin(self):
        self.outbox = Outbox(MOST_MESSAGES, MOST_BYTES)
        self.page, self.full_stream = Page(), Page()
        self.wire, self.taken = [], []
        self.last_seq = 0

    @rule(item=items)
    def put(self, item):
        self.outbox.put(item)
        self.full_stream.take(item)

    @rule(version=st.integers(0, 99))
    def open(self, version):
        self.put(scan(version))

    @rule(frame=st.integers(0, 8))
    def look(self, frame):
        self.outbox.look(frame)

    @rule()
    def send(self):
        item = self.outbox.take()
        if item is not None:
            assert item.message.seq > self.last_seq
            self.last_seq = item.message.seq
            self.wire.append(item)

    @precondition(lambda self: self.wire)
    @rule()
    def deliver(self):
        item = self.wire.pop(0)
        self.page.take(item)
        self.taken.append(item.message.seq)

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def ack(self, data):
        seq = data.draw(st.sampled_from(self.taken))
        self.taken.remove(seq)
        self.outbox.ack(seq)

    @rule(seq=st.integers(0, 9))
    def ack_what_is_no_longer_or_never_was(self, seq):
        if seq not in self.taken and seq not in [i.message.seq for i in self.wire]:
            before = self.outbox.in_flight
            self.outbox.ack(seq)
            assert self.outbox.in_flight == before

    @rule()
    def lose_the_connection(self):
        self.wire, self.taken = [], []
        self.outbox.resume()
        assert self.outbox.in_flight == (0, 0)

    @rule()
    def drain(self):
        self._settle()
        while item := self.outbox.take():
            self.wire.append(item)
            self._settle()
        assert self.page.scene == self.full_stream.scene

    def _settle(self):
        while self.wire:
            self.deliver()
        for seq in self.taken:
            self.outbox.ack(seq)
        self.taken = []

    @invariant()
    def credit_bounds_what_is_in_flight(self):
        if hasattr(self, "outbox"):
            messages, size = self.outbox.in_flight
            assert messages <= MOST_MESSAGES
            assert size <= MOST_BYTES or messages == 1

    def teardown(self):
        if hasattr(self, "outbox"):
            self.drain()


TestWire = Wire.TestCase
TestWire.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_order_coarse_mesh_then_the_frame_looked_at_then_finer_then_outward():
    outbox = Outbox()
    outbox.look(4)
    for item in [*map(slice_, range(9)), mesh(2), mesh(1), mesh(0), failed(), scan(), welcome()]:
        outbox.put(item)
    for item in [*map(slice_, range(9)), mesh(2), mesh(1), mesh(0), failed()]:
        outbox.put(item)
    assert keys(outbox) == [
        "welcome", "scan", "failed", "mesh/0", "slice/4", "mesh/1", "mesh/2",
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


def test_what_was_acked_is_not_sent_again_after_a_drop():
    outbox = Outbox()
    for item in (scan(), mesh(0), mesh(1)):
        outbox.put(item)
    for _ in range(2):
        outbox.ack(outbox.take().message.seq)
    outbox.take()
    outbox.resume()
    assert keys(outbox) == ["mesh/1"]
