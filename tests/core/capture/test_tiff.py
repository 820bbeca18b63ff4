"""TIFF of every kind: what ImageJ, OME and others write, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from parasam_core.api import export, import_scan
from parasam_core.capture import read_capture
from parasam_core.errors import CaptureError, UsageError
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

FRAMES = np.random.default_rng(4).integers(0, 255, (5, 20, 30), dtype=np.uint8)
DEEP = FRAMES.astype(np.uint16) * 256
COLOUR, COLOUR_DEEP = (np.stack([f] * 3, axis=-1) for f in (FRAMES, DEEP))
WHOLE = (0, 0, 30, 20)
SPACING = (0.076, 0.04, 0.05)
MM = {"axes": "ZYX", "unit": "mm", "spacing": 0.076}
IMAGEJ = {"imagej": True, "resolution": (20, 25), "metadata": MM}
SIZES = {"PhysicalSizeX": 50, "PhysicalSizeY": 40, "PhysicalSizeZ": 76}
GREY, INVERTED = {"photometric": "minisblack"}, {"photometric": "miniswhite"}
RGB = {"photometric": "rgb"}
APART = RGB | {"planarconfig": "separate"}


def read(path, **said):
    return read_capture(path, roi_xyxy=WHOLE, **said)


@pytest.fixture
def stack(tmp_path):
    def write(frames=FRAMES, **how):
        tifffile.imwrite(tmp_path / "s.tif", frames, **how)
        return tmp_path / "s.tif"

    return write


@pytest.mark.parametrize(
    ("frames", "how"),
    [
        (FRAMES, GREY | {"bigtiff": True}),
        (FRAMES, GREY | {"byteorder": ">"}),
        (FRAMES, GREY | {"tile": (16, 16)}),
        (FRAMES, GREY | {"tile": (16, 16), "compression": "zlib", "predictor": True}),
        (FRAMES, GREY | {"rowsperstrip": 3}),
        (255 - FRAMES, INVERTED),
        (DEEP, GREY),
        (DEEP, GREY | {"byteorder": ">", "compression": "zlib"}),
        (65535 - DEEP, INVERTED),
        (COLOUR, RGB),
        (np.moveaxis(COLOUR, -1, 1), APART),
        (np.moveaxis(COLOUR, -1, 1), APART | {"compression": "zlib"}),
        (COLOUR_DEEP, RGB),
        (np.moveaxis(COLOUR_DEEP, -1, 1), APART),
        (FRAMES.astype(np.int16), GREY),
        (FRAMES.astype(np.uint32), GREY),
    ],
)  # fmt: skip
def test_every_layout_gives_the_same_frames(stack, frames, how):
    assert np.array_equal(read(stack(frames, **how), spacing_mm=(1, 1, 1)).frames, FRAMES)


@pytest.mark.parametrize("packing", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
def test_every_packing_gives_the_same_frames(tmp_path, packing):
    first, *rest = map(Image.fromarray, FRAMES)
    first.save(tmp_path / "s.tif", save_all=True, append_images=rest, compression=packing)
    assert np.array_equal(read(tmp_path / "s.tif", spacing_mm=(1, 1, 1)).frames, FRAMES)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int16, np.int8])
def test_floats_and_negatives_are_scaled_over_the_whole_stack(stack, dtype):
    levels = (FRAMES.astype(float) - 90) / 2 if dtype != np.int8 else FRAMES // 2 - 60.0
    levels = levels.astype(dtype).astype(float)
    sequence = read(stack(levels.astype(dtype), **GREY), spacing_mm=(1, 1, 1))
    least, most = float(levels.min()), float(levels.max())
    expected = np.rint((levels - least) * (255 / (most - least)))
    assert np.array_equal(sequence.frames, expected.astype(np.uint8))
    assert sequence.provenance.details["levels"] == f"{least!r} to {most!r} scaled to 0 to 255"


@pytest.mark.parametrize("frames", [FRAMES, DEEP])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_imagej_stack_behind_one_page(stack, frames, order):
    path = stack(frames, **IMAGEJ, truncate=True, byteorder=order)
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages) == 1
    sequence = read(path)
    assert np.array_equal(sequence.frames, FRAMES)
    assert sequence.space.spacing_mm == pytest.approx(SPACING)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CaptureError):
        read(path)


@pytest.mark.parametrize(
    "sizes",
    [
        SIZES,
        SIZES | {f"PhysicalSize{a}Unit": "um" for a in "XYZ"},
        {"PhysicalSizeX": 0.05, "PhysicalSizeXUnit": "mm", "PhysicalSizeY": 0.004,
         "PhysicalSizeYUnit": "cm", "PhysicalSizeZ": 76000, "PhysicalSizeZUnit": "nm"},
    ],
)  # fmt: skip
def test_ome_says_sizes_in_any_unit(stack, sizes):
    sequence = read(stack(ome=True, metadata={"axes": "ZYX"} | sizes))
    assert sequence.space.spacing_mm == pytest.approx(SPACING)
    assert sequence.provenance.details["spacing_source"] == "OME"
    assert np.array_equal(sequence.frames, FRAMES)


def test_ome_of_frames_in_time_needs_a_step(stack):
    path = stack(ome=True, metadata={"axes": "TYX", "PhysicalSizeX": 50, "PhysicalSizeY": 40})
    with pytest.raises(UsageError, match="--step"):
        read(path)
    assert read(path, step_mm=0.076).space.spacing_mm == pytest.approx(SPACING)


def test_ome_in_pixels_says_nothing(stack):
    path = stack(ome=True, metadata={"axes": "ZYX"})
    with pytest.raises(UsageError, match="--spacing"):
        read(path)


def test_an_entity_in_ome_is_not_followed(stack):
    xml = (
        '<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY e SYSTEM "file:///etc/passwd">]><OME>'
        '<Pixels PhysicalSizeX="&e;" PhysicalSizeY="40" PhysicalSizeZ="76" SizeZ="5"/></OME>'
    )
    with pytest.raises((CaptureError, UsageError)):
        read(stack(**GREY, description=xml))


@pytest.mark.parametrize(
    "how",
    [
        {"imagej": True, "metadata": {"axes": "ZCYX", "unit": "mm"}},
        {"imagej": True, "metadata": {"axes": "TZYX", "unit": "mm"}},
        {"ome": True, "metadata": {"axes": "ZCYX"} | SIZES},
        {"ome": True, "metadata": {"axes": "TZYX"} | SIZES},
    ],
)
def test_channels_and_times_beside_slices_are_refused(stack, how):
    with pytest.raises(CaptureError, match="one page a frame"):
        read(stack(np.stack([FRAMES, FRAMES], axis=1), **how), spacing_mm=(1, 1, 1))


def test_the_unit_of_the_step_may_be_another(stack):
    path = stack(imagej=True, resolution=(20, 25), metadata=MM | {"spacing": 76, "zunit": "um"})
    assert read(path).space.spacing_mm == pytest.approx(SPACING)


def test_what_export_wrote_lies_where_it_lay(tmp_path):
    space = Space((5, 20, 30), (0.076, 0.0352, 0.05), (1.5, -2.25, 3.125))
    sequence = Sequence(FRAMES, space, "M1", "d0", (20, 30), WHOLE, Provenance("noise"))
    scan = write_scan(tmp_path / "s.zarr", sequence)
    export(scan, tmp_path / "s.tif", image=True)
    back = import_scan(tmp_path / "s.tif", tmp_path / "back.zarr", roi_xyxy=WHOLE)
    assert back.space == space
    cut = import_scan(tmp_path / "s.tif", tmp_path / "cut.zarr", roi_xyxy=(3, 2, 30, 20))
    assert cut.space.origin_mm == pytest.approx((1.5, -2.25 + 2 * 0.0352, 3.125 + 3 * 0.05))


@pytest.mark.parametrize("kind", ["inverted", "deep colour"])
def test_a_folder_of_tiffs_is_read_as_a_stack_is(tmp_path, kind):
    pages, how = {"inverted": (65535 - DEEP, INVERTED), "deep colour": (COLOUR_DEEP, RGB)}[kind]
    (tmp_path / "f").mkdir()
    for k, page in enumerate(pages):
        tifffile.imwrite(tmp_path / "f" / f"f_{k}.tif", page, **how)
    assert np.array_equal(read(tmp_path / "f", spacing_mm=(1, 1, 1)).frames, FRAMES)


def test_floats_in_a_folder_are_refused_since_each_would_be_scaled_apart(tmp_path):
    (tmp_path / "f").mkdir()
    for k, page in enumerate(FRAMES.astype(np.float32) / 255):
        tifffile.imwrite(tmp_path / "f" / f"f_{k}.tif", page, **GREY)
    with pytest.raises(CaptureError, match="one TIFF stack"):
        read(tmp_path / "f", spacing_mm=(1, 1, 1))


def rewritten(path, tag, value):
    """A number in the first page's tag, made a lie."""
    with tifffile.TiffFile(path, mode="r+b") as tiff:
        tiff.pages[0].tags[tag].overwrite(value)
    return path


@pytest.mark.parametrize(
    ("frames", "tag", "value"),
    [
        (FRAMES, "ImageLength", 2**31),
        (FRAMES, "ImageWidth", 2**31),
        (FRAMES, "ImageLength", 0),
        (FRAMES, "StripOffsets", 2**31),
        (FRAMES, "SamplesPerPixel", 256),
        (FRAMES.astype(np.float32), "ImageLength", 2**31),
        (FRAMES.astype(np.float32), "StripOffsets", 2**31),
        (FRAMES.astype(np.float32), "StripByteCounts", 0),
        (FRAMES.astype(np.float32), "ImageLength", 21),
    ],
)
def test_tags_that_lie_are_refused_in_silence(stack, capfd, frames, tag, value):
    path = rewritten(stack(frames, **GREY, rowsperstrip=20, metadata=None), tag, value)
    with pytest.raises(CaptureError) as refused:
        read(path, spacing_mm=(1, 1, 1))
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("tag", ["ImageLength", "ImageWidth"])
def test_pages_without_a_pixel_behind_one_are_refused(stack, tag):
    path = rewritten(stack(DEEP, **IMAGEJ, truncate=True), tag, 0)
    with pytest.raises(CaptureError, match="pages with pixels"):
        read_capture(path, spacing_mm=(1, 1, 1))


@pytest.mark.parametrize("said", ["-1", "1e9", "99999999999", "", "4", "6"])
def test_counts_that_lie_are_refused(stack, said):
    described = f"ImageJ=1.53\nimages={said}\n"
    path = stack(FRAMES, **GREY, description=described, metadata=None)
    with pytest.raises(CaptureError):
        read(path, spacing_mm=(1, 1, 1))


def test_floats_beyond_all_are_refused_in_silence(stack):
    for odd in (np.nan, np.inf, -np.inf):
        levels = FRAMES.astype(np.float32)
        levels[2, 3, 4] = odd
        with pytest.raises(CaptureError, match="finite"):
            read(stack(levels, **GREY), spacing_mm=(1, 1, 1))
    levels = np.where(FRAMES > 90, 1.7e308, -1.7e308)
    with pytest.raises(CaptureError, match="finite"):
        read(stack(levels, **GREY), spacing_mm=(1, 1, 1))
