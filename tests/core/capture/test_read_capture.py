"""Videos, TIFFs and images → Sequence, and the sources that are none."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from parasam_core.capture import read_capture
from parasam_core.errors import CaptureError, GeometryError
from tests.core.capture.screens import screen, write_video

SPACING = (0.076, 0.04, 0.05)
BOX = (70, 40, 250, 200)
COUNT = 9


@pytest.fixture(scope="module")
def grey():
    """A small screen of nine frames, (z, y, x) uint8."""
    drawn = screen(1, COUNT, size=(320, 240), box=BOX, wearing=["ruler", "text"], panel=20, gel=0)
    return np.ascontiguousarray(drawn.frames[..., 0])


def images(folder, frames, suffix, name="frame_{}"):
    folder.mkdir(exist_ok=True)
    for n, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f"{name.format(n + 1)}{suffix}")
    return folder


def tiff(path, frames, **options):
    first, *rest = [Image.fromarray(f) for f in frames]
    first.save(path, save_all=True, append_images=rest, **options)
    return path


def read(source, **given):
    return read_capture(source, **({"spacing_mm": SPACING} | given))


def sources(folder, frames):
    """The same frames in every way that loses nothing."""
    yield "video", write_video(folder / "s.avi", frames, "FFV1")
    yield "tiff", tiff(folder / "s.tif", frames)
    yield "tiff", tiff(folder / "lzw.tif", frames, compression="tiff_lzw")
    yield "tiff", tiff(folder / "zip.tif", frames, compression="tiff_adobe_deflate")
    for suffix in (".png", ".bmp", ".tif"):
        yield "folder", images(folder / suffix[1:], frames, suffix)


def test_what_loses_nothing_reads_the_same(grey, tmp_path):
    x0, y0, x1, y1 = BOX
    for reader, source in sources(tmp_path, grey):
        sequence = read(source)
        assert sequence.provenance.details["reader"] == reader
        assert sequence.roi_xyxy == BOX, source
        assert (sequence.frames == grey[:, y0:y1, x0:x1]).all(), source
        assert sequence.full_frame_shape == (240, 320)
        assert sequence.space.spacing_mm == SPACING


def test_a_side_that_does_not_show_is_said(tmp_path):
    drawn = screen(5, COUNT, size=(640, 480), box=(150, 90, 520, 380), panel=0, wearing=["text"],
                   gel=0.3, gain=-5, noise_db=-90)  # fmt: skip
    sequence = read(write_video(tmp_path / "s.avi", drawn.frames, "FFV1"))
    assert sequence.provenance.details["area_uncertain"] == ["top"]
    assert sequence.roi_xyxy[1] <= 90


@pytest.mark.parametrize(("name", "fourcc"), [("s.avi", "MJPG"), ("s.mp4", "mp4v")])
def test_what_loses_little_reads_nearly_the_same(grey, tmp_path, name, fourcc):
    frames = np.repeat(grey[..., None], 3, axis=3)
    sequence = read(write_video(tmp_path / name, frames, fourcc, 95), roi_xyxy=BOX)
    x0, y0, x1, y1 = BOX
    difference = sequence.frames.astype(int) - grey[:, y0:y1, x0:x1]
    assert np.abs(difference).mean() < 6


def test_a_source_is_known_by_its_content_not_its_name(grey, tmp_path):
    video = write_video(tmp_path / "s.avi", grey, "FFV1").rename(tmp_path / "s.txt")
    stack = tiff(tmp_path / "s.tif", grey).rename(tmp_path / "s.mp4")
    assert read(video).provenance.details["reader"] == "video"
    assert read(stack).provenance.details["reader"] == "tiff"


def test_provenance_says_where_the_frames_came_from(grey, tmp_path):
    source = tiff(tmp_path / "sweep.tif", grey)
    found, given = read(source), read(source, roi_xyxy=(0, 0, 10, 10), spacing_source="ruler")
    assert found.provenance.source == "sweep.tif"
    assert found.provenance.digest == hashlib.sha256(source.read_bytes()).hexdigest()
    assert found.provenance.made_by.endswith(" import")
    assert found.provenance.details["area"] == "found"
    assert found.provenance.details["frames"] == COUNT
    assert given.provenance.details["area"] == "given"
    assert given.provenance.details["spacing_source"] == "ruler"


def test_a_folder_is_read_in_the_order_of_its_numbers_and_other_files_are_left(grey, tmp_path):
    folder = images(tmp_path / "f", np.concatenate([grey, grey[::-1]]), ".png", "M1_d0_{}")
    (folder / "notes.txt").write_text("hello")
    (folder / "._M1_d0_3.png").write_bytes(b"\0")
    sequence = read(folder, roi_xyxy=BOX)
    x0, y0, x1, y1 = BOX
    assert (sequence.frames[9:] == grey[::-1, y0:y1, x0:x1]).all()
    assert sequence.provenance.details["numbering"] == "1 to 18"


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_sixteen_bits_keep_the_highest_eight_in_use(grey, tmp_path, bits):
    deep = grey.astype(np.uint16) << (bits - 8)
    deep[0, 0, 0] = (1 << bits) - 1
    sequence = read(tiff(tmp_path / "deep.tif", deep), roi_xyxy=(0, 0, 320, 240))
    assert (sequence.frames.ravel()[1:] == grey.ravel()[1:]).all()
    assert sequence.provenance.details["bits"] == bits


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1", "LA"])
def test_any_kind_of_image_becomes_grey(mode, tmp_path):
    picture = Image.fromarray(np.tile([[0, 255], [255, 0]], (8, 8)).astype(np.uint8)).convert(mode)
    picture.save(tmp_path / "a.png")
    sequence = read(tmp_path / "a.png", roi_xyxy=(0, 0, 16, 16))
    assert (sequence.frames[0, :2, :2] == [[0, 255], [255, 0]]).all()


def test_what_is_transparent_is_black(tmp_path):
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(tmp_path / "a.png")
    assert not read(tmp_path / "a.png", roi_xyxy=(0, 0, 8, 8)).frames.any()


def test_a_picture_taken_sideways_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (20, 10)).save(tmp_path / "a.jpg", exif=exif)
    assert read(tmp_path / "a.jpg", roi_xyxy=(0, 0, 1, 1)).full_frame_shape == (20, 10)


def test_progress_is_told_about_every_frame(grey, tmp_path):
    told = []
    read(write_video(tmp_path / "s.avi", grey, "FFV1"), progress=lambda *step: told.append(step))
    assert ("finding the B-mode area", COUNT, COUNT) in told
    assert [t for t in told if t[0] == "reading frames"][-1] == ("reading frames", COUNT, COUNT)


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def bomb(path):
    Image.new("1", (20_000, 20_000)).save(path)
    return path


def changed(folder, frames, suffix, change):
    """A folder of images, after `change` has had its way with it."""
    change(images(folder, frames, suffix))
    return folder


def made(folder, kind, grey):
    """A source that cannot be read, by its kind."""
    inside, colour = folder / "f", np.repeat(grey[..., None], 3, axis=3)
    return {
        "missing": lambda: folder / "none.avi",
        "empty": lambda: write(folder / "e.avi", b""),
        "text": lambda: write(folder / "t.avi", b"hello\n" * 100),
        "only a header": lambda: write(folder / "h.avi", b"RIFF\0\0\0\0AVI LIST"),
        "half an AVI": lambda: cut(write_video(folder / "s.avi", grey, "FFV1"), 0.5),
        "half an MP4": lambda: cut(write_video(folder / "s.mp4", colour, "mp4v"), 0.5),
        "half a TIFF": lambda: cut(tiff(folder / "s.tif", grey), 0.5),
        "a torn TIFF": lambda: torn(tiff(folder / "s.tif", grey, compression="tiff_lzw")),
        "float": lambda: tiff(folder / "s.tif", grey.astype(np.float32) * np.nan),
        "sizes in a TIFF": lambda: tiff(folder / "s.tif", [*grey, grey[0, :100]]),
        "bomb": lambda: bomb(folder / "b.png"),
        "gap": lambda: changed(inside, grey, ".png", lambda f: (f / "frame_4.png").unlink()),
        "sizes": lambda: images(inside, [*grey, grey[0, :200]], ".png"),
        "depths": lambda: images(inside, [*grey, grey[0].astype(np.uint16)], ".png"),
        "text in a folder": lambda: changed(
            inside, grey, ".png", lambda f: write(f / "frame_10.png", b"hello")
        ),
        "half an image": lambda: changed(
            inside, grey, ".png", lambda f: cut(f / "frame_5.png", 0.5)
        ),
        "stacks in a folder": lambda: changed(
            inside, grey[:1], ".tif", lambda f: tiff(f / "frame_2.tif", grey)
        ),
        "no images": lambda: changed(inside, grey[:0], ".png", lambda _: None),
    }[kind]()


def write(path, content):
    path.write_bytes(content)
    return path


def torn(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(range(64))
    return write(path, bytes(content))


BAD = {
    "missing": "which does not exist",
    "empty": "which is empty",
    "text": "whose content is none of these",
    "only a header": "a video that can be decoded",
    "half an AVI": r"the 9 frames that .* says it has, got \d",
    "half an MP4": "a video that can be decoded",
    "half a TIFF": "can be decoded|a PNG, JPEG, BMP or TIFF",
    "a torn TIFF": r"got page \d of s.tif",
    "float": "finite voxels",
    "sizes in a TIFF": r"got 320×100 pixels of 8 bits in page 10 of s.tif",
    "bomb": "decompression bomb",
    "gap": "numbered 4; put the missing frames back",
    "sizes": "got 320×200 pixels of 8 bits in frame_10.png",
    "depths": "got 320×240 pixels of 16 bits in frame_10.png",
    "text in a folder": r"got .*frame_10.png, which is none",
    "half an image": r"got .*frame_5.png \(.*truncated",
    "stacks in a folder": "frame_2.tif with 9 pages",
    "no images": "in .*, got none",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_source_is_refused_in_one_sentence_and_nothing_else_is_said(
    kind, grey, tmp_path, capfd
):
    source = made(tmp_path, kind, grey)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CaptureError, match=BAD[kind]) as refused:
        read(source, roi_xyxy=BOX)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("expected ")
    assert capfd.readouterr().err == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_damage_outside_the_sampled_frames_is_found_too(tmp_path):
    many = np.random.default_rng(0).integers(0, 255, (70, 24, 32), np.uint8)
    folder = images(tmp_path / "f", many, ".png")
    Image.fromarray(many[0, :20]).save(folder / "frame_3.png")
    with pytest.raises(CaptureError, match=r"32×20 pixels of 8 bits in frame_3\.png"):
        read(folder)


@pytest.mark.parametrize("area", [(0, 0, 321, 10), (-1, 0, 10, 10), (10, 0, 10, 9), (0, 9, 9, 3)])
def test_an_area_that_does_not_fit_is_refused(grey, tmp_path, area):
    with pytest.raises(CaptureError, match=r"inside the frames of 320×240 pixels, got"):
        read(tiff(tmp_path / "s.tif", grey), roi_xyxy=area)


@pytest.mark.parametrize("spacing", [(0, 1, 1), (float("nan"), 1, 1), (1, 1), (1, 1, 1, 1)])
def test_a_spacing_that_cannot_be_is_refused_before_the_source_is_read(tmp_path, spacing):
    with pytest.raises(GeometryError, match="spacing"):
        read(tmp_path / "none.avi", spacing_mm=spacing)


def test_an_imagej_stack_that_is_not_there_is_refused(grey, tmp_path):
    described = "ImageJ=1.53\nimages=9\nslices=9\n"
    Image.fromarray(grey[0]).save(tmp_path / "s.tif", description=described)
    with pytest.raises(CaptureError, match=r"into shape \(9,240,320\)"):
        read(tmp_path / "s.tif")


def test_the_name_of_a_video_is_no_pattern_or_protocol(grey, tmp_path):
    video = write_video(tmp_path / "s.avi", grey, "FFV1")
    assert read(video.rename(tmp_path / "concat:a%03d.avi")).space.shape[0] == COUNT


def test_a_silent_process_stays_silent(tmp_path):
    """What FFmpeg prints, it prints when it is used first: seen only in a fresh process."""
    frames = np.random.default_rng(0).integers(0, 255, (12, 64, 64, 3), np.uint8)
    source = cut(write_video(tmp_path / "s.avi", frames, "mp4v"), 0.6)
    code = (
        "import sys; from parasam_core.capture import read_capture\n"
        "try: read_capture(sys.argv[1], spacing_mm=(1, 1, 1))\n"
        "except Exception as error: print(type(error).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code, source], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("CaptureError\n", "")
