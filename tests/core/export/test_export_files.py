"""Every writer against its tool's own library: the volume, the place, the provenance."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 as its own manual has it
import tifffile
from hypothesis import HealthCheck, given, settings

from parasam_core import api
from parasam_core.errors import LabelError, UsageError
from parasam_core.export import formats
from parasam_core.export.picture import Picture
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import LABEL_RGBA, write_scan
from parasam_core.space import Space
from tests.conftest import ROOT
from tests.core.export import readers
from tests.core.export.conftest import IMPORTED, OUTLINED, SPACE, lopsided, sequence_of, spaces

ENDINGS = sorted(readers.OF_ENDING)
PLAIN = [e for e in ENDINGS if e != "dcm"]
EXACT, SINGLE = 1e-12, 1e-6  # NIfTI-1 has 32-bit floats
ANY_FOLDER = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def precision(ending):
    return SINGLE if ending.startswith("nii") else EXACT


def assert_as_in(read, voxels, space, tolerance):
    """The tool sees these voxels at these places, and so this volume."""
    assert np.array_equal(np.asarray(read.voxels) > 0, voxels > 0)
    assert read.spacing_mm == pytest.approx(space.spacing_mm, rel=tolerance)
    index = np.argwhere(voxels)
    reach = max(1.0, float(np.abs(space.origin_mm).max() + max(space.extent_mm)))
    ours = space.mm_from_index(index)
    assert np.allclose(read.lps_mm(index), ours, rtol=0, atol=4 * tolerance * reach)
    expected = np.count_nonzero(voxels) * space.voxel_mm3
    assert read.volume_mm3 == pytest.approx(expected, rel=3 * tolerance)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_label_keeps_its_place_and_volume(scan, tmp_path, ending):
    done = api.export(scan, tmp_path / f"out.{ending}")
    read = readers.OF_ENDING[ending](done.out)
    assert_as_in(read, scan.mask().masks, scan.space, precision(ending))
    assert (done.label, done.voxels) == ("tumour", int(scan.mask().masks.sum()))
    assert done.volume_mm3 == pytest.approx(read.volume_mm3, rel=3 * precision(ending))


@pytest.mark.parametrize("ending", [e for e in PLAIN if e != "seg.nrrd"])
def test_frames_keep_their_place_and_every_grey(scan, tmp_path, ending):
    done = api.export(scan, tmp_path / f"out.{ending}", image=True)
    read = readers.OF_ENDING[ending](done.out)
    frames = scan.sequence().frames
    assert np.array_equal(read.voxels, frames)
    assert_as_in(read, frames, scan.space, precision(ending))
    assert "label" not in readers.about_in(done.out)


@pytest.mark.parametrize("ending", ["nii.gz", "nrrd", "seg.nrrd", "mha"])
def test_itk_agrees_with_every_other_library(scan, tmp_path, ending):
    done = api.export(scan, tmp_path / f"out.{ending}")
    read = readers.by_itk(done.out)
    assert_as_in(read, scan.mask().masks, scan.space, precision(ending))
    assert np.unique(read.voxels).tolist() == [0, 1]


def test_the_phantom_would_notice_any_flip_or_transpose():
    mask = lopsided((5, 5, 5))
    turned = [
        np.flip(mask.transpose(order), axes)
        for order in itertools.permutations(range(3))
        for n in range(4)
        for axes in itertools.combinations(range(3), n)
    ]
    assert sum(np.array_equal(mask, t) for t in turned) == 1


@pytest.mark.parametrize("ending", PLAIN)
@ANY_FOLDER
@given(space=spaces)
def test_any_space_survives(tmp_path, ending, space):
    voxels = lopsided(space.shape).astype(np.uint8)
    out = tmp_path / f"any.{ending}"
    out.write_bytes(formats.WRITERS[f".{ending}"](Picture(voxels, space, "x", True, about())))
    assert_as_in(readers.OF_ENDING[ending](out), voxels, space, precision(ending))


def about(details=None):
    outlined = OUTLINED.as_json() | ({"details": details} if details else {})
    return {"made_by": "parasam", "image": IMPORTED.as_json(), "mask": outlined}


@settings(ANY_FOLDER, max_examples=10)
@given(space=spaces)
def test_any_space_survives_in_dicom(tmp_path_factory, space):
    from parasam_core.export.dicom_seg import segmentation
    from parasam_core.export.series import file_bytes, series_of

    whose = {**about(), "subject": "M1", "timepoint": "d0"}
    images = series_of(Picture(sequence_of(space).frames, space, "M1_d0", False, whose))
    voxels = lopsided(space.shape).astype(np.uint8)
    drawn = pydicom.valuerep.DT("20260102030405").replace(tzinfo=None)
    out = tmp_path_factory.mktemp("dicom") / "any.dcm"
    label = Picture(voxels, space, "x", True, whose)
    out.write_bytes(file_bytes(segmentation(images, label, drawn)))
    place = [np.array(i.ImagePositionPatient, float) for i in images]
    assert np.allclose(place, space.mm_from_index([(z, 0, 0) for z in range(len(images))]))
    if space.shape[0] > 1:  # highdicom makes no volume of one frame
        assert_as_in(readers.by_highdicom(out), voxels, space, 1e-9)  # 16 characters a number


@pytest.mark.parametrize("ending", ENDINGS)
def test_where_it_came_from_is_inside(scan, tmp_path, ending):
    about = readers.about_in(api.export(scan, tmp_path / f"out.{ending}").out)
    assert Provenance.from_json(about["image"]) == IMPORTED
    assert Provenance.from_json(about["mask"]) == OUTLINED
    assert (about["subject"], about["timepoint"], about["label"]) == ("M1", "d0", "tumour")
    assert tuple(about["spacing_mm"]) == SPACE.spacing_mm
    assert tuple(about["origin_mm"]) == SPACE.origin_mm
    assert about["annotated_frames"] == [[0, 1], [3, 3], [5, 5]]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_again_gives_the_same_bytes(scan, tmp_path, ending):
    out = api.export(scan, tmp_path / f"out.{ending}").out
    first = out.read_bytes()
    assert api.export(scan, out).out.read_bytes() == first


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_label_is_written_as_one(tmp_path, ending):
    scan = write_scan(tmp_path / "M1.zarr", sequence_of(SPACE))
    nothing = MaskStack(np.zeros(SPACE.shape, np.bool_), SPACE, OUTLINED)
    done = api.export(scan.write_mask("none", nothing), tmp_path / f"out.{ending}")
    read = readers.OF_ENDING[ending](done.out)
    assert read.voxels.shape == SPACE.shape
    assert not read.voxels.any()
    assert done.volume_mm3 == 0


def test_a_segment_for_slicer(scan, tmp_path):
    image = sitk.ReadImage(str(api.export(scan, tmp_path / "a.seg.nrrd").out))
    keys = {k: image.GetMetaData(k) for k in image.GetMetaDataKeys()}
    z, y, x = (np.flatnonzero(scan.mask().masks.any(axis=a)) for a in ((1, 2), (0, 2), (0, 1)))
    assert keys["Segment0_Name"] == "tumour"
    assert keys["Segment0_ID"] == "Segment_1"
    colour = [round(float(c) * 255) for c in keys["Segment0_Color"].split()]
    assert colour == LABEL_RGBA[:3]
    extent = [int(v) for v in keys["Segment0_Extent"].split()]
    assert extent == [x[0], x[-1], y[0], y[-1], z[0], z[-1]]
    assert (keys["Segment0_LabelValue"], keys["Segment0_Layer"]) == ("1", "0")
    assert keys["Segmentation_MasterRepresentation"] == "Binary labelmap"
    assert keys["NRRD_space"] == "left-posterior-superior"


def test_fiji_gets_a_stack_in_mm(scan, tmp_path):
    with tifffile.TiffFile(api.export(scan, tmp_path / "a.tif").out) as tiff:
        assert tiff.is_imagej
        assert tiff.series[0].axes == "ZYX"
        assert tiff.imagej_metadata["slices"] == SPACE.shape[0]
        assert np.unique(tiff.asarray()).tolist() == [0, 255]


def test_a_nifti_label_says_so(scan, tmp_path):
    import nibabel as nib

    header = nib.load(api.export(scan, tmp_path / "a.nii.gz").out).header
    assert header.get_intent() == ("label", (), "tumour")
    assert header["qform_code"] == header["sform_code"] == 1


def test_the_series_beside_a_dicom_segmentation(scan, tmp_path):
    done = api.export(scan, tmp_path / "a.dcm")
    assert done.series == tmp_path / "a_series"
    read = readers.series_by_itk(done.series)
    assert_as_in(read, scan.sequence().frames, scan.space, 1e-9)
    assert np.array_equal(read.voxels, scan.sequence().frames)
    images = [pydicom.dcmread(p) for p in sorted(done.series.iterdir())]
    segmented = pydicom.dcmread(done.out)
    referred = segmented.ReferencedSeriesSequence[0]
    assert referred.SeriesInstanceUID == images[0].SeriesInstanceUID
    assert [r.ReferencedSOPInstanceUID for r in referred.ReferencedInstanceSequence] == [
        i.SOPInstanceUID for i in images
    ]
    assert {i.FrameOfReferenceUID for i in images} == {segmented.FrameOfReferenceUID}
    assert np.array_equal(segmented.pixel_array, scan.mask().masks)
    assert segmented.PatientID == images[0].PatientID == "M1"
    assert segmented.SegmentSequence[0].SegmentLabel == "tumour"
    assert segmented.SegmentSequence[0].SegmentAlgorithmType == "SEMIAUTOMATIC"
    region = images[0].SequenceOfUltrasoundRegions[0]
    assert region.PhysicalDeltaX * 10 == pytest.approx(SPACE.spacing_mm[2])


def test_other_spacing_or_label_is_another_object(scan, tmp_path):
    other = Space(SPACE.shape, (0.08, *SPACE.spacing_mm[1:]), SPACE.origin_mm)
    again = write_scan(tmp_path / "again.zarr", sequence_of(other))
    again = again.write_mask("tumour", MaskStack(scan.mask().masks, other, OUTLINED))
    a, b = (pydicom.dcmread(api.export(s, tmp_path / f"{s.name}.dcm").out) for s in (scan, again))
    for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert a[name].value != b[name].value
    less = MaskStack(scan.mask().masks & False, SPACE, OUTLINED)
    c = pydicom.dcmread(
        api.export(scan.write_mask("less", less), tmp_path / "c.dcm", label="less").out
    )
    assert c.FrameOfReferenceUID == a.FrameOfReferenceUID
    assert c.SOPInstanceUID != a.SOPInstanceUID


@pytest.mark.parametrize("subject", ["", "a\\b^c=d", "µ" * 80, "tab\there"])
def test_any_subject_makes_a_dicom_file(tmp_path, subject):
    scan = write_scan(tmp_path / "odd.zarr", sequence_of(SPACE, subject=subject))
    scan = scan.write_mask("a", MaskStack(lopsided(SPACE.shape), SPACE, OUTLINED))
    read = pydicom.dcmread(api.export(scan, tmp_path / "a.dcm").out)
    assert 0 < len(read.PatientID) <= 64
    assert "\\" not in read.PatientID


def names_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


@pytest.mark.parametrize(
    ("name", "image", "words"),
    [
        ("a.txt", False, r"\.seg\.nrrd"),
        ("a", False, "ending in"),
        (".nrrd", False, "ending in"),
        ("a.nii.gz.bak", False, "ending in"),
        ("a.stl", False, "parasam mesh"),
        ("nowhere/a.nrrd", False, "a folder that is there"),
        ("folder.nrrd", False, "a folder that is there"),
        ("a.dcm", True, "for frames"),
        ("a.seg.nrrd", True, "for frames"),
    ],
)
def test_a_target_that_cannot_be_is_refused(scan, tmp_path, name, image, words):
    (tmp_path / "folder.nrrd").mkdir()
    before = names_in(tmp_path)
    with pytest.raises(UsageError, match=words):
        api.export(scan, tmp_path / name, image=image)
    assert names_in(tmp_path) == before


def test_a_label_that_is_not_there_is_refused(scan, tmp_path):
    before = names_in(tmp_path)
    with pytest.raises(LabelError, match="got nobody"):
        api.export(scan, tmp_path / "a.nrrd", label="nobody")
    scan = scan.write_mask("second", scan.mask())
    with pytest.raises(LabelError, match="several: second, tumour"):
        api.export(scan.path, tmp_path / "a.nrrd")
    assert [n for n in names_in(tmp_path) if "second" not in n] == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_what_was_there(scan, tmp_path, ending, monkeypatch):
    out = tmp_path / f"a.{ending}"
    out.write_text("before")
    before = names_in(tmp_path)
    monkeypatch.setattr("parasam_core.atomic._sync", full)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        api.export(scan, out)
    assert out.read_text() == "before"
    assert names_in(tmp_path) == before


FULL_AFTER = 300
FILL = """
import resource, signal, sys
from pathlib import Path
from parasam_core import api
from parasam_core.scanfile import ScanFile
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
folder, scan = Path(sys.argv[1]), ScanFile.open(sys.argv[2])
tries = [lambda e=e: api.export(scan, folder / f"a.{{e}}") for e in {endings}]
meshes = ("glb", "stl", "ply", "obj")
tries += [lambda e=e: api.write_mesh(scan, folder / f"a.{{e}}") for e in meshes]
tries += [lambda: api.import_scan(sys.argv[3], folder / "new.zarr")]
tries += [lambda: api.import_scan(sys.argv[4], scan.path)]
for once in tries:
    try:
        once()
    except OSError as error:
        print(error.errno, [p.name for p in folder.rglob("*")])
"""


def test_a_disk_that_is_full_in_truth_leaves_nothing(scan, tmp_path):
    image = api.export(scan, tmp_path / "image.nrrd", image=True).out
    label = api.export(scan, tmp_path / "label.seg.nrrd").out
    (tmp_path / "out").mkdir()
    code = FILL.format(limit=FULL_AFTER, endings=ENDINGS)
    before = names_in(scan.path)
    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out", scan.path, image, label],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert (ran.stdout.splitlines(), ran.stderr) == (["27 []"] * (len(ENDINGS) + 6), "")
    assert names_in(scan.path) == before


def full(*_args):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("content", ["thesis.txt", "0001.dcm"])
def test_a_folder_in_the_place_of_the_series_is_left_alone(scan, tmp_path, content):
    (tmp_path / "a_series").mkdir()
    (tmp_path / "a_series" / content).write_text("mine")
    before = names_in(tmp_path)
    with pytest.raises(UsageError, match="a_series"):
        api.export(scan, tmp_path / "a.dcm")
    assert names_in(tmp_path) == before


def test_the_series_of_another_scan_is_left_alone(scan, tmp_path):
    api.export(scan, tmp_path / "a.dcm")
    moved = Space(SPACE.shape, SPACE.spacing_mm, (0, 0, 0))
    other = write_scan(tmp_path / "b.zarr", sequence_of(moved))
    other = other.write_mask("a", MaskStack(lopsided(SPACE.shape), moved, OUTLINED))
    with pytest.raises(UsageError, match="a_series"):
        api.export(other, tmp_path / "a.dcm")


def test_long_details_are_left_out_where_itk_would_choke(tmp_path):
    details = {str(z): [0.123456789] * 4 for z in range(1000)}
    long = Picture(lopsided(SPACE.shape).astype(np.uint8), SPACE, "x", True, about(details))
    assert len(long.about_json) > 33_000
    (tmp_path / "a.mha").write_bytes(formats.WRITERS[".mha"](long))
    assert_as_in(readers.by_itk(tmp_path / "a.mha"), long.voxels, SPACE, EXACT)
    short = readers.about_in(tmp_path / "a.mha")
    assert short["mask"] == {**OUTLINED.as_json(), "details": {}}
    (tmp_path / "a.nrrd").write_bytes(formats.WRITERS[".nrrd"](long))
    assert readers.about_in(tmp_path / "a.nrrd")["mask"]["details"] == details


def test_provenance_is_one_line_of_json(scan, tmp_path):
    header = api.export(scan, tmp_path / "a.nrrd").out.read_bytes().split(b"\n\n")[0].decode()
    (line,) = [r for r in header.splitlines() if r.startswith("parasam:=")]
    value = line.removeprefix("parasam:=").replace("\\\\", "\\")
    assert json.loads(value)["image"]["details"] == IMPORTED.details
