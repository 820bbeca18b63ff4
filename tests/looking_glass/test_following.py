"""The fold and the talk without sockets: their laws, whatever comes in whatever order."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.gltf_packed import packed_glb
from parasam_core.mesh import Mesh
from tests.server.company import FIELDS
from tests.server.test_room import Member, poses, sessions_without_scans, stories
from viewers.looking_glass import folding
from viewers.looking_glass.folding import taken, turned_to
from viewers.looking_glass.follower import Follower
from viewers.looking_glass.held import Held, LetGoError
from viewers.looking_glass.snapshot import Snapshot
from xr_server.protocol import (
    Ack,
    Failed,
    MeshData,
    People,
    Person,
    Place,
    Presence,
    ScanOpened,
    Selection,
    Share,
    Shared,
    SliceData,
    VolumeData,
    Welcome,
    WireError,
    WithPayload,
    binary_frame,
    text_frame,
)
from xr_server.textures import mask_bits, slice_payload

SHAPE = (4, 3, 5)
MATRIX = np.diag([1e-3, -1e-3, -1e-3, 1.0]).ravel().tolist()


def _packed(radius_mm):
    ball = trimesh.creation.icosphere(subdivisions=1)
    points = np.float32(radius_mm * ball.vertices)
    faces, normals = np.int32(ball.faces), np.float32(ball.vertex_normals)
    return packed_glb(Mesh(points, faces, normals), {}).glb


GLBS = [_packed(radius_mm) for radius_mm in (1.0, 2.0, 3.0)]


def opened(scan, label, tumour=(1, 2)):
    about = ["d", "t", label, [label], list(SHAPE), [1.0] * 3, "user", MATRIX]
    return ScanOpened(scan, *about, list(tumour) if tumour else None)


def frame_of(scan, label, frame, seed):
    """A slice and its payload, its grey levels and mask."""
    random = np.random.default_rng(seed)
    levels = random.integers(0, 255, SHAPE[1:], dtype=np.uint8)
    mask = random.random(SHAPE[1:]) < 0.5
    payload = slice_payload(levels, mask_bits(mask))
    sha256 = hashlib.sha256(payload).hexdigest()
    return SliceData(scan, frame, SHAPE[2], SHAPE[1], label, sha256), payload, levels, mask


def mesh_of(scan, label, level, which):
    glb = GLBS[which]
    sha256 = hashlib.sha256(glb).hexdigest()
    return MeshData(scan, label, level, 3, 80, sha256, 0.0), glb


scans, labels = st.sampled_from("ab"), st.sampled_from("mn")
scan_messages = st.builds(opened, scans, labels, st.none() | st.just((1, 2))).map(
    lambda m: (m, b"")
)
slice_messages = st.builds(
    lambda *how: frame_of(*how)[:2], scans, labels, st.integers(0, 3), st.integers(0, 9)
)
mesh_messages = st.builds(mesh_of, scans, labels, st.integers(0, 2), st.integers(0, 2))
talks = st.lists(st.one_of(scan_messages, slice_messages, mesh_messages), max_size=30)


def folded(talk, start=None):
    return reduce(lambda now, message: taken(now, *message), talk, start or Snapshot())


@settings(max_examples=200, deadline=None)
@given(talks)
def test_what_is_shown_is_the_latest_of_the_scan_that_is_open(talk):
    state = folded(talk)
    identity = of_it = None
    for message, _ in talk:
        if isinstance(message, ScanOpened):
            if (message.scan, message.label) != identity:
                identity, of_it = (message.scan, message.label), {}
        elif isinstance(message, SliceData) and (message.scan, message.label) == identity:
            of_it[message.frame] = message.sha256
    assert {k: one.header.sha256 for k, one in state.slices.items()} == (of_it or {})
    assert (state.scan, state.label) == (identity or (None, None))
    levels = [s.header.level for s in state.surfaces]
    assert levels == sorted(set(levels))
    assert all((s.header.scan, s.header.label) == identity for s in state.surfaces)


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(4)), st.integers(-3, 9))
def test_frames_may_come_in_any_order(order, looked_at):
    made = [frame_of("a", "m", k, k) for k in range(4)]
    start = turned_to(taken(Snapshot(), opened("a", "m")), looked_at)
    state = folded([made[k][:2] for k in order], start)
    _, _, levels, mask = made[state.frame]
    assert state.frame == min(max(looked_at, 0), 3)
    np.testing.assert_array_equal(state.slice.levels, levels)
    np.testing.assert_array_equal(state.slice.mask, mask)
    nearest = folded([made[order[0]][:2]], start).slice.frame
    assert nearest == order[0]


@given(st.permutations(range(4)), st.integers(0, 3))
def test_where_room_is_short_the_farthest_frames_go(order, looked_at):
    made = [frame_of("a", "m", k, k)[:2] for k in range(4)]
    start = turned_to(taken(Snapshot(), opened("a", "m")), looked_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "MOST_SLICE_BYTES", 2 * made[0][0].payload_bytes)
        kept = folded([made[k] for k in order], start).slices
    assert len(kept) == 2
    assert sorted(abs(k - looked_at) for k in kept) == [0, 1]


@settings(max_examples=50, deadline=None)
@given(talks, talks)
def test_a_snapshot_never_changes(talk, more):
    before = folded(talk)
    slices, surfaces = dict(before.slices), before.surfaces
    folded(more, before)
    assert (dict(before.slices), before.surfaces) == (slices, surfaces)


def test_another_coarsest_surface_takes_the_finer_ones_away():
    state = taken(Snapshot(), opened("a", "m"))
    state = folded([mesh_of("a", "m", level, level) for level in range(3)], state)
    assert state.mesh.vertices_mm.max() == pytest.approx(3, abs=0.01)
    assert folded([mesh_of("a", "m", 0, 0)], state).mesh is state.mesh
    assert folded([mesh_of("a", "m", 0, 1)], state).mesh.vertices_mm.max() < 2.01
    assert taken(state, opened("a", "m", None)).mesh is None


def test_whoever_only_moves_changes_nothing():
    def people(x):
        presence = Presence(True, [x, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
        return People("you", 0, [Person("i", "", False, False, presence)])

    state = taken(Snapshot(), people(0.0))
    assert taken(state, people(1.0)) is state
    assert (state.companions, state.advice[:25]) == ((), "nobody shares the scene; ")


def test_what_failed_is_said_until_a_scan_is_opened():
    state = taken(Snapshot(), Failed("no such scan"))
    assert state.failure == "no such scan"
    assert taken(state, opened("a", "m")).failure == ""


@pytest.mark.parametrize(
    "header",
    [
        replace(frame_of("a", "m", 0, 0)[0], frame=4),
        replace(frame_of("a", "m", 0, 0)[0], width=3, height=5),
    ],
)
def test_a_frame_that_the_scan_cannot_have_is_refused(header):
    with pytest.raises(WireError, match="expected a frame of 4, 5 × 3 pixels, got frame"):
        taken(taken(Snapshot(), opened("a", "m")), header, bytes(header.payload_bytes))


def test_the_volume_is_as_it_was_sent():
    payload = bytes(range(24))
    header = VolumeData("a", [2, 3, 4], [2, 1, 1], [0.5, 0.0, 0.0], "0" * 64)
    state = taken(taken(Snapshot(), opened("a", "m")), header, payload)
    assert state.volume.levels[1, 2, 3] == 23


@dataclass
class Panel:
    """A follower in the place of a page; see `Member`."""

    sessions: object
    follower: Follower = field(default_factory=Follower)
    unacked: list = field(default_factory=list)

    def __post_init__(self):
        self.follower.snapshot = taken(self.follower.snapshot, opened("a", "m"))
        self.session = self.sessions.greeted(self.follower.hello())

    def connect(self):
        self.sessions.miss(self.session)
        self.follower.fell("cut")
        self.unacked.clear()
        self.session = self.sessions.greeted(self.follower.hello())

    def restarted(self, sessions):
        self.sessions = sessions
        self.connect()

    def say(self, name, value, is_heard=True):
        if name == "place":
            self.follower.look(value)
        elif name == "pose":
            self.follower.turn(value)
        said = self.follower.unsaid()
        if is_heard:
            self._deliver(said)
        else:
            self.connect()

    def hear(self, count):
        for _ in range(count):
            frame = self.session.next_frame()
            if frame is None:
                return
            *answers, ack = self.follower.hear(frame)
            self._deliver(answers)
            self.unacked.append(ack)

    def ack(self, count):
        self._deliver(self.unacked[:count])
        del self.unacked[:count]

    def settle(self):
        before = self.session.outbox._seq
        self.hear(99)
        self.ack(99)
        said = self.follower.unsaid()
        self._deliver(said)
        return bool(said) or self.session.outbox._seq > before

    def move(self, _):
        """It has no head."""

    def go(self, _):
        """It always goes together."""

    def _deliver(self, messages):
        for message in messages:
            self.session.receive(message)


@settings(max_examples=300, deadline=None)
@given(stories)
def test_panel_and_pages_end_in_the_same_scene(story):
    async def told():
        sessions = sessions_without_scans()
        members = [Panel(sessions), Member(sessions), Member(sessions)]
        for who, happens in story:
            if who < len(members):
                happens(members[who])
                continue
            sessions = sessions_without_scans()  # the lab is started again
            for member in members:
                member.restarted(sessions)
        for _ in range(99):
            if sum(member.settle() for member in members) == 0:
                return sessions.room.scene, members[0].follower
        raise AssertionError("it never comes to rest")

    scene, follower = asyncio.run(told())
    shared = {name: getattr(scene, name) for name in FIELDS if getattr(scene, name) is not None}
    shown = {name: getattr(follower.snapshot.scene, name) for name in shared}
    assert shown == shared
    assert follower.unsaid() == []


own_changes = st.tuples(st.just("place"), st.integers(0, 3)) | st.tuples(st.just("pose"), poses)
own_steps = st.one_of(
    st.builds(lambda change, is_heard: ("say", *change, is_heard), own_changes, st.booleans()),
    st.tuples(st.sampled_from(["hear", "ack"]), st.integers(0, 9)),
    st.just(("connect",)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(own_steps, max_size=20))
def test_what_the_user_did_is_lost_on_no_line(story):
    async def told():
        panel = Panel(sessions_without_scans())
        panel.settle()
        for name, *how in story:
            getattr(panel, name)(*how)
        while panel.settle():
            pass
        return panel.sessions.room.scene, panel.follower.snapshot

    scene, shown = asyncio.run(told())
    last = {name: value for kind, *how in story if kind == "say" for name, value, _ in [how]}
    assert shown.frame == last.get("place", 2)
    assert shown.pose == (tuple(last["pose"]) if "pose" in last else None)
    assert scene.pose == last.get("pose")
    if scene.place is not None:
        assert scene.place.frame == shown.frame


def test_what_the_user_did_does_not_come_back_late():
    follower = Follower()
    follower.snapshot = taken(follower.snapshot, opened("a", "m"))
    follower.hear(text_frame(Welcome("x", "token", [])))
    said = Shared(0, Selection("a", "m"), Place("a", 1), None, None)
    follower.hear(text_frame(said))
    follower.look(3)
    [change] = [m.change for m in follower.unsaid() if isinstance(m, Share)]
    follower.hear(text_frame(replace(said, view="glass")))
    assert (follower.snapshot.frame, follower.snapshot.view) == (3, "glass")
    follower.hear(text_frame(replace(said, heard=change)))
    assert follower.snapshot.frame == 1


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_garbage_is_refused_as_not_of_this_protocol(garbage):
    follower = Follower()
    before = follower.snapshot
    with pytest.raises(WireError):
        follower.hear(garbage)
    assert follower.snapshot is before


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255), talks)
def test_a_damaged_frame_is_refused_or_taken(at, by, talk):
    follower = Follower()
    for message, payload in talk:
        whole = isinstance(message, WithPayload)
        frame = binary_frame(message, payload) if whole else text_frame(message).encode()
        damaged = bytearray(frame)
        damaged[at % len(frame)] ^= by
        sent = bytes(damaged) if whole else damaged.decode(errors="replace")
        try:
            assert isinstance(follower.hear(sent)[-1], Ack)
        except WireError:
            continue


def test_a_payload_that_was_let_go_is_asked_for_by_another_hello():
    follower = Follower(held=Held(most_bytes=20))
    follower.hear(text_frame(Welcome("x", "token", [])))
    follower.hear(text_frame(opened("a", "m")))
    for frame in (0, 1):
        header, payload, *_ = frame_of("a", "m", frame, frame)
        follower.hear(binary_frame(header, payload))
    header, payload, *_ = frame_of("a", "m", 0, 0)
    assert header.sha256 not in follower.hello().holds
    with pytest.raises(WireError, match="expected the payload of slice/0, got its header alone"):
        follower.hear(binary_frame(header, b""))
    follower.hear(binary_frame(header, payload))
    follower.hear(binary_frame(*frame_of("a", "m", 1, 1)[:2]))
    with pytest.raises(LetGoError):
        follower.hear(binary_frame(header, b""))
