"""One view, plain and with its depth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from parasam_core.cli import main
from tests.looking_glass.test_hologram import hologram, names_in
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.one_view import depth_levels, layout_of_one
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import framed, stage_of, turned


def test_one_view_is_the_middle_of_a_quilts(scan: Path, tmp_path: Path) -> None:
    ran = hologram(scan, "--device", "portrait", "--still", "v.png", "--json", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert (told["width"], told["height"], told["is_rgbd"]) == (1536, 2048, False)
    with Image.open(tmp_path / "v.png") as picture:
        assert picture.size == (1536, 2048)
        lit = np.asarray(picture).max(axis=2) > 20
    assert 0.05 < lit.mean() < 0.9
    assert not lit[[0, -1]].any()


def test_depth_lies_beside_its_picture(scan: Path, tmp_path: Path) -> None:
    ran = hologram(scan, "--device", "portrait", "--rgbd", "d.png", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "one view and its depth, 3072×2048" in ran.stdout
    with Image.open(tmp_path / "d.png") as picture:
        both = np.asarray(picture)
    colour, depth = both[:, :1536], both[:, 1536:]
    assert np.ptp(depth, axis=2).max() == 0
    assert (depth.max(), depth.min()) == (255, 0)
    lit = colour.max(axis=2) > 40
    assert (depth[..., 0][lit] > 0).mean() > 0.99
    assert names_in(tmp_path) == ["d.png"]


def test_a_pixels_height_is_that_of_the_body_there(renderer, ellipsoid) -> None:
    """Against the ellipsoid's own formula, on the ray through the pixel's middle."""
    layout = Layout(1, 1, 90, 120, 0.75)
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    rig = framed(stage.points, layout, 40, turned())
    heights = renderer.heights(rig, layout)
    expected = np.array([[height_on_ray(rig, layout, x, y) for x in range(90)] for y in range(120)])
    both = ~np.isnan(heights) & ~np.isnan(expected)
    assert (np.isnan(heights) != np.isnan(expected)).mean() < 0.01
    inner = both & (np.abs(np.gradient(expected, axis=0)) < 2e-4)
    assert np.abs(heights - expected)[inner].max() < 3e-5


def height_on_ray(rig: Rig, layout: Layout, x: int, y: int) -> float:
    """Metres before the focal plane where a pixel's ray enters the ellipsoid; NaN: it does not."""
    across = (2 * (x + 0.5) / layout.width - 1) * rig.half_height * rig.aspect
    up = (1 - 2 * (y + 0.5) / layout.height) * rig.half_height
    eye = np.array([0, 0, rig.distance])
    ray = np.array([across, up, 0]) - eye
    scene_eye, scene_ray = rig.turn.T @ eye + rig.target, rig.turn.T @ ray
    centre, half = np.array([20, -10, -30]) * 1e-3, np.array([5, 3, 4]) * 1e-3
    o, d = (scene_eye - centre) / half, scene_ray / half
    a, b, c = d @ d, o @ d, o @ o - 1
    root = b * b - a * c
    if root < 0:
        return np.nan
    return float((eye + (-b - np.sqrt(root)) / a * ray)[2])


def test_nothing_has_no_depth(renderer, ellipsoid) -> None:
    layout = Layout(2, 1, 21, 10, 1.0)
    stage = stage_of(ellipsoid)
    renderer.show(stage)
    heights = renderer.heights(framed(stage.points, layout, 40, turned()), layout)
    assert np.isnan(heights[0, 0])
    assert np.isnan(heights[:, 20]).all()
    assert not np.isnan(heights[5, 5])


heights = st.floats(-0.0625, 0.0625, width=32) | st.just(float("nan"))


@given(arrays(np.float32, (4, 5), elements=heights))
def test_what_is_nearer_is_never_darker(heights_m) -> None:
    levels = depth_levels(heights_m)
    shown = ~np.isnan(heights_m)
    assert np.array_equal(levels > 0, shown)
    order = np.argsort(heights_m[shown], kind="stable")
    assert (np.diff(levels[shown][order].astype(int)) >= 0).all()


@pytest.mark.parametrize("name", PRESETS)
def test_every_display_has_its_shape(name: str) -> None:
    device = PRESETS[name]
    layout = layout_of_one(device)
    assert layout.views == 1
    assert layout.width / layout.height == pytest.approx(device.layout.aspect, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--still", "no/a.png"), "expected a file in a folder that is there"),
        (("--rgbd", "a.jpg"), "expected a file ending in .png"),
    ],
)
def test_a_picture_needs_a_place(
    scan: Path, tmp_path: Path, monkeypatch, capsys, arguments, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(["hologram", str(scan), *arguments])
    assert sentence in capsys.readouterr().err
    assert names_in(tmp_path) == []
