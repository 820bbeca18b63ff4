"""Every message between server and page, and how it is framed: the one source of truth.

A text frame is JSON. A binary frame is `u32 little-endian header length | JSON header | payload`;
the header is a message like any other. Both carry `type`; a mesh, slice or volume is always
binary, the rest never. `typescript.py` writes the page's half from this file, and
`tests/golden/wire/` holds frames that both languages must take or refuse.

    server → page                               page → server
    Welcome      the library                    Hello      first, with what the page holds
    ScanOpened   geometry and names             Open       show this scan and label
    MeshData     + GLB, coarse first            Look       the frame that is looked at
    SliceData    + grey pixels, mask bits       Ack        message `seq` has been taken
    VolumeData   + all grey levels, coarse
    Measured     the numbers
    Marks        distances, angles, notes
    Failed       a sentence for the user
    JobState     how far long work is
    People       who else is in the lab       Join       a name, and whether to go together
    Shared       the scene of those who go    Share      what the user changed of that scene
                 together                     Presence   where head and hands are

A page keeps the latest message a key; `ScanOpened` takes away what is of one scan, which is all
but `Welcome`, `JobState`, `People` and `Shared`.
Every message of the server has a `seq` of its own and is acked with it, in any order.

A payload is sent once: a page holds it when it has acked it, or when it names its digest in
`Hello.holds`; from then on its header comes alone. A page that let it go says hello anew.

Knows nothing about sockets, scenes or scans.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from math import prod
from typing import Annotated, Literal, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

SUBPROTOCOL = "parasam.v1"
LARGEST_HEADER_BYTES = 1 << 20
LARGEST_INCOMING_BYTES = 1 << 20
LARGEST_COUNT = (1 << 53) - 1  # whole numbers that JavaScript holds exactly

T = TypeVar("T")

_STRICT = ConfigDict(extra="forbid", strict=True)

Id = Annotated[str, Field(min_length=1, max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
Size = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Fraction = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
Distance = Annotated[float, Field(allow_inf_nan=False, ge=0)]
Name = Annotated[str, Field(max_length=40)]
Point = Annotated[list[Number], Field(min_length=3, max_length=3)]
Pose = Annotated[list[Number], Field(min_length=7, max_length=7)]
TumourPose = Annotated[list[Number], Field(min_length=8, max_length=8)]


class WireError(ValueError):
    """A frame that is not of this protocol; `str(error)` says what came."""


@dataclass(frozen=True, config=_STRICT)
class ScanCard:
    """One line of the library's list.

    Attributes:
        id: what `Open` names.
        subject: the animal.
        timepoint: when it was scanned.
        frames: number of frames.
        labels: names of its masks.
    """

    id: Id
    subject: str
    timepoint: str
    frames: Count
    labels: list[str]


@dataclass(frozen=True, config=_STRICT)
class Welcome:
    """The server's first word on every connection: who it is, and the library.

    Attributes:
        server: name and version.
        session: token to come back with; see `Hello`.
        scans: what can be opened, by subject and timepoint.
    """

    server: str
    session: Id
    scans: list[ScanCard]
    seq: Count = 0
    type: Literal["welcome"] = "welcome"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "welcome"


@dataclass(frozen=True, config=_STRICT)
class ScanOpened:
    """A scan's geometry.

    Attributes:
        scan: its id.
        label: the mask shown; null where it has none.
        labels: names of all its masks.
        shape: voxels along (z, y, x).
        spacing_mm: along (z, y, x), mm.
        spacing_source: who said so ("user", "ruler", …).
        scene_from_index: 16 numbers, column-major: voxel index (x, y, z, 1) → metres, Y-up.
            Frame k is the plane z = k; pixels' outer edges lie at −0.5 and n − 0.5.
        frames_with_tumour: first and last frame of the mask; null where empty.
    """

    scan: Id
    subject: str
    timepoint: str
    label: str | None
    labels: list[str]
    shape: Annotated[list[Count], Field(min_length=3, max_length=3)]
    spacing_mm: Annotated[list[Number], Field(min_length=3, max_length=3)]
    spacing_source: str
    scene_from_index: Annotated[list[Number], Field(min_length=16, max_length=16)]
    frames_with_tumour: Annotated[list[Count], Field(min_length=2, max_length=2)] | None
    seq: Count = 0
    type: Literal["scan"] = "scan"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "scan"


@dataclass(frozen=True, config=_STRICT)
class MeshData:
    """Header of a mesh; the payload is a GLB (metres, Y-up) packed by `EXT_meshopt_compression`
    and `KHR_mesh_quantization`, or nothing where the page holds it.

    Attributes:
        level: 0 is the coarsest; finer levels replace it. A coarsest one of another digest takes
            the finer ones away: they are of the mask before.
        levels: how many there are; with the coarsest, how many at least.
        triangles: of this level.
        sha256: of the payload.
        error_mm: no vertex lies farther than this from the surface's own, mm.
    """

    scan: Id
    label: Id
    level: Count
    levels: Count
    triangles: Count
    sha256: Digest
    error_mm: Distance
    seq: Count = 0
    type: Literal["mesh"] = "mesh"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return f"mesh/{self.level}"


@dataclass(frozen=True, config=_STRICT)
class SliceData:
    """Header of a frame; the payload is `height × width` grey bytes, rows top to bottom, then,
    where `label` is given, the mask: one bit a pixel, rows top to bottom without padding between
    them, the first pixel in the highest bit, the last byte filled up with zeros. It is nothing
    where the page holds it.

    Attributes:
        sha256: of the payload.
    """

    scan: Id
    frame: Count
    width: Count
    height: Count
    label: str | None
    sha256: Digest
    seq: Count = 0
    type: Literal["slice"] = "slice"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return f"slice/{self.frame}"

    @property
    def payload_bytes(self) -> int:
        """How long the payload is where it is sent."""
        pixels = self.width * self.height
        return pixels if self.label is None else pixels + (pixels + 7) // 8


@dataclass(frozen=True, config=_STRICT)
class VolumeData:
    """Header of a scan's grey levels as a whole, averaged; the payload is a byte a sample, z-major,
    rows top to bottom, or nothing where the page holds it. The frames come as slices all the same.

    Attributes:
        shape: samples along (z, y, x).
        step: how many voxels along (z, y, x) a sample is the mean of, and lies from the next.
        first: voxel index (z, y, x) of the first sample's centre; another's is `first + k step`.
        sha256: of the payload.
    """

    scan: Id
    shape: Annotated[list[Size], Field(min_length=3, max_length=3)]
    step: Annotated[list[Size], Field(min_length=3, max_length=3)]
    first: Annotated[list[Number], Field(min_length=3, max_length=3)]
    sha256: Digest
    seq: Count = 0
    type: Literal["volume"] = "volume"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "volume"

    @property
    def payload_bytes(self) -> int:
        """How long the payload is where it is sent."""
        return prod(self.shape)


@dataclass(frozen=True, config=_STRICT)
class Diameter:
    """How far a body reaches along one direction; points are (x, y, z) in mm of the scan's frame.

    Attributes:
        feet_mm: points of the body, between which it is measured.
        ends_mm: of a line along the direction, as long as it and midway of the feet.
    """

    feet_mm: Annotated[list[Point], Field(min_length=2, max_length=2)]
    ends_mm: Annotated[list[Point], Field(min_length=2, max_length=2)]


@dataclass(frozen=True, config=_STRICT)
class Measured:
    """The numbers of a mask. Volume comes from voxels; the mesh's is there to compare.

    Attributes:
        mesh: sha256 of the coarsest level of the surface that was measured; where a page shows
            another, these numbers are of the mask before.
        interval_mm3: lower and upper end of the volume's 95 % interval.
        extent_mm: length, width, height.
        warnings: why the volume should not be relied on.
        frames: first and last frame of the mask.
        diameters: where length, width and height are.
        confidence: how sure a model was of each frame, from the first of the scan; null where it
            drew nothing or a hand did since. Empty where no model drew the mask.
        doubtful: frames that a person should look at, of those that a model drew.
        drawn_by: whom or what the mask is of, and what was drawn over by hand since.
    """

    scan: Id
    label: Id
    mesh: Digest
    volume_mm3: Number
    interval_mm3: Annotated[list[Number], Field(min_length=2, max_length=2)]
    mesh_volume_mm3: Number
    surface_mm2: Number
    extent_mm: Annotated[list[Number], Field(min_length=3, max_length=3)]
    caliper_mm3: Number
    voxels: Count
    frames: Annotated[list[Count], Field(min_length=2, max_length=2)]
    warnings: list[str]
    diameters: Annotated[list[Diameter], Field(max_length=3)] = Field(default_factory=list)
    confidence: list[Fraction | None] = Field(default_factory=list)
    doubtful: list[Count] = Field(default_factory=list)
    drawn_by: str = ""
    seq: Count = 0
    type: Literal["measured"] = "measured"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "measured"


@dataclass(frozen=True, config=_STRICT)
class Mark:
    """A distance, an angle or a note that somebody put into a scan.

    Attributes:
        id: names it within its scan.
        kind: has two, three and one point; the vertex of an angle is the second.
        points_mm: (x, y, z) in mm of the scan's frame: voxel index × spacing + origin.
        text: what a note says; the name of the others, "" where they have none.
        author: who made it, "" where nobody said.
        made: when, ISO 8601 in UTC.
    """

    id: Id
    kind: Annotated[str, Field(pattern=r"^(distance|angle|note)$")]
    points_mm: Annotated[list[Point], Field(min_length=1, max_length=3)]
    text: Annotated[str, Field(max_length=500)]
    author: Name
    made: str


@dataclass(frozen=True, config=_STRICT)
class Marks:
    """All that people measured and noted in a scan, in the order it was made.

    A scan that is opened has none until they come.
    """

    scan: Id
    marks: list[Mark]
    seq: Count = 0
    type: Literal["marks"] = "marks"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "marks"


@dataclass(frozen=True, config=_STRICT)
class Failed:
    """What went wrong, as one sentence for the user; what was shown before stays."""

    sentence: str
    seq: Count = 0
    type: Literal["failed"] = "failed"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "failed"


@dataclass(frozen=True, config=_STRICT)
class JobState:
    """How far a job is: long work that somebody started, told to every page.

    Attributes:
        id: of the job.
        kind: what is done: "segment" or "export".
        scan: with which scan.
        label: which mask comes of it, or goes into the file.
        state: waiting, running, done, failed or cancelled.
        what: the step it is at.
        done: how much of that step, of `total`.
        sentence: why it failed; "" where it did not.
        file: name of the file that comes of it; "" where none does.
    """

    id: Id
    kind: Id
    scan: Id
    label: Id
    state: Annotated[str, Field(pattern=r"^(waiting|running|done|failed|cancelled)$")]
    what: str = ""
    done: Count = 0
    total: Count = 0
    sentence: str = ""
    file: str = ""
    seq: Count = 0
    type: Literal["job"] = "job"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return f"job/{self.id}"


@dataclass(frozen=True, config=_STRICT)
class Selection:
    """A scan and one of its masks; null leaves the choice of the mask to the server."""

    scan: Id
    label: Id | None = None


@dataclass(frozen=True, config=_STRICT)
class Place:
    """A frame of a scan."""

    scan: Id
    frame: Count


@dataclass(frozen=True, config=_STRICT)
class Presence:
    """Where somebody's head and hands are; null for what is not there.

    A pose is x, y, z in metres and a unit quaternion x, y, z, w, in the coordinates of the stand:
    the place, upright, where the tumour was put before this person's eyes, Y up. Each headset has a
    stand of its own in its room, and all of them are the same place of the scene.

    Attributes:
        immersed: whether they are in a headset.
    """

    immersed: bool
    head: Pose | None = None
    left: Pose | None = None
    right: Pose | None = None
    type: Literal["presence"] = "presence"


@dataclass(frozen=True, config=_STRICT)
class Person:
    """Somebody else in the lab.

    Attributes:
        id: while they are here.
        name: what they call themselves; "" where they said none.
        together: whether they share the scene.
        away: their line has fallen; they may come back.
        presence: where they are; null while they have not said, or go their own way.
    """

    id: Id
    name: Name
    together: bool
    away: bool
    presence: Presence | None


@dataclass(frozen=True, config=_STRICT)
class ProbeAt:
    """Where the probe is held to a scan.

    Attributes:
        pose: of its plane in the scan's own scene, x, y, z in metres and a unit quaternion x, y,
            z, w: x to the picture's right, y to the transducer; null where it is put away.
    """

    scan: Id
    pose: Pose | None


@dataclass(frozen=True, config=_STRICT)
class People:
    """Who else is in the lab.

    Attributes:
        you: the reader's own id.
        seat: the reader's place around the stand, 0 at first; no two that are here have the same.
        people: the others, by seat.
    """

    you: Id
    seat: Count
    people: list[Person]
    seq: Count = 0
    type: Literal["people"] = "people"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "people"


@dataclass(frozen=True, config=_STRICT)
class Shared:
    """The scene of those who go together; null is what nobody has said yet.

    A page takes a field over unless it has changed that field itself by a later `Share` than the
    server has `heard`; so its own changes do not come back to it late, and all end the same.

    Attributes:
        heard: the last `Share.change` of this page that is in it.
        selection: what is shown.
        place: the frame that is looked at; null after another scan was selected.
        view: how the tumour is drawn.
        pose: the tumour's, in the stand's coordinates; see `Share`.
        probe: where it is held; null after another scan was selected.
        beside: what stands in a row with the tumour.
    """

    heard: Count
    selection: Selection | None
    place: Place | None
    view: Id | None
    pose: TumourPose | None
    probe: ProbeAt | None = None
    beside: Id | None = None
    seq: Count = 0
    type: Literal["shared"] = "shared"

    def key(self) -> str:
        """What a later message of the same key replaces."""
        return "shared"


@dataclass(frozen=True, config=_STRICT)
class Hello:
    """The page's first word.

    A page that lost its connection and is welcomed with the token it gave goes on where it was;
    with another token (the server was started again) it sends `Open` and `Look` anew.

    Attributes:
        session: the token of `Welcome` where the page had one; null at first. For this page only:
            it holds what it was sent, so a copy of it must not use the token.
        holds: sha256 of the payloads that the page has kept, so that they are not sent again.
    """

    session: Id | None = None
    holds: Annotated[list[Digest], Field(max_length=1000)] = Field(default_factory=list)
    type: Literal["hello"] = "hello"


@dataclass(frozen=True, config=_STRICT)
class Open:
    """Show this scan, all of it from the start; null shows the first of its masks, if any."""

    scan: Id
    label: Id | None = None
    type: Literal["open"] = "open"


@dataclass(frozen=True, config=_STRICT)
class Look:
    """The frame that is looked at: it is sent first, then its neighbours outward."""

    scan: Id
    frame: Count
    type: Literal["look"] = "look"


@dataclass(frozen=True, config=_STRICT)
class Ack:
    """Message `seq` has been taken; the server may send more."""

    seq: Count
    type: Literal["ack"] = "ack"


@dataclass(frozen=True, config=_STRICT)
class Join:
    """Who the user is, on every connection, and whether to share a scene or go one's own way."""

    name: Name
    together: bool
    type: Literal["join"] = "join"


@dataclass(frozen=True, config=_STRICT)
class Share:
    """What the user changed of the scene; null is what stays.

    Sent anew after a drop until a `Shared` has heard it: what was heard before is not taken twice.

    Attributes:
        change: counts the page's changes, from 1.
        offer: take only what nobody has said yet: what a page shows when it joins.
        selection: a scan was opened.
        place: another frame is looked at; nothing where that scan is no longer selected.
        view: the tumour is drawn another way.
        pose: the tumour was moved: x, y, z in metres, a unit quaternion x, y, z, w, and its
            magnification, in the coordinates of the stand (see `Presence`).
        probe: it was taken, moved or put away; nothing where that scan is no longer selected.
        beside: others were put into a row with the tumour, or taken out of it.
    """

    change: Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
    offer: bool = False
    selection: Selection | None = None
    place: Place | None = None
    view: Id | None = None
    pose: TumourPose | None = None
    probe: ProbeAt | None = None
    beside: Id | None = None
    type: Literal["share"] = "share"


ServerText = Annotated[
    Welcome | ScanOpened | Measured | Marks | Failed | JobState | People | Shared,
    Field(discriminator="type"),
]
WithPayload = MeshData | SliceData | VolumeData
ServerBinary = Annotated[WithPayload, Field(discriminator="type")]
ServerMessage = ServerText | ServerBinary
ClientMessage = Annotated[
    Hello | Open | Look | Ack | Join | Share | Presence, Field(discriminator="type")
]

_SERVER_TEXT: TypeAdapter[ServerText] = TypeAdapter(ServerText)
_SERVER_BINARY: TypeAdapter[ServerBinary] = TypeAdapter(ServerBinary)
_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


def text_frame(message: ServerText | ClientMessage) -> str:
    """A message without payload as JSON."""
    return json.dumps(asdict(message), separators=(",", ":"))


def binary_frame(header: ServerBinary, payload: bytes | memoryview) -> bytes:
    """A message with its payload."""
    head = json.dumps(asdict(header), separators=(",", ":")).encode()
    return b"".join((struct.pack("<I", len(head)), head, payload))


def split_binary(frame: bytes) -> tuple[ServerBinary, memoryview]:
    """The server's header and payload of a binary frame.

    Raises:
        WireError: too short, too long a header, one that is not of this protocol, or a slice or
            volume whose payload is neither nothing nor as long as its header says.
    """
    if len(frame) < 4:
        raise WireError(f"expected a frame of at least 4 bytes, got {len(frame)}")
    (length,) = struct.unpack_from("<I", frame)
    if length > LARGEST_HEADER_BYTES or 4 + length > len(frame):
        raise WireError(f"expected a header that fits {len(frame)} bytes, got one of {length}")
    header = _parsed(_SERVER_BINARY, bytes(frame[4 : 4 + length]))
    payload = memoryview(frame)[4 + length :]
    if isinstance(header, SliceData | VolumeData):
        expected, got = header.payload_bytes, len(payload)
        if got not in (0, expected):
            raise WireError(f"expected {expected} bytes of {header.type}, got {got}")
    return header, payload


def server_message(text: str | bytes) -> ServerText:
    """Check a server's text frame.

    Raises:
        WireError: not JSON, an unknown type, or a field that is missing, wrong or too many.
    """
    return _parsed(_SERVER_TEXT, text)


def client_message(text: str | bytes) -> ClientMessage:
    """Check a page's text frame.

    Raises:
        WireError: not JSON, an unknown type, or a field that is missing, wrong or too many.
    """
    return _parsed(_CLIENT, text)


def _parsed(adapter: TypeAdapter[T], text: str | bytes) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the frame"
        raise WireError(f"expected a message of {SUBPROTOCOL}; {place}: {first['msg']}") from error
