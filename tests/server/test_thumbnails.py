"""A scan at a glance: its frame, its outline, and nothing read twice."""

import io

import httpx
import numpy as np
import pytest
from PIL import Image

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from tests.server.small import served
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.thumbnails import LONGEST_SIDE_PX, thumbnail_of

AMBER = (255, 176, 0)
SPACE = Space((9, 40, 60), (0.2, 0.1, 0.05))  # 4 mm high, 3 mm wide


def made(detail="x"):
    return Provenance(detail, details={"spacing_source": "user"})


@pytest.fixture
def scan(tmp_path):
    """Frame k is grey 20 k; a block is outlined on frames 2, 5 and 6."""
    frames = np.broadcast_to(np.arange(9, dtype=np.uint8)[:, None, None] * 20, SPACE.shape).copy()
    area = (0, 0, 60, 40)
    scan = write_scan(
        tmp_path / "S.zarr", Sequence(frames, SPACE, "S", "d0", (40, 60), area, made())
    )
    masks = np.zeros(SPACE.shape, np.bool_)
    masks[[2, 5, 6], 10:30, 15:45] = True
    return scan.write_mask("a", MaskStack(masks, SPACE, made("mask")))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def amber(picture):
    return (picture == AMBER).all(axis=-1)


def test_it_shows_the_middle_of_the_tumours_frames_in_the_animals_proportions(scan):
    picture = pixels(thumbnail_of(scan, "a"))
    assert picture.shape == (LONGEST_SIDE_PX, LONGEST_SIDE_PX * 3 // 4, 3)
    assert picture[0, 0].tolist() == [100, 100, 100]  # frame 5


def test_the_outline_is_where_the_mask_ends(scan):
    drawn = amber(pixels(thumbnail_of(scan, "a")))
    rows, columns = np.nonzero(drawn)
    assert (rows.min(), rows.max()) == (39, 120)  # the block is rows 40 to 119
    assert (columns.min(), columns.max()) == (29, 90)
    assert not drawn[50:110, 40:80].any()


def test_without_a_mask_or_with_an_empty_one_it_is_the_middle_frame_alone(scan):
    scan = scan.write_mask("empty", MaskStack(np.zeros(SPACE.shape, np.bool_), SPACE, made()))
    for label in (None, "empty"):
        picture = pixels(thumbnail_of(scan, label))
        assert (picture == 80).all()  # frame 4


def test_white_pixels_are_not_taken_for_the_outline(tmp_path):
    frames = np.full(SPACE.shape, 255, np.uint8)
    white = Sequence(frames, SPACE, "W", "d0", (40, 60), (0, 0, 60, 40), made())
    assert not amber(pixels(thumbnail_of(write_scan(tmp_path / "W.zarr", white), None))).any()


def test_it_is_made_once_and_anew_once_the_mask_is_another(library, library_folder, monkeypatch):
    made_of = []

    def counted(scan, label):
        made_of.append((scan.name, label))
        return thumbnail_of(scan, label)

    monkeypatch.setattr("xr_server.thumbnails.thumbnail_of", counted)
    with (
        served(create_app(library)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web,
    ):
        path = "/api/scans/M1_d0/thumbnail.png"
        first = web.get(path)
        assert web.get(path).content == first.content
        held = {"if-none-match": first.headers["etag"]}
        assert web.get(path, headers=held).status_code == 304
        assert made_of == [("M1_d0", "a")]
        scan = Library(library_folder).scan("M1_d0")
        mask = scan.mask("a")
        moved = MaskStack(np.roll(mask.masks, 5, axis=2), mask.space, mask.provenance)
        scan.write_mask("a", moved)
        assert web.get(path, headers=held).content not in (b"", first.content)


def test_a_damaged_scan_is_a_sentence(library, library_folder):
    chunk = next((library_folder / "M1_d6.zarr" / "0" / "c").rglob("0"))
    while chunk.is_dir():
        chunk = next(chunk.iterdir())
    chunk.write_bytes(b"nonsense")
    with served(create_app(library)) as port:
        answers = [
            httpx.get(f"http://127.0.0.1:{port}/api/scans/{s}/thumbnail.png", trust_env=False)
            for s in ("M1_d0", "M1_d6")
        ]
    assert [a.status_code for a in answers] == [200, 404]
    assert "damaged" in answers[1].json()["error"]
