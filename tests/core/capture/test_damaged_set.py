"""The damaged-file set: one of every kind, imported by the command.

Exit 1 or 2, one sentence on one line, nothing else said, nothing left behind, nothing changed.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import shutil
import struct
import zlib

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from pydicom.uid import RLELossless

from parasam_core.cli import main
from tests.core.capture.test_dicom import loop
from tests.core.capture.test_vevo_raw import FRAMES as RAW_FRAMES
from tests.core.capture.test_vevo_raw import raw_bytes, xml_bytes
from tests.fuzz.seeds import write_scan_in, write_seeds

MIB = 1 << 20


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    scan = write_scan_in(folder)
    return folder, scan, write_seeds(folder / "kinds", scan)


def everything(folder):
    """Names and contents of all files, links as links."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else os.path.lexists(p)
        for p in folder.rglob("*")
    }


def assert_refused(capfd, folder, source, scan, *more):
    before = everything(folder)
    with pytest.raises(SystemExit) as stopped:
        main(["import", str(source), str(scan), "--step", "0.1", *more] if more else
             ["import", str(source), str(scan)])  # fmt: skip
    out, err = capfd.readouterr()
    assert stopped.value.code in (1, 2), err
    assert out == ""
    assert err.startswith("parasam import: expected ") or "file system refused" in err, err
    assert len(err.splitlines()) == 1, err
    assert everything(folder) == before


DAMAGE = {
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "its first 200 bytes": lambda content: content[:200],
    "noise": lambda content: random.Random(len(content)).randbytes(len(content)),  # noqa: S311
    "a page of text": lambda _: b"It was a dark and stormy night.\n" * 100,
    "another format": lambda _: gzip.compress(b"PK\x03\x04" * 1000),
}
HOLDS = {("zarr label", d) for d in DAMAGE}  # a label that is damaged is no label


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_kind_with_every_damage(seeds, tmp_path, damage, capfd):
    folder, scan, kinds = seeds
    for name, seed in kinds.items():
        work = tmp_path / name
        shutil.copytree(folder / "kinds" / name, work)
        if seed.onto:
            shutil.copytree(scan.path, work / "scan.zarr")
        victim = work / seed.damaged
        victim.write_bytes(DAMAGE[damage](victim.read_bytes()))
        if (name, damage) in HOLDS:
            continue
        target = work / ("scan.zarr" if seed.onto else "out.zarr")
        assert_refused(capfd, work, work / seed.source, target)


def png_chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png_that_claims(width, height):
    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(b"\0" * 9))
    return b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IEND", b"")


def nifti_that_claims(*sizes):
    """A gzipped NIfTI whose voxels are all 0, far denser than voxels ever are."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header["dim"][: len(sizes) + 1] = (len(sizes), *sizes)
    header["vox_offset"], header["magic"] = 352, b"n+1"
    return gzip.compress(header.binaryblock + b"\0" * 4 + bytes(MIB))


def dicom_bytes(dataset):
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def dicom_nested(depth):
    """Sequences in sequences, all of undefined length."""
    whole = dicom_bytes(loop())
    opened = struct.pack("<2H2sHI", 0x0008, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    opened += struct.pack("<2HI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closed = struct.pack("<2HI2HI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    modality = whole.index(struct.pack("<2H2sH", 0x0008, 0x0060, b"CS", 2))
    nested = opened * depth + closed * depth
    return whole[: modality + 10] + nested + whole[modality + 10 :]


def dicom_packed_that_claims(**sizes):
    dataset = loop()
    dataset.compress(RLELossless, generate_instance_uid=False)
    for name, value in sizes.items():
        setattr(dataset, name, value)
    return dicom_bytes(dataset)


def dicom_without_pixels():
    dataset = loop()
    del dataset.PixelData
    return dicom_bytes(dataset)


LAUGHS = "<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
HOSTILE = {
    "png, a bomb": ("a.png", png_that_claims(100_000, 100_000)),
    "png, no pixel": ("a.png", png_that_claims(0, 5)),
    "png, beyond all": ("a.png", png_that_claims(2**31 - 1, 2**31 - 1)),
    "nifti, a bomb": ("a.nii.gz", nifti_that_claims(1800, 1800, 1800)),
    "nifti, denser than can be": ("a.nii.gz", nifti_that_claims(1024, 1024, 16)),
    "nifti, beyond all": ("a.nii.gz", nifti_that_claims(32767, 32767, 32767)),
    "dicom, nested": ("a.dcm", dicom_nested(5000)),
    "dicom, frames without end": ("a.dcm", dicom_packed_that_claims(NumberOfFrames=2**31 - 1)),
    "dicom, a huge frame": ("a.dcm", dicom_packed_that_claims(Rows=65535, Columns=65535)),
    "dicom, more frames": ("a.dcm", dicom_packed_that_claims(NumberOfFrames=5000)),
    "dicom, no pixels": ("a.dcm", dicom_without_pixels()),
    "vevo, laughs": ("X.raw.xml", xml_bytes(before=LAUGHS)),
    "vevo, an entity from outside": ("X.raw.xml", xml_bytes(before=OUTSIDE)),
    "vevo, deep": ("X.raw.xml", b"<a>" * 200_000),
    "vevo, no such encoding": ("X.raw.xml", b'<?xml version="1.0" encoding="x"?><a/>'),
    "vevo, a thousand million frames": ("X.raw.3d.bmode", raw_bytes(RAW_FRAMES, count=10**9)),
    "mha, spacing without end": (
        "a.mha",
        b"ObjectType = Image\nNDims = 3\nBinaryData = True\nDimSize = 2 2 2\nElementSpacing = "
        b"inf 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n" + bytes(8),
    ),
    "a name on two lines": ("a\nb\x1b[31m.png", b"hello"),
}


@pytest.mark.parametrize(("name", "content"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_an_enemy_made(tmp_path, name, content, capfd):
    (tmp_path / "X.raw.xml").write_bytes(xml_bytes())
    (tmp_path / "X.raw.3d.bmode").write_bytes(raw_bytes(RAW_FRAMES))
    (tmp_path / name).write_bytes(content)
    assert_refused(capfd, tmp_path, tmp_path / name, tmp_path / "out.zarr")
    assert_refused(
        capfd, tmp_path, tmp_path / name, tmp_path / "out.zarr", "--roi", "0,0,1,1",
        "--spacing", "1", "1", "1",
    )  # fmt: skip


def images_in(folder, *names):
    folder.mkdir()
    for name in names:
        Image.new("L", (30, 20), 90).save(folder / name, "PNG")
    return folder


def placed(folder, kind):
    """A source that is no file of images, by its kind."""
    path = folder / "a.png"
    if kind == "a folder called x.png":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a link to itself":
        path.symlink_to(path)
    elif kind == "a link to nothing":
        path.symlink_to(folder / "gone.png")
    elif kind == "a link to nothing in a series":
        (images_in(folder / "f", "f_1.png", "f_3.png") / "f_2.png").symlink_to(folder / "gone")
        return folder / "f"
    elif kind == "a number missing":
        return images_in(folder / "f", "f_1.png", "f_2.png", "f_4.png")
    elif kind == "a number twice":
        return images_in(folder / "f", "f_1.png", "f_2.png", "f_02.png")
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "nothing",
        "a folder called x.png",
        "a pipe",
        "a link to itself",
        "a link to nothing",
        "a link to nothing in a series",
        "a number missing",
        "a number twice",
    ],
)
def test_what_is_no_file(tmp_path, kind, capfd):
    source = placed(tmp_path, kind)
    assert_refused(
        capfd, tmp_path, source, tmp_path / "out.zarr", "--roi", "0,0,1,1",
        "--spacing", "1", "1", "1",
    )  # fmt: skip


def test_a_folder_called_as_an_image_is_no_frame(tmp_path):
    folder = images_in(tmp_path / "f", "f_1.png", "f_2.png")
    (folder / "f_3.png").mkdir()
    main(["import", str(folder), str(tmp_path / "o.zarr"), "--roi", "0,0,9,9",
          "--spacing", "1", "1", "1"])  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path, capfd):
    path = tmp_path / "a.png"
    path.write_bytes(png_that_claims(3, 3))
    path.chmod(0)
    with pytest.raises(SystemExit) as stopped:
        main(["import", str(path), str(tmp_path / "o.zarr")])
    assert stopped.value.code == 1
    assert "Permission denied" in capfd.readouterr().err
