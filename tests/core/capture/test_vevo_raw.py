"""VEVO raw: orientation, spacing, what is refused, and files that an enemy made."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from parasam_core.capture import read_capture
from parasam_core.errors import CaptureError, GeometryError, UsageError

SAMPLES, LINES, COUNT = 21, 11, 5
FRAMES = np.arange(COUNT * SAMPLES * LINES).reshape(COUNT, SAMPLES, LINES).astype(np.uint8)
STATED = {
    "B-Mode/Samples": "21",
    "B-Mode/Lines": "11",
    "B-Mode/Depth": "12,5",
    "B-Mode/Depth-Offset": "2,5",
    "B-Mode/Width": "14,08",
    "3D-Step-Size": "0,076",
    "Series-Name": "M1 & M2",
}
SPACING = (0.076, 0.5, 1.408)


def raw_bytes(frames, count=None, info=0, size=None, numbers=None):
    numbers = range(len(frames)) if numbers is None else numbers
    content = struct.pack("<10I", 3, len(frames) if count is None else count, 8, *[0] * 7)
    for number, frame in zip(numbers, frames, strict=True):
        size = frame.size if size is None else size
        content += struct.pack("<Id11I", 400 * number, number / 1.0, number, info, size, *[0] * 8)
        content += np.ascontiguousarray(frame.T).tobytes()
    return content


def xml_bytes(stated=STATED, units="mm", encoding="utf-8", before=""):
    rows = "".join(
        f'<parameter name="{k}" value="{v.replace("&", "&amp;")}" units="{units}"/>'
        for k, v in stated.items()
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?>{before}'
    return f"{head}<data><parameters>{rows}</parameters></data>".encode(encoding)


@pytest.fixture
def export(tmp_path):
    def write(raw=None, xml=None, ending=".raw.3d.bmode"):
        (tmp_path / "X.raw.xml").write_bytes(xml_bytes() if xml is None else xml)
        data = tmp_path / f"X{ending}"
        data.write_bytes(raw_bytes(FRAMES) if raw is None else raw)
        return data

    return write


@pytest.mark.parametrize("given", ["X.raw.xml", "X.raw.3d.bmode"])
def test_a_sweep_is_read_upright_with_its_spacing(export, given):
    sequence = read_capture(export().with_name(given))
    assert np.array_equal(sequence.frames, FRAMES)
    assert sequence.space.spacing_mm == pytest.approx(SPACING)
    details = sequence.provenance.details
    assert (details["reader"], details["spacing_source"], details["area"]) == (
        "vevo raw", "XML", "stated",
    )  # fmt: skip
    assert "Samples - 1" in details["spacing_rule"]
    assert details["Series-Name"] == "M1 & M2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings(export, encoding):
    path = export(xml=xml_bytes(encoding=encoding)).with_name("X.raw.xml")
    assert read_capture(path).space.spacing_mm == pytest.approx(SPACING)


def test_the_step_of_a_loop_in_time_is_not_believed(export):
    path = export(ending=".raw.bmode")
    with pytest.raises(UsageError, match="--step"):
        read_capture(path)
    sequence = read_capture(path, step_mm=0.2)
    assert sequence.space.spacing_mm == pytest.approx((0.2, *SPACING[1:]))
    assert read_capture(path, spacing_mm=(1, 2, 3)).space.spacing_mm == (1, 2, 3)


def test_micrometres_and_points(export):
    stated = STATED | {"B-Mode/Depth": "12500.0", "B-Mode/Depth-Offset": "2500",
                       "B-Mode/Width": "1.408e4", "3D-Step-Size": "76"}  # fmt: skip
    path = export(xml=xml_bytes(stated, units="um"))
    assert read_capture(path).space.spacing_mm == pytest.approx(SPACING)


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d SYSTEM "file:///etc/passwd">'
BAD = {
    "cut in a frame": {"raw": raw_bytes(FRAMES)[:-1]},
    "cut in a header": {"raw": raw_bytes(FRAMES)[:30]},
    "more than stated": {"raw": raw_bytes(FRAMES) + b"\0" * 8},
    "a wrong count": {"raw": raw_bytes(FRAMES, count=4)},
    "a huge count": {"raw": raw_bytes(FRAMES, count=2**24 - 1)},
    "no frames": {"raw": raw_bytes(FRAMES[:0])},
    "an invalid frame": {"raw": raw_bytes(FRAMES, info=1)},
    "a packet of another size": {"raw": raw_bytes(FRAMES, size=7)},
    "a missing frame": {"raw": raw_bytes(FRAMES, numbers=[0, 1, 3, 4, 5])},
    "another version": {"raw": b"\x04" + raw_bytes(FRAMES)[1:]},
    "entities": {"xml": xml_bytes(before=BOMB)},
    "an external document type": {"xml": xml_bytes(before=OUTSIDE)},
    "no XML": {"xml": b"<data><parameter"},
    "an unknown encoding": {"xml": xml_bytes().replace(b"utf-8", b"utf-99")},
    "an unknown unit": {"xml": xml_bytes(units="inch")},
    "too large an XML": {"xml": b"<data>" + b" " * (17 << 20) + b"</data>"},
    **{f"no {k}": {"xml": xml_bytes({n: v for n, v in STATED.items() if n != k})}
       for k in list(STATED)[:3]},
    **{f"{k} {v}": {"xml": xml_bytes(STATED | {f"B-Mode/{k}": v})} for k, v in [
        ("Samples", "0"), ("Samples", "1"), ("Samples", "2147483647"), ("Samples", "20.5"),
        ("Lines", "-3"), ("Depth", "nan"), ("Depth", "inf"), ("Depth", "1e999"), ("Depth", "1,2.5"),
        ("Depth", ""), ("Depth-Offset", "12.5"), ("Depth-Offset", "-1"), ("Width", "0"),
    ]},
    "a step of 0": {"xml": xml_bytes(STATED | {"3D-Step-Size": "0"})},
}  # fmt: skip


@pytest.mark.parametrize("how", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_is_refused(export, how):
    with pytest.raises(CaptureError) as refused:
        read_capture(export(**how).with_name("X.raw.xml"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("gone", ["X.raw.xml", "X.raw.3d.bmode"])
def test_a_missing_partner_is_named(export, gone):
    path = export()
    path.with_name(gone).unlink()
    left = ({"X.raw.xml", path.name} - {gone}).pop()
    with pytest.raises(CaptureError, match=gone.replace(".", r"\.")):
        read_capture(path.with_name(left))


def test_two_files_of_frames_are_ambiguous(export):
    export()
    path = export(ending=".raw.bmode")
    with pytest.raises(CaptureError, match="two"):
        read_capture(path.with_name("X.raw.xml"))


def mutated(content, chance):
    """A few bytes changed, cut out or doubled."""
    content = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content))
        kind = chance.randrange(4)
        if kind == 0:
            content[at] = chance.randrange(256)
        elif kind == 1:
            del content[at : at + chance.randint(1, 9)]
        elif kind == 2:
            content[at:at] = content[at : at + chance.randint(1, 40)]
        else:
            content[at : at + 1] = chance.choice([b"\xff\xff\xff\x7f", b"-", b"9e9", b"0", b"<!"])
        content = content or bytearray(b"x")
    return bytes(content)


def test_fuzzed_files_are_read_or_refused(export):
    chance = random.Random(11)  # noqa: S311
    read = 0
    for turn in range(400):
        raw, xml = raw_bytes(FRAMES), xml_bytes()
        how = {"raw": mutated(raw[:200], chance) + raw[200:]} if turn % 2 else {
            "xml": mutated(xml, chance)
        }  # fmt: skip
        try:
            read += read_capture(export(**how)).frames.shape[0] > 0
        except (CaptureError, GeometryError, UsageError):
            continue
    assert 0 < read < 400
