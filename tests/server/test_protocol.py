import contextlib
import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xr_server import protocol, typescript
from xr_server.protocol import (
    LARGEST_COUNT,
    Ack,
    Diameter,
    Failed,
    Hello,
    JobState,
    Join,
    Look,
    Mark,
    Marks,
    Measured,
    MeshData,
    Open,
    People,
    Person,
    Place,
    Presence,
    ProbeAt,
    ScanCard,
    ScanOpened,
    Selection,
    Share,
    Shared,
    SliceData,
    VolumeData,
    Welcome,
    WireError,
    binary_frame,
    client_message,
    server_message,
    split_binary,
    text_frame,
)

GOLDEN = Path(__file__).parents[1] / "golden/wire"


def frames(kind):
    found = sorted(p for p in (GOLDEN / kind).iterdir())
    return [pytest.param(p, id=p.name) for p in found]


def read(path):
    if path.suffix == ".bin":
        return split_binary(path.read_bytes())[0]
    take = client_message if path.name.startswith("client_") else server_message
    return take(path.read_text("utf-8"))


@pytest.mark.parametrize("path", frames("good"))
def test_good_frames_are_taken_and_written_back(path):
    message = read(path)
    if path.suffix == ".bin":
        frame = path.read_bytes()
        _, payload = split_binary(frame)
        again, payload_again = split_binary(binary_frame(message, payload))
        assert bytes(payload_again) == bytes(payload)
        assert frame.endswith(bytes(payload))
        assert again == message
    else:
        sent = json.loads(path.read_text("utf-8"))
        written = json.loads(text_frame(message))
        assert {k: written[k] for k in sent} == sent


@pytest.mark.parametrize("path", frames("bad"))
def test_bad_frames_are_refused_with_a_sentence(path):
    with pytest.raises(WireError, match="expected"):
        read(path)


def test_every_message_has_a_good_frame():
    seen = {type(read(p)) for p in (GOLDEN / "good").iterdir()}
    assert seen == {
        Welcome, ScanOpened, MeshData, SliceData, VolumeData, Measured, Marks, Failed,
        JobState, People, Shared, Hello, Open, Look, Ack, Join, Share, Presence,
    }  # fmt: skip


counts = st.integers(0, LARGEST_COUNT)
numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)


def lists(of, n):
    return st.lists(of, min_size=n, max_size=n)


poses, tumour_poses = lists(numbers, 7), lists(numbers, 8)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
presences = st.builds(Presence, st.booleans(), *[st.none() | poses] * 3)
people = st.builds(Person, ids, names, st.booleans(), st.booleans(), st.none() | presences)
parts = (
    st.none() | st.builds(Selection, ids, st.none() | ids),
    st.none() | st.builds(Place, ids, counts),
    st.none() | ids,
    st.none() | tumour_poses,
    st.none() | st.builds(ProbeAt, ids, st.none() | poses),
    st.none() | ids,
)
cards = st.builds(ScanCard, ids, texts, texts, counts, st.lists(texts, max_size=3))
marks = st.builds(
    Mark,
    ids,
    st.sampled_from(["distance", "angle", "note"]),
    st.lists(lists(numbers, 3), min_size=1, max_size=3),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
    names,
    texts,
)
server_texts = st.one_of(
    st.builds(Marks, ids, st.lists(marks, max_size=3), counts),
    st.builds(Welcome, texts, ids, st.lists(cards, max_size=3), counts),
    st.builds(
        ScanOpened,
        scan=ids,
        subject=texts,
        timepoint=texts,
        label=st.none() | texts,
        labels=st.lists(texts, max_size=3),
        shape=lists(counts, 3),
        spacing_mm=lists(numbers, 3),
        spacing_source=texts,
        scene_from_index=lists(numbers, 16),
        frames_with_tumour=st.none() | lists(counts, 2),
        seq=counts,
    ),
    st.builds(
        Measured,
        scan=ids,
        label=ids,
        mesh=digests,
        volume_mm3=numbers,
        interval_mm3=lists(numbers, 2),
        mesh_volume_mm3=numbers,
        surface_mm2=numbers,
        extent_mm=lists(numbers, 3),
        caliper_mm3=numbers,
        voxels=counts,
        frames=lists(counts, 2),
        confidence=st.lists(st.none() | st.floats(0, 1), max_size=4),
        doubtful=st.lists(counts, max_size=3),
        drawn_by=texts,
        warnings=st.lists(texts, max_size=2),
        diameters=lists(
            st.builds(Diameter, lists(lists(numbers, 3), 2), lists(lists(numbers, 3), 2)), 3
        ),
        seq=counts,
    ),
    st.builds(Failed, texts, counts),
    st.builds(
        JobState,
        id=ids,
        kind=ids,
        scan=ids,
        label=ids,
        state=st.sampled_from(["waiting", "running", "done", "failed", "cancelled"]),
        what=texts,
        done=counts,
        total=counts,
        sentence=texts,
        seq=counts,
    ),
    st.builds(People, ids, counts, st.lists(people, max_size=3), counts),
    st.builds(Shared, counts, *parts, counts),
)
client_texts = st.one_of(
    st.builds(Hello, st.none() | ids, st.lists(digests, max_size=3)),
    st.builds(Open, ids, st.none() | ids),
    st.builds(Look, ids, counts),
    st.builds(Ack, counts),
    st.builds(Join, names, st.booleans()),
    st.builds(Share, st.integers(1, LARGEST_COUNT), st.booleans(), *parts),
    presences,
)
distances = st.floats(0, allow_nan=False, allow_infinity=False)
meshes = st.builds(MeshData, ids, ids, counts, counts, counts, digests, distances, counts)


@given(server_texts)
def test_server_text_survives(message):
    assert server_message(text_frame(message)) == message


@given(client_texts)
def test_client_text_survives(message):
    assert client_message(text_frame(message)) == message


@given(meshes, st.binary(max_size=100))
def test_mesh_survives(header, payload):
    again, rest = split_binary(binary_frame(header, payload))
    assert (again, bytes(rest)) == (header, payload)


sides = st.integers(0, 9)
slices = st.builds(SliceData, ids, counts, sides, sides, st.none() | texts, digests, counts)


samples = st.integers(1, 5)
triples = lists(samples, 3)
volumes = st.builds(VolumeData, ids, triples, triples, lists(numbers, 3), digests, counts)


@settings(max_examples=200)
@given(slices | volumes, st.booleans())
def test_slice_and_volume_survive_with_the_payload_their_header_says_or_none(header, is_held):
    payload = bytes(0 if is_held else header.payload_bytes)
    again, rest = split_binary(binary_frame(header, payload))
    assert (again, bytes(rest)) == (header, payload)
    with pytest.raises(WireError, match=f"bytes of {header.type}"):
        split_binary(binary_frame(header, bytes(header.payload_bytes + 1)))


@given(st.binary(max_size=60))
def test_noise_is_refused_and_never_raises_anything_else(noise):
    with pytest.raises(WireError):
        split_binary(noise)
    with pytest.raises(WireError):
        client_message(noise)


GOOD_FRAMES = [p.read_bytes() for p in sorted((GOLDEN / "good").glob("*.bin"))]
GOOD_TEXTS = [p.read_bytes() for p in sorted((GOLDEN / "good").glob("*.json"))]
places = st.floats(0, 1, exclude_max=True)
ways = st.sampled_from(["cut", "set", "drop"])
faults = st.lists(st.tuples(places, ways, st.binary(max_size=4)), min_size=1, max_size=4)


def damaged(frame, faults):
    for place, how, noise in faults:
        at = int(place * len(frame))
        stop = {"cut": len(frame), "set": at + len(noise), "drop": at + 3}[how]
        frame = frame[:at] + noise + frame[stop:]
    return frame


@settings(max_examples=500)
@given(st.sampled_from(GOOD_FRAMES), faults)
def test_a_damaged_frame_is_taken_or_refused_and_never_raises_anything_else(frame, faults):
    with contextlib.suppress(WireError):
        split_binary(damaged(frame, faults))


@settings(max_examples=500)
@given(st.sampled_from(GOOD_TEXTS), faults)
def test_damaged_text_is_taken_or_refused_and_never_raises_anything_else(text, faults):
    for take in (client_message, server_message):
        with contextlib.suppress(WireError):
            take(damaged(text, faults))


def test_the_committed_typescript_is_fresh():
    assert typescript.TARGET.read_text("utf-8") == typescript.page_protocol() + "\n", (
        "run `python -m xr_server.typescript`"
    )


def test_typescript_refuses_a_field_it_cannot_check():
    with pytest.raises(TypeError, match="teach typescript"):
        typescript._check({"type": "object"})
    with pytest.raises(TypeError, match="teach typescript"):
        typescript._type({"type": "object"})


def test_the_page_knows_every_key():
    """`keyOf` in the TypeScript names meshes, slices and jobs and takes the tag for the rest."""
    for path in (GOLDEN / "good").glob("server_*"):
        message = read(path)
        expected = {"mesh": "mesh/0", "slice": "slice/7", "job": "job/a1"}.get(
            message.type, message.type
        )
        assert message.key() == expected


def test_messages_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ack(1).seq = 2


def test_the_exported_unions_hold_every_message():
    union = {m.__name__ for name in typescript.UNIONS for m in typescript._members(name)}
    assert union == {
        name
        for name, thing in vars(protocol).items()
        if dataclasses.is_dataclass(thing) and hasattr(thing, "type")
    }
