"""A label drawn elsewhere lands on the scan it was drawn on, or is refused."""

from __future__ import annotations

import gzip
import json

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
import tifffile

from parasam_core.api import export, import_scan, measure
from parasam_core.cli import main
from parasam_core.errors import CaptureError, GeometryError, LabelError, ScanError, UsageError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACE = Space((6, 7, 9), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
MASK = np.zeros(SPACE.shape, np.bool_)
MASK[1:5, 2:5, 3:8] = MASK[0, 0, 0] = MASK[1, 6, 2] = True


@pytest.fixture
def scan(tmp_path):
    frames = (np.arange(MASK.size) % 251).astype(np.uint8).reshape(MASK.shape)
    sequence = Sequence(frames, SPACE, "M1", "d0", (7, 9), (0, 0, 9, 7), Provenance("noise"))
    drawn = MaskStack(MASK, SPACE, Provenance("hand", made_by=signed("segment")))
    return write_scan(tmp_path / "s.zarr", sequence).write_mask("drawn", drawn)


def write(path, voxels, spacing=SPACE.spacing_mm, origin=SPACE.origin_mm):
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(spacing[::-1])
    image.SetOrigin(origin[::-1])
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize(
    "ending", [".nrrd", ".seg.nrrd", ".mha", ".nii", ".nii.gz", ".tif", ".dcm"]
)
def test_what_export_wrote_comes_back_as_a_label(scan, tmp_path, ending):
    export(scan, tmp_path / f"again{ending}", label="drawn")
    after = import_scan(tmp_path / f"again{ending}", scan.path)
    assert after.labels == ("again", "drawn")
    assert np.array_equal(after.mask("again").masks, MASK)
    assert measure(after, "again") == measure(after, "drawn")
    assert after.mask("again").provenance.verb == "import"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32])
def test_any_whole_number_of_any_type(scan, tmp_path, dtype):
    path = write(tmp_path / "t.nrrd", MASK.astype(dtype) * dtype(7))
    mask = import_scan(path, scan.path).mask("t")
    assert np.array_equal(mask.masks, MASK)
    assert mask.provenance.details["value"] == 7


def test_a_label_laid_out_otherwise_lands_where_it_was_drawn(scan, tmp_path):
    affine = np.diag([0.05, 0.0352, 0.076, 1])
    z, y, x = SPACE.origin_mm
    affine[:3, 3] = -x - 8 * 0.05, -y - 6 * 0.0352, z
    nib.save(
        nib.Nifti1Image(MASK[:, ::-1, ::-1].transpose(2, 1, 0).astype(np.uint8), affine),
        tmp_path / "t.nii.gz",
    )
    assert np.array_equal(import_scan(tmp_path / "t.nii.gz", scan.path).mask("t").masks, MASK)


@pytest.mark.parametrize(
    "how",
    [
        {"voxels": np.pad(MASK, 1)},
        {"voxels": MASK, "origin": (1.5 + 0.038, -2.25, 3.125)},
        {"spacing": (0.0762, 0.0352, 0.05)},
        {"spacing": (0.07603, 0.0352, 0.05)},
        {"origin": (1.5, -2.25, 3.1252)},
        {"origin": (0.0, 0.0, 0.0)},
    ],
)
def test_another_grid_is_refused_never_resampled(scan, tmp_path, how):
    how = {"voxels": MASK} | how
    path = write(tmp_path / "t.nrrd", how.pop("voxels").astype(np.uint8), **how)
    with pytest.raises(GeometryError, match="resample"):
        import_scan(path, scan.path)
    (tmp_path / "t.nrrd").unlink()
    assert ScanFile.open(scan.path).labels == ("drawn",)


def test_a_hair_off_is_the_same_grid(scan, tmp_path):
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8), origin=(1.50005, -2.25, 3.125))
    assert import_scan(path, scan.path).mask("t").space == SPACE


def test_what_is_taken_or_more_than_a_label_is_refused(scan, tmp_path):
    path = write(tmp_path / "drawn.nrrd", MASK.astype(np.uint8))
    with pytest.raises(LabelError, match="free"):
        import_scan(path, scan.path)
    path = path.rename(tmp_path / "t.nrrd")
    with pytest.raises(UsageError, match="label image"):
        import_scan(path, scan.path, spacing_mm=(1, 1, 1))
    import_scan(path, scan.path)
    assert import_scan(path, scan.path).labels == ("drawn", "t")


@pytest.mark.parametrize("ending", [".nrrd", ".seg.nrrd", ".nii.gz"])
def test_without_its_scan_a_label_is_refused(scan, tmp_path, ending, capfd):
    export(scan, tmp_path / f"t{ending}", label="drawn")
    for where, more in (("new.zarr", []), ("s.zarr", ["--overwrite"])):
        with pytest.raises(SystemExit) as stopped:
            main(["import", str(tmp_path / f"t{ending}"), str(tmp_path / where), *more])
        assert stopped.value.code == 1
        assert "a label" in capfd.readouterr().err
    assert not (tmp_path / "new.zarr").exists()
    assert ScanFile.open(scan.path).labels == ("drawn",)


OTHER = np.roll(MASK, 1, axis=2)
TWO = MASK.astype(np.uint8) + (MASK & (np.arange(9) > 4))
"""Values 1 and 2, side by side."""


def segments(*named, layer=lambda _: 0):
    """The keys that 3D Slicer writes for (name, value) pairs."""
    keys = {}
    for k, (name, value) in enumerate(named):
        keys |= {
            f"Segment{k}_ID": f"Segment_{k + 1}",
            f"Segment{k}_Name": name,
            f"Segment{k}_Color": f"{k / 4} 0.5 1",
            f"Segment{k}_LabelValue": str(value),
            f"Segment{k}_Layer": str(layer(k)),
            f"Segment{k}_Extent": "0 8 0 6 0 5",
        }
    return keys


def write_keys(path, voxels, keys, first=(0, 0, 0)):
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACE.spacing_mm[::-1])
    image.SetOrigin(SPACE.mm_from_index(first).tolist())
    for key, value in keys.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def layered(path, layers, keys):
    """Segments that overlap, as 3D Slicer writes them: the layers fastest."""
    z, y, x = SPACE.spacing_mm
    header = (
        "NRRD0004\n# Complete NRRD file format specification at:\ntype: unsigned char\n"
        f"dimension: 4\nspace: left-posterior-superior\nsizes: {len(layers)} 9 7 6\n"
        f"space directions: none ({x},0,0) (0,{y},0) (0,0,{z})\nkinds: list domain domain domain\n"
        "encoding: gzip\nspace origin: ({},{},{})\n".format(*SPACE.origin_mm[::-1])
    )
    header += "".join(f"{k}:={v}\n" for k, v in keys.items())
    voxels = np.stack(layers, axis=-1).astype(np.uint8)
    path.write_bytes(header.encode() + b"\n" + gzip.compress(voxels.tobytes()))
    return path


def masks_of(scan):
    return {n: scan.mask(n).masks for n in scan.labels if n != "drawn"}


def assert_masks(scan, expected):
    found = masks_of(scan)
    assert sorted(found) == sorted(expected)
    for name, mask in expected.items():
        assert np.array_equal(found[name], mask), name


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
def test_every_value_becomes_a_label(scan, tmp_path, ending):
    after = import_scan(write(tmp_path / f"two{ending}", TWO), scan.path)
    assert_masks(after, {"two_1": TWO == 1, "two_2": TWO == 2})
    assert after.mask("two_2").provenance.details["value"] == 2
    assert_masks(import_scan(tmp_path / f"two{ending}", scan.path), masks_of(after))


def test_segments_bring_their_names_and_colours(scan, tmp_path):
    keys = segments(("tumour core", 1), ("Rand", 2))
    after = import_scan(write_keys(tmp_path / "s.seg.nrrd", TWO, keys), scan.path)
    assert_masks(after, {"tumour_core": TWO == 1, "Rand": TWO == 2})
    details = after.mask("tumour_core").provenance.details
    assert (details["segment"], details["colour_rgb"]) == ("tumour core", [0, 128, 255])
    again = sitk.ReadImage(str(export(after, tmp_path / "a.seg.nrrd", label="Rand").out))
    colour = [round(float(v) * 255) for v in again.GetMetaData("Segment0_Color").split()]
    assert colour == [64, 128, 255]


def test_names_that_cannot_be_labels_are_those_of_the_file(scan, tmp_path):
    keys = segments(("瘤", 1), ("same", 2), ("same", 3))
    three = TWO.copy()
    three[5, 5, 5] = 3
    three[5, 5, 6] = 9
    after = import_scan(write_keys(tmp_path / "s.seg.nrrd", three, keys), scan.path)
    assert_masks(
        after,
        {"s_1": three == 1, "same_2": three == 2, "same_3": three == 3, "s_9": three == 9},
    )


def test_a_segmentation_cut_to_its_segments_is_put_in_its_place(scan, tmp_path):
    first = (1, 2, 2)
    keys = segments(("a", 1), ("b", 2))
    path = write_keys(tmp_path / "s.seg.nrrd", TWO[1:5, 2:5, 2:8], keys, first)
    after = import_scan(path, scan.path)
    inside = np.zeros_like(MASK)
    inside[1:5, 2:5, 2:8] = True
    assert_masks(after, {"a": (TWO == 1) & inside, "b": (TWO == 2) & inside})
    assert after.mask("a").provenance.details["placed_zyx"] == list(first)


@pytest.mark.parametrize("beyond", [False, True])
def test_a_segmentation_larger_than_its_scan_is_cut_unless_it_lies_beyond(scan, tmp_path, beyond):
    wide = np.pad(MASK, 2).astype(np.uint8)
    wide[0, 0, 0] = beyond
    path = write_keys(tmp_path / "s.seg.nrrd", wide, segments(("a", 1)), (-2, -2, -2))
    if beyond:
        with pytest.raises(GeometryError, match="resample"):
            import_scan(path, scan.path)
    else:
        assert_masks(import_scan(path, scan.path), {"s": MASK})


@pytest.mark.parametrize("states_layers", [True, False])
def test_segments_that_overlap_lie_in_layers(scan, tmp_path, states_layers):
    keys = segments(("a", 1), ("b", 1), layer=lambda k: k)
    if not states_layers:  # as Slicer 4.10 and earlier
        keys = {k: v for k, v in keys.items() if not k.endswith(("Layer", "LabelValue"))}
    path = layered(tmp_path / "s.seg.nrrd", [MASK, OTHER], keys)
    assert_masks(import_scan(path, scan.path), {"a": MASK, "b": OTHER})


def test_an_empty_segment_stays_empty(scan, tmp_path):
    path = write_keys(tmp_path / "s.seg.nrrd", MASK.astype(np.uint8), segments(("a", 1), ("b", 2)))
    assert_masks(import_scan(path, scan.path), {"a": MASK, "b": MASK & False})


@pytest.mark.parametrize(
    "keys",
    [
        segments(("a", 1), ("b", 1)),
        segments(("a", 0)),
        segments(("a", 70000)),
        segments(("a", "one")),
        segments(("a", 1), layer=lambda _: 3),
        segments(("a", 1), layer=lambda _: -1),
        segments(("a", 1)) | {"Segment0_Color": "red"},
    ],
)
def test_segments_that_cannot_be_are_refused(scan, tmp_path, keys):
    path = write_keys(tmp_path / "s.seg.nrrd", MASK.astype(np.uint8), keys)
    with pytest.raises(CaptureError):
        import_scan(path, scan.path)
    assert ScanFile.open(scan.path).labels == ("drawn",)


@pytest.mark.parametrize("rounded", [np.float32, lambda v: v * (1 + 1e-6)])
def test_rounded_headers_are_the_same_grid(scan, tmp_path, rounded):
    where = (tuple(float(rounded(v)) for v in of) for of in (SPACE.spacing_mm, SPACE.origin_mm))
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8), *where)
    assert import_scan(path, scan.path).mask("t").space == SPACE


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
@pytest.mark.parametrize("omit", [True, False])
def test_a_dicom_segmentation_of_several_segments(scan, tmp_path, kind, omit):
    import highdicom as hd
    import pydicom
    from pydicom.sr.codedict import codes

    export(scan, tmp_path / "own.dcm", label="drawn")
    series = [pydicom.dcmread(p) for p in sorted((tmp_path / "own_series").iterdir())]
    expected = {"a": MASK, "b": OTHER} if kind == "BINARY" else {"a": TWO == 1, "b": TWO == 2}
    described = [
        hd.seg.SegmentDescription(
            k, name, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Mass, "MANUAL"
        )
        for k, name in enumerate(expected, 1)
    ]
    pixels = np.stack([MASK, OTHER], axis=-1) if kind == "BINARY" else TWO
    written = hd.seg.Segmentation(
        series, pixels, kind, described, hd.UID(), 2, hd.UID(), 1, "x", "x", "1", "1",
        omit_empty_frames=omit,
    )  # fmt: skip
    written.save_as(tmp_path / "s.dcm")
    assert_masks(import_scan(tmp_path / "s.dcm", scan.path), expected)
    with pytest.raises(CaptureError, match="a label"):
        import_scan(tmp_path / "s.dcm", tmp_path / "new.zarr")


def test_a_tiff_without_a_place_is_no_label_of_a_scan(scan, tmp_path):
    tifffile.imwrite(tmp_path / "t.tif", MASK.astype(np.uint8) * 255, photometric="minisblack")
    with pytest.raises(GeometryError, match="where its voxels lie"):
        import_scan(tmp_path / "t.tif", scan.path)


def test_counted_values_are_no_frames(tmp_path):
    with pytest.raises(CaptureError, match="a label"):
        import_scan(write(tmp_path / "two.nrrd", TWO), tmp_path / "new.zarr")
    assert not (tmp_path / "new.zarr").exists()


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii"])
def test_whole_numbers_of_64_bits(scan, tmp_path, dtype, ending):
    path = write(tmp_path / f"t{ending}", MASK.astype(dtype))
    assert_masks(import_scan(path, scan.path), {"t": MASK})


@pytest.mark.parametrize("origin", [(0.0, 0.0, 0.0), (1.5, -2.25, 3.125)])
def test_a_label_drawn_on_whole_frames_is_cut_to_the_area(tmp_path, origin):
    whole, roi = (6, 12, 15), (4, 3, 13, 10)
    full = Space(whole, SPACE.spacing_mm, origin)
    space = full.cropped((0, 3, 4), (6, 10, 13))
    if not any(origin):  # a scan that does not know where it lies begins at 0
        space = Space(SPACE.shape, SPACE.spacing_mm)
    frames = np.zeros(SPACE.shape, np.uint8)
    sequence = Sequence(frames, space, "M1", "d0", whole[1:], roi, Provenance("noise"))
    scan = write_scan(tmp_path / "s.zarr", sequence)
    drawn = np.zeros(whole, np.uint8)
    drawn[:, 3:10, 4:13] = MASK
    after = import_scan(write(tmp_path / "t.nrrd", drawn, origin=origin), scan.path)
    assert_masks(after, {"t": MASK})
    assert after.mask("t").provenance.details["cut_to_area_xyxy"] == list(roi)
    drawn[0, 0, 0] = 1
    with pytest.raises(GeometryError, match="beyond"):
        import_scan(write(tmp_path / "u.nrrd", drawn, origin=origin), scan.path)
    elsewhere = tuple(o + 0.4 for o in origin)
    drawn[0, 0, 0] = 0
    with pytest.raises(GeometryError, match="resample"):
        import_scan(write(tmp_path / "v.nrrd", drawn, origin=elsewhere), scan.path)


def test_frames_that_count_themselves_are_frames(tmp_path):
    numbered = np.broadcast_to(np.arange(6, dtype=np.uint8)[:, None, None], SPACE.shape).copy()
    made = import_scan(write(tmp_path / "n.nrrd", numbered), tmp_path / "new.zarr")
    assert np.array_equal(made.sequence().frames, numbered)


def test_no_rounding_makes_another_grid_fit(tmp_path):
    """Far from 0 even the last digit of a 32-bit float is more than a voxel."""
    far = Space(SPACE.shape, SPACE.spacing_mm, (0.0, 0.0, 1e6))
    sequence = Sequence(np.zeros(SPACE.shape, np.uint8), far, "M1", "d0", (7, 9), (0, 0, 9, 7),
                        Provenance("noise"))  # fmt: skip
    scan = write_scan(tmp_path / "s.zarr", sequence)
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8), origin=(0.0, 0.0, 1e6 + 0.02))
    with pytest.raises(GeometryError, match="resample"):
        import_scan(path, scan.path)


def test_a_label_goes_onto_a_whole_scan_only(scan, tmp_path):
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8))
    next(p for p in (scan.path / "0" / "c").rglob("*") if p.is_file()).unlink()
    with pytest.raises(ScanError, match="pieces are missing"):
        import_scan(path, scan.path)
    assert ScanFile.open(scan.path).labels == ("drawn",)


@pytest.mark.parametrize("shape", [[6, 2**32, 9], [2**31, 7, 9], [2**20, 7, 9]])
def test_a_scan_that_claims_what_cannot_be_is_refused(scan, tmp_path, shape):
    path = write(tmp_path / "t.nrrd", MASK.astype(np.uint8))
    array = scan.path / "0" / "zarr.json"
    said = json.loads(array.read_text()) | {"shape": shape}
    array.write_text(json.dumps(said))
    with pytest.raises(ScanError, match="damaged"):
        import_scan(path, scan.path)
