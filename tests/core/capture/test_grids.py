"""NIfTI, NRRD and MetaImage: what our writers and other libraries wrote, and what is refused."""

from __future__ import annotations

import gzip
import itertools
import random
import zlib

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from parasam_core.api import export
from parasam_core.capture import read_capture
from parasam_core.errors import CaptureError, GeometryError, UsageError
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACE = Space((6, 7, 9), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
FRAMES = (np.arange(np.prod(SPACE.shape)) % 251).astype(np.uint8).reshape(SPACE.shape)
ENDINGS = (".nrrd", ".mha", ".nii", ".nii.gz")


@pytest.fixture
def scan(tmp_path):
    sequence = Sequence(FRAMES, SPACE, "M1", "d0", (7, 9), (0, 0, 9, 7), Provenance("noise"))
    return write_scan(tmp_path / "s.zarr", sequence)


def itk_image(voxels=FRAMES, direction=(1, 0, 0, 0, 1, 0, 0, 0, 1)):
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACE.spacing_mm[::-1])
    image.SetOrigin(SPACE.origin_mm[::-1])
    image.SetDirection([float(d) for d in direction])
    return image


def assert_same_place(space, rel=1e-6):
    assert space.shape == SPACE.shape
    assert space.spacing_mm == pytest.approx(SPACE.spacing_mm, rel=rel)
    assert space.origin_mm == pytest.approx(SPACE.origin_mm, rel=rel)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_export_wrote_comes_back(scan, tmp_path, ending):
    export(scan, tmp_path / f"out{ending}", image=True)
    back = read_capture(tmp_path / f"out{ending}")
    assert np.array_equal(back.frames, FRAMES)
    assert back.space == SPACE  # the decimals that the 32-bit floats of NIfTI stand for
    details = back.provenance.details
    assert (details["spacing_source"], details["area"], details["levels"]) == (
        "header", "stated", "as stored",
    )  # fmt: skip


@pytest.mark.parametrize("ending", [*ENDINGS, ".nhdr", ".mhd"])
@pytest.mark.parametrize("packed", [True, False])
def test_what_itk_wrote_is_read(tmp_path, ending, packed):
    path = tmp_path / f"out{ending}"
    sitk.WriteImage(itk_image(FRAMES.astype(np.int16) * 100), str(path), useCompression=packed)
    back = read_capture(path)
    assert np.array_equal(back.frames, FRAMES.astype(np.int32) * 100 >> 8)
    assert back.provenance.details["bits"] == 16
    assert_same_place(back.space)


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii.gz"])
@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, -1)])
def test_any_order_and_sense_of_axes_ends_in_one_frame(tmp_path, ending, axes, signs):
    """ITK lays the same voxels out anew, so that they lie where they lay."""
    image = sitk.PermuteAxes(itk_image(), axes)
    image = sitk.Flip(image, [s < 0 for s in signs], flipAboutOrigin=False)
    sitk.WriteImage(image, str(tmp_path / f"t{ending}"))
    back = read_capture(tmp_path / f"t{ending}")
    assert np.array_equal(back.frames, FRAMES)
    assert_same_place(back.space, 1e-5)


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii"])
def test_a_grid_at_an_angle_is_refused(tmp_path, ending):
    for angle, is_read in ((5e-4, True), (5e-3, False), (0.7, False)):
        c, s = np.cos(angle), np.sin(angle)
        image = itk_image(direction=(c, -s, 0, s, c, 0, 0, 0, 1))
        sitk.WriteImage(image, str(tmp_path / f"t{ending}"))
        if is_read:
            assert np.array_equal(read_capture(tmp_path / f"t{ending}").frames, FRAMES)
            continue
        with pytest.raises(CaptureError, match="resample"):
            read_capture(tmp_path / f"t{ending}")


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii.gz"])
def test_floats_and_negatives_are_scaled_by_the_stated_rule(tmp_path, ending):
    levels = np.linspace(-1, 3, FRAMES.size).reshape(FRAMES.shape)
    for dtype in (np.float32, np.float64):
        sitk.WriteImage(itk_image(levels.astype(dtype)), str(tmp_path / f"t{ending}"))
        back = read_capture(tmp_path / f"t{ending}")
        assert np.array_equal(back.frames, np.rint((levels + 1) / 4 * 255).astype(np.uint8))
        assert back.provenance.details["levels"] == "-1.0 to 3.0 scaled to 0 to 255"
    levels[2, 3, 4] = np.nan
    sitk.WriteImage(itk_image(levels), str(tmp_path / f"t{ending}"))
    with pytest.raises(CaptureError, match="finite"):
        read_capture(tmp_path / f"t{ending}")


def test_nifti_slope_and_units(tmp_path):
    image = nib.Nifti1Image(FRAMES.transpose(2, 1, 0), np.diag([-50, -35.2, 76, 1]))
    image.header.set_xyzt_units("micron")
    image.header["scl_slope"], image.header["scl_inter"] = 1, 0
    nib.save(image, tmp_path / "t.nii")
    back = read_capture(tmp_path / "t.nii")
    assert back.space.spacing_mm == pytest.approx(SPACE.spacing_mm)
    assert np.array_equal(back.frames, FRAMES)


def nrrd(voxels=FRAMES, drop=(), packed=False, **fields):
    """The bytes of a NRRD, some of whose fields are other ones."""
    x, y, z = SPACE.spacing_mm[::-1]
    said = {
        "type": "uint8", "dimension": "3", "sizes": "9 7 6", "encoding": "raw",
        "space": "left-posterior-superior",
        "space_directions": f"({x},0,0) (0,{y},0) (0,0,{z})", "space_origin": "(0,0,0)",
    } | fields  # fmt: skip
    rows = [f"{k.replace('_', ' ')}: {v}\n" for k, v in said.items() if k not in drop]
    content = voxels.tobytes()
    body = gzip.compress(content) if packed else content
    return ("NRRD0005\n" + "".join(rows) + "\n").encode() + body


def mha(body=None, **fields):
    body = FRAMES.tobytes() if body is None else body
    said = {
        "NDims": "3",
        "BinaryData": "True",
        "DimSize": "9 7 6",
        "ElementSpacing": "1 1 1",
        "ElementType": "MET_UCHAR",
        **fields,
        "ElementDataFile": fields.get("data", "LOCAL"),
    }
    rows = "".join(f"{k} = {v}\n" for k, v in said.items() if k != "data")
    return ("ObjectType = Image\n" + rows).encode() + body


def nifti(**fields):
    image = nib.Nifti1Image(FRAMES.transpose(2, 1, 0), np.diag([-1, -1, 1, 1]))
    content = bytearray(image.to_bytes())
    header = nib.Nifti1Header(bytes(content[:348]), check=False)
    for name, value in fields.items():
        header[name] = value
    content[:348] = header.binaryblock
    return bytes(content)


def wrong_checksum(packed):
    return packed[:-8] + bytes(4) + packed[-4:]


HUGE = "2000 2000 2000"
BAD = {
    "nrrd, cut": nrrd()[:-1],
    "nrrd, packed and cut": nrrd(encoding="gzip", packed=True)[:-60],
    "nrrd, packed and damaged": nrrd(encoding="gzip")[:-10],
    "nrrd, header cut": nrrd()[:60],
    "nrrd, more than the file holds": nrrd(sizes=HUGE),
    "nrrd, more than a packed file can hold": nrrd(sizes=HUGE, encoding="gzip", packed=True),
    "nrrd, beyond all": nrrd(sizes="99999999999 99999999999 99999999999"),
    "nrrd, size 0": nrrd(sizes="0 7 6"),
    "nrrd, size -1": nrrd(sizes="-9 7 6"),
    "nrrd, a word as size": nrrd(sizes="9 7 six"),
    "nrrd, four sizes": nrrd(sizes="1 9 7 6", dimension="4"),
    "nrrd, a type unknown": nrrd(type="block"),
    "nrrd, no byte order": nrrd(FRAMES.astype(np.uint16), type="uint16"),
    "nrrd, an encoding unknown": nrrd(encoding="bzip2"),
    "nrrd, a skip": nrrd(byte_skip="4"),
    "nrrd, spacing 0": nrrd(space_directions="(0,0,0) (0,1,0) (0,0,1)"),
    "nrrd, spacing nan": nrrd(space_directions="(nan,0,0) (0,1,0) (0,0,1)"),
    "nrrd, spacing infinite": nrrd(space_directions="(1e999,0,0) (0,1,0) (0,0,1)"),
    "nrrd, two axes along one": nrrd(space_directions="(1,0,0) (1,0,0) (0,0,1)"),
    "nrrd, a space unknown": nrrd(space="scanner-xyz"),
    "nrrd, units unknown": nrrd(space_units='"inch" "inch" "inch"'),
    "nrrd, data outside": nrrd(data_file="../secret.raw"),
    "nrrd, data at the root": nrrd(data_file="/etc/passwd"),
    "nrrd, data nowhere": nrrd(data_file="gone.raw"),
    "nrrd, data in a list": nrrd(data_file="LIST"),
    "nrrd, data is the folder": nrrd(data_file=".."),
    "nrrd, data through a link": nrrd(data_file="link.raw"),
    "nrrd, a field twice": nrrd().replace(b"type: uint8", b"type: uint8\ntype: uint16"),
    "mha, cut": mha()[:-1],
    "mha, packed and cut": mha(zlib.compress(FRAMES.tobytes())[:-20], CompressedData="True"),
    "mha, more than the file holds": mha(DimSize=HUGE),
    "mha, size 0": mha(DimSize="0 7 6"),
    "mha, text voxels": mha(BinaryData="False"),
    "mha, channels": mha(ElementNumberOfChannels="3"),
    "mha, spacing 0": mha(ElementSpacing="0 1 1"),
    "mha, data outside": mha(data="../secret.raw"),
    "mha, data in a list": mha(data="LIST"),
    "mha, data by a pattern": mha(data="s%03d.raw"),
    "mha, no end": mha()[:80],
    "nifti, cut": nifti()[:-1],
    "nifti, header cut": nifti()[:300],
    "nifti, packed and cut": gzip.compress(nifti())[:-80],
    "nifti, more than the file holds": nifti(dim=[3, 2000, 2000, 2000, 1, 1, 1, 1]),
    "nifti, size 0": nifti(dim=[3, 0, 7, 6, 1, 1, 1, 1]),
    "nifti, size -1": nifti(dim=[3, -9, 7, 6, 1, 1, 1, 1]),
    "nifti, four axes": nifti(dim=[4, 3, 7, 6, 3, 1, 1, 1]),
    "nifti, -3 axes": nifti(dim=[-3, 3, 7, 6, 3, 1, 1, 1]),
    "nifti, complex": nifti(datatype=32),
    "nifti, a type unknown": nifti(datatype=7777),
    "nifti, nan as place": nifti(srow_x=[np.nan, 0, 0, 0], sform_code=1),
    "nifti, voxels before the file": nifti(vox_offset=-5),
    "nifti, voxels in the header": nifti(vox_offset=100),
    "nifti, voxels of two sizes": nifti(pixdim=[1, 1, 1, 2, 1, 1, 1, 1]),
    "nifti, nan as a size": nifti(pixdim=[1, 1, 1, np.nan, 1, 1, 1, 1]),
    "nifti, a wrong checksum": wrong_checksum(gzip.compress(nifti())),
    "nrrd, a wrong checksum": nrrd(encoding="gzip")[: -FRAMES.size]
    + wrong_checksum(gzip.compress(FRAMES.tobytes())),
    "mha, a wrong checksum": mha(
        zlib.compress(FRAMES.tobytes())[:-4] + bytes(4), CompressedData="True"
    ),
    "mha, far more than it says": mha(zlib.compress(bytes(4 << 20)), CompressedData="True"),
    "mha, directions of another length": mha(TransformMatrix="2 0 0 0 1 0 0 0 1"),
    "mha, spacing beyond all": mha(ElementSpacing="1e308 1 1"),
}  # fmt: skip


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_is_refused(tmp_path, content):
    (tmp_path / "secret.raw").write_bytes(FRAMES.tobytes())
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.raw").symlink_to(tmp_path / "secret.raw")
    (inside / "t.bin").write_bytes(content)
    with pytest.raises(CaptureError) as refused:
        read_capture(inside / "t.bin")
    assert "\n" not in str(refused.value)


def test_gzip_in_several_members_is_read_whole(tmp_path):
    """As bgzip writes it."""
    content = nifti()
    members = [gzip.compress(content[i : i + 400]) for i in range(0, len(content), 400)]
    (tmp_path / "t.nii.gz").write_bytes(b"".join(members))
    assert np.array_equal(read_capture(tmp_path / "t.nii.gz").frames, FRAMES)
    body = b"".join(gzip.compress(frame.tobytes()) for frame in FRAMES)
    (tmp_path / "t.nrrd").write_bytes(nrrd(encoding="gzip")[: -FRAMES.size] + body)
    assert np.array_equal(read_capture(tmp_path / "t.nrrd").frames, FRAMES)


def test_a_header_without_spacing_says_so(tmp_path):
    (tmp_path / "t.nrrd").write_bytes(nrrd(drop=("space", "space_directions", "space_origin")))
    with pytest.raises(UsageError, match="--spacing"):
        read_capture(tmp_path / "t.nrrd")
    back = read_capture(tmp_path / "t.nrrd", spacing_mm=(1, 2, 3))
    assert back.space.spacing_mm == (1, 2, 3)
    assert np.array_equal(back.frames, FRAMES)


@pytest.mark.parametrize("make", [nrrd, mha, nifti])
def test_fuzzed_headers_are_read_or_refused(tmp_path, make):
    chance = random.Random(5)  # noqa: S311
    whole, read = make(), 0
    header = len(whole) - FRAMES.size
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(header)
            content[at : at + chance.choice([0, 1, 1, 5])] = chance.choice(
                [bytes([chance.randrange(256)]), b"9", b"-", b" nan ", b"\n", b"\xff\xff", b"0"]
            )
        (tmp_path / "t.bin").write_bytes(content)
        try:
            read += read_capture(tmp_path / "t.bin").frames.size > 0
        except (CaptureError, GeometryError, UsageError):
            continue
    assert 0 < read < 300
