"""DICOM ultrasound: frames, regions, spacing, series, and what is refused."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from parasam_core.api import export
from parasam_core.capture import read_capture
from parasam_core.capture.footage import grey_of
from parasam_core.errors import CaptureError, GeometryError, UsageError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

FRAMES = (np.arange(5 * 20 * 30) % 251).astype(np.uint8).reshape(5, 20, 30)
AREA = (4, 3, 28, 19)


def region(box=AREA, delta=(0.005, 0.004), unit=3, kind=1):
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, kind, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = box[:2]
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box[2] - 1, box[3] - 1
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = unit
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta
    return item


def loop(frames=FRAMES, regions=None, kind="MONOCHROME2", **more):
    """A multi-frame ultrasound image."""
    dataset = Dataset()
    dataset.SOPClassUID = UltrasoundMultiFrameImageStorage
    dataset.SOPInstanceUID = dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["loop"])
    dataset.Modality = "US"
    dataset.NumberOfFrames = len(frames)
    dataset.Rows, dataset.Columns = frames.shape[1:3]
    dataset.SamplesPerPixel = 3 if frames.ndim == 4 else 1
    dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = kind
    dataset.BitsAllocated = dataset.BitsStored = 8 * frames.dtype.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = 0
    regions = [region()] if regions is None else regions
    if regions:
        dataset.SequenceOfUltrasoundRegions = list(regions)
    content = frames.tobytes()
    vr = "OB" if frames.dtype.itemsize == 1 else "OW"
    dataset.add_new("PixelData", vr, content + b"\0" * (len(content) % 2))
    for name, value in more.items():
        setattr(dataset, name, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


@pytest.fixture
def saved(tmp_path):
    def save(dataset, name="t.dcm"):
        dataset.save_as(tmp_path / name, enforce_file_format=True)
        return tmp_path / name

    return save


def inside(frames):
    x0, y0, x1, y1 = AREA
    return frames[:, y0:y1, x0:x1]


def test_a_region_says_area_and_pixels_but_not_the_step(saved):
    path = saved(loop())
    with pytest.raises(UsageError, match="--step"):
        read_capture(path)
    sequence = read_capture(path, step_mm=0.2)
    assert np.array_equal(sequence.frames, inside(FRAMES))
    assert sequence.roi_xyxy == AREA
    assert sequence.space.spacing_mm == pytest.approx((0.2, 0.04, 0.05))
    details = sequence.provenance.details
    assert (details["spacing_source"], details["area"]) == ("DICOM, step by user", "stated")
    assert read_capture(path, spacing_mm=(1, 2, 3)).space.spacing_mm == (1, 2, 3)


def test_the_step_is_read_where_it_is_said(saved):
    sequence = read_capture(saved(loop(SpacingBetweenSlices="0.076")))
    assert sequence.space.spacing_mm == pytest.approx((0.076, 0.04, 0.05))
    assert sequence.provenance.details["spacing_source"] == "DICOM"


def test_of_several_regions_the_largest_of_tissue_in_cm_counts(saved):
    others = (
        region((0, 0, 4, 4), (1, 1)),
        region((0, 0, 30, 20), (0.1, 0.1), kind=3),
        region((0, 0, 30, 20), (0.1, 0.1), unit=4),
    )
    sequence = read_capture(
        saved(loop(regions=(*others, region(delta=(-0.005, 0.004))))), step_mm=1
    )
    assert sequence.space.spacing_mm == pytest.approx((1, 0.04, 0.05))
    assert sequence.roi_xyxy == AREA
    assert sequence.provenance.details["regions_of_tissue"] == 2


def test_pixel_spacing_stands_in_for_a_region(saved):
    path = saved(loop(regions=(), PixelSpacing=["0.04", "0.05"]))
    sequence = read_capture(path, step_mm=1, roi_xyxy=(0, 0, 30, 20))
    assert sequence.space.spacing_mm == (1, 0.04, 0.05)
    path = saved(loop(regions=()))
    with pytest.raises(UsageError, match="--spacing"):
        read_capture(path, step_mm=1)


def test_packed_inverted_deep_and_coloured_frames(saved):
    packed = loop()
    packed.compress(RLELossless, generate_instance_uid=False)
    colour = np.repeat(FRAMES[..., None], 3, axis=-1)
    deep = FRAMES.astype(np.uint16) * 256
    for dataset in (packed, loop(255 - FRAMES, kind="MONOCHROME1"), loop(colour, kind="RGB"),
                    loop(deep)):  # fmt: skip
        assert np.array_equal(read_capture(saved(dataset), step_mm=1).frames, inside(FRAMES))


def test_an_exported_series_comes_back_in_any_order_of_names(tmp_path):
    space = Space((6, 7, 9), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
    frames = (np.arange(378) % 251).astype(np.uint8).reshape(space.shape)
    sequence = Sequence(frames, space, "M1", "d0", (7, 9), (0, 0, 9, 7), Provenance("noise"))
    drawn = MaskStack(frames > 90, space, Provenance("hand", made_by=signed("segment")))
    scan = write_scan(tmp_path / "s.zarr", sequence).write_mask("drawn", drawn)
    export(scan, tmp_path / "out.dcm", label="drawn")
    series = tmp_path / "out_series"
    for k, path in enumerate(sorted(series.iterdir())):
        path.rename(series / f"x{(k * 5) % 6}")
    back = read_capture(series)
    assert np.array_equal(back.frames, frames)
    assert back.space.spacing_mm == pytest.approx(space.spacing_mm, rel=1e-12)
    assert back.space.origin_mm == pytest.approx(space.origin_mm, rel=1e-12)
    assert back.space.voxel_mm3 == pytest.approx(space.voxel_mm3, rel=1e-12)
    with pytest.raises(CaptureError):
        read_capture(tmp_path / "out.dcm")
    (series / "x2").unlink()
    with pytest.raises(CaptureError, match="missing"):
        read_capture(series)


def test_series_by_instance_number(saved, tmp_path):
    for k in range(5):
        dataset = loop(FRAMES[k : k + 1], InstanceNumber=k + 1)
        (tmp_path / "in").mkdir(exist_ok=True)
        saved(dataset, f"in/{(k * 2) % 5}.dcm")
    assert np.array_equal(read_capture(tmp_path / "in", step_mm=1).frames, inside(FRAMES))
    (tmp_path / "in" / "2.dcm").unlink()
    with pytest.raises(CaptureError, match="instance numbers"):
        read_capture(tmp_path / "in", step_mm=1)


def functional_groups(places, spacing=("0.04", "0.05"), turned=(1, 0, 0, 0, 1, 0), **measures):
    """A plane a frame, as enhanced objects state them."""

    def item(**values):
        made = Dataset()
        for name, value in values.items():
            setattr(made, name, value)
        return made

    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=list(spacing), **measures)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=list(turned))],
    )
    frames = [item(PlanePositionSequence=[item(ImagePositionPatient=list(p))]) for p in places]
    return {
        "SharedFunctionalGroupsSequence": [shared],
        "PerFrameFunctionalGroupsSequence": frames,
    }


def test_planes_of_frames_say_step_place_and_order(saved):
    places = [(1, 2, 3 + 0.076 * z) for z in (2, 0, 1, 4, 3)]
    sequence = read_capture(
        saved(loop(regions=(), **functional_groups(places))), roi_xyxy=(0, 0, 30, 20)
    )
    assert sequence.space.spacing_mm == pytest.approx((0.076, 0.04, 0.05))
    assert sequence.space.origin_mm == pytest.approx((3, 2, 1))
    assert np.array_equal(sequence.frames, FRAMES[[1, 2, 0, 4, 3]])


def test_planes_that_stand_upright_say_the_step_but_no_origin(saved):
    places = [(0, -0.3 * z, 0) for z in range(5)]
    groups = functional_groups(places, turned=(1, 0, 0, 0, 0, 1))
    sequence = read_capture(saved(loop(regions=(), **groups)), roi_xyxy=(0, 0, 30, 20))
    assert sequence.space.spacing_mm == pytest.approx((0.3, 0.04, 0.05))
    assert sequence.space.origin_mm == (0, 0, 0)
    assert np.array_equal(sequence.frames, FRAMES)


def test_the_measures_that_frames_share_say_the_step(saved):
    groups = functional_groups([(0, 0, 0)] * 5, SpacingBetweenSlices="0.2")
    with pytest.raises(CaptureError, match="one distance"):
        read_capture(saved(loop(regions=(), **groups)), roi_xyxy=(0, 0, 30, 20))
    for item in groups["PerFrameFunctionalGroupsSequence"]:
        del item.PlanePositionSequence
    sequence = read_capture(saved(loop(regions=(), **groups)), roi_xyxy=(0, 0, 30, 20))
    assert sequence.space.spacing_mm == pytest.approx((0.2, 0.04, 0.05))


def test_the_thickness_of_a_slice_is_no_step(saved):
    with pytest.raises(UsageError, match="--step"):
        read_capture(saved(loop(SliceThickness="0.076")))


def test_palettes_planes_of_colour_and_jpeg(saved):
    reds = np.arange(256, dtype=np.uint8)
    palette = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name in ("Red", "Green", "Blue"):
        palette[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 8]
        palette[f"{name}PaletteColorLookupTableData"] = reds.tobytes()
    path = saved(loop(**palette))
    assert np.array_equal(read_capture(path, step_mm=1).frames, inside(FRAMES))
    colour = np.repeat(FRAMES[:, None], 3, axis=1)
    apart = loop(np.moveaxis(colour, 1, -1), kind="RGB", PlanarConfiguration=1)
    apart.PixelData = colour.tobytes()
    assert np.array_equal(read_capture(saved(apart), step_mm=1).frames, inside(FRAMES))
    ybr = np.stack([FRAMES, np.full_like(FRAMES, 128), np.full_like(FRAMES, 128)], axis=-1)
    again = read_capture(saved(loop(ybr, kind="YBR_FULL")), step_mm=1).frames
    assert np.abs(again.astype(int) - inside(FRAMES)).max() <= 1
    assert np.array_equal(read_capture(saved(jpeg_loop()), step_mm=1).frames, jpeg_frames())


def jpeg(frame):
    stream = io.BytesIO()
    Image.fromarray(np.repeat(frame[..., None], 3, axis=-1)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def jpeg_frames():
    decoded = [np.asarray(Image.open(io.BytesIO(jpeg(f))).convert("RGB")) for f in FRAMES]
    return inside(np.stack([grey_of(frame) for frame in decoded]))


def jpeg_loop():
    """As most scanners store it: JPEG baseline, its colour halved along x."""
    dataset = loop(np.repeat(FRAMES[..., None], 3, axis=-1), kind="YBR_FULL_422")
    dataset.PixelData = encapsulate([jpeg(frame) for frame in FRAMES])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    return dataset


def test_overlays_in_bits_that_are_not_stored_are_no_brightness(saved):
    deep = (FRAMES.astype(np.uint16) << 4) | 0x8000
    path = saved(loop(deep, BitsStored=12, HighBit=11))
    assert np.array_equal(read_capture(path, step_mm=1).frames, inside(FRAMES))


def test_a_region_that_ends_one_pixel_late_ends_with_the_frame(saved):
    path = saved(loop(regions=[region((4, 3, 31, 21))]))
    assert read_capture(path, step_mm=1).roi_xyxy == (4, 3, 30, 20)


def test_a_folder_with_a_catalogue_is_a_series(saved, tmp_path):
    (tmp_path / "in").mkdir()
    for k in range(5):
        saved(loop(FRAMES[k : k + 1], InstanceNumber=k + 1), f"in/{k}.dcm")
    (tmp_path / "in" / "DICOMDIR").write_bytes(b"a catalogue")
    assert np.array_equal(read_capture(tmp_path / "in", step_mm=1).frames, inside(FRAMES))


BAD = {
    "more frames than there are": {"NumberOfFrames": 6},
    "frames beyond all": {"NumberOfFrames": 2_000_000_000},
    "no frame": {"NumberOfFrames": -1},
    "huge frames": {"Rows": 65535, "Columns": 65535},
    "no rows": {"Rows": 0},
    "signed": {"PixelRepresentation": 1},
    "a palette that is not there": {"PhotometricInterpretation": "PALETTE COLOR"},
    "bits of 32": {"BitsAllocated": 32},
    "channels that are not there": {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"},
    "a region outside": {"SequenceOfUltrasoundRegions": [region((4, 3, 32, 19))]},
    "a region inside out": {"SequenceOfUltrasoundRegions": [region((9, 3, 5, 19))]},
}  # fmt: skip


@pytest.mark.parametrize("how", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_is_refused(saved, how):
    path = saved(loop(**how))
    with pytest.raises(CaptureError) as refused:
        read_capture(path, step_mm=1)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("delta", [(0, 0.004), (float("nan"), 0.004), (0.005, float("inf"))])
def test_a_region_without_a_scale_is_none(saved, delta):
    path = saved(loop(regions=[region(delta=delta)]))
    with pytest.raises(UsageError, match="--spacing"):
        read_capture(path, step_mm=1)


def test_truncated_unsized_and_deflated_files_are_refused(saved):
    path = saved(loop())
    whole = path.read_bytes()
    for length in (140, 200, len(whole) // 2, len(whole) - 200):
        path.write_bytes(whole[:length])
        with pytest.raises(CaptureError):
            read_capture(path, step_mm=1)
    bomb = loop()
    bomb.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    with pytest.raises(CaptureError, match="deflated"):
        read_capture(saved(bomb), step_mm=1)


def test_fuzzed_headers_are_read_or_refused(saved):
    path = saved(loop())
    whole, chance, read = path.read_bytes(), random.Random(3), 0  # noqa: S311
    header = len(whole) - FRAMES.size
    assert dcmread(path).Rows == FRAMES.shape[1]
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(132, header)
            content[at : at + chance.choice([0, 1, 1, 4])] = chance.choice(
                [bytes([chance.randrange(256)]), b"\xff\xff", b"\0", b"9", b"SQ"]
            )
        path.write_bytes(content)
        try:
            read += read_capture(path, step_mm=1).frames.size > 0
        except (CaptureError, GeometryError, UsageError):
            continue
    assert 0 < read < 300
