"""Once round: the cameras, the film, and what is refused."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.cli import main
from parasam_core.errors import UsageError
from tests.looking_glass.test_hologram import hologram, names_in
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.encoder import Mp4
from viewers.looking_glass.film import check_seconds, even
from viewers.looking_glass.picture import Picture
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.stage import Stage, greatest_shift_px, stage_of, turned
from viewers.looking_glass.turntable import rigs_around

PORTRAIT = PRESETS["portrait"].layout


def small(layout: Layout) -> Layout:
    return Layout(layout.columns, layout.rows, layout.width // 16, layout.height // 16,
                  layout.aspect)  # fmt: skip


@pytest.mark.parametrize("name", ["portrait", "16-gen3-landscape", "go"])
def test_nothing_leaves_the_picture_or_the_depth_budget_at_any_turn(ellipsoid, name) -> None:
    device = PRESETS[name]
    corners = np.array([(0, 0, 0), (0.04, 0, 0), (0, -0.02, -0.03), (0.04, -0.02, -0.03)])
    stage = stage_of(ellipsoid, Picture(np.zeros((4, 4), np.uint8), corners))
    rigs = rigs_around(stage, device.layout, device.view_cone_deg, None, 90)
    for rig in rigs:
        assert np.abs(rig.ndc(stage.points)).max() < 1
        assert greatest_shift_px(stage.points, rig, device.layout) < 5.05


def test_it_turns_about_one_axis_in_even_steps_and_does_not_breathe(ellipsoid) -> None:
    stage = stage_of(ellipsoid)
    rigs = rigs_around(stage, PORTRAIT, 40, None, 8)
    assert len({rig.half_height for rig in rigs}) == 1
    assert rigs[0].turn == pytest.approx(turned())
    steps = [after.turn @ before.turn.T for before, after in pairwise(rigs)]
    steps.append(rigs[0].turn @ rigs[-1].turn.T)
    for step in steps:
        assert np.degrees(np.arccos((np.trace(step) - 1) / 2)) == pytest.approx(45)
        assert step == pytest.approx(steps[0])
    middle = (stage.points.min(axis=0) + stage.points.max(axis=0)) / 2
    shown = np.array([rig.turn @ (middle - rig.target) for rig in rigs])
    assert np.ptp(shown, axis=0).max() < 1e-12


def test_a_focus_stays_where_it_was_asked_for(ellipsoid) -> None:
    stage = stage_of(ellipsoid)
    before = rigs_around(stage, PORTRAIT, 40, 1.5, 5)[3]
    middle = rigs_around(stage, PORTRAIT, 40, 0.0, 5)[3]
    apart = (before.target - middle.target) @ before.turn[2]
    assert apart == pytest.approx(1.5e-3, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(24, 900), st.integers(24, 900))
def test_films_have_even_sides_and_the_same_tiles(columns, rows, width, height) -> None:
    layout = Layout(columns, rows, width, height, 1.0)
    filmed = even(layout)
    assert filmed.width % 2 == filmed.height % 2 == 0
    assert max(abs(filmed.width - width), abs(filmed.height - height)) <= 1
    if columns > 1:
        assert filmed.tile_width == layout.tile_width
    if rows > 1:
        assert filmed.tile_height == layout.tile_height


@pytest.mark.parametrize(("width", "codec"), [(320, "h264"), (4098, "hevc")])
def test_a_film_is_read_back_as_it_was_written(tmp_path: Path, width: int, codec: str) -> None:
    x = np.linspace(20, 235, width)
    rows = [np.broadcast_to(np.roll(x, 40 * k)[:, None], (64, width, 3)) for k in range(5)]
    with Mp4(tmp_path / "f.mp4", width, 64, 30) as film:
        for row in rows:
            film.add(np.ascontiguousarray(row, np.uint8))
    with av.open(str(tmp_path / "f.mp4")) as made:
        stream = made.streams.video[0]
        assert stream.codec_context.name == codec
        assert (stream.width, stream.height, stream.average_rate) == (width, 64, 30)
        read = [frame.to_ndarray(format="rgb24") for frame in made.decode(stream)]
    assert len(read) == len(rows)
    for shown, drawn in zip(read, rows, strict=True):
        assert np.abs(shown - drawn).mean() < 3


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    colours = np.array([(200, 60, 50), (30, 140, 60), (50, 70, 190), (128, 128, 128)], np.uint8)
    picture = np.repeat(np.repeat(colours[None], 64, axis=0), 64, axis=1)
    with Mp4(tmp_path / "f.mp4", 256, 64, 30) as film:
        film.add(picture)
    with av.open(str(tmp_path / "f.mp4")) as made:
        frame = next(made.decode(video=0))
        read = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert np.abs(read[32, 32::64].astype(int) - colours).max() <= 3


def test_a_scan_turns_on_film(scan: Path, tmp_path: Path) -> None:
    ran = hologram(scan, "--device", "portrait", "--quilt", "t_qs8x6a0.75.mp4", "--turntable", 0.5,
                   "--json", cwd=tmp_path)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["pictures"], told["seconds"], told["width"]) == (15, 0.5, 3360)
    assert told["greatest_shift_px"] < 5.05
    assert names_in(tmp_path) == ["t_qs8x6a0.75.mp4"]
    with av.open(str(tmp_path / "t_qs8x6a0.75.mp4")) as made:
        read = [frame.to_ndarray(format="rgb24") for frame in made.decode(video=0)]
    assert len(read) == 15
    tiles = [PORTRAIT.tile(quilt, 24).astype(int) for quilt in read]
    steps = [np.abs(a - b).mean() for a, b in pairwise(tiles)]
    # the last picture is a step from the first, like any other: it goes on for ever
    assert min(steps) / 2 < np.abs(tiles[-1] - tiles[0]).mean() < 2 * max(steps)
    assert min(steps) > 0.5


@pytest.mark.parametrize("seconds", [0, 0.4, -1, 121, float("nan"), float("inf")])
def test_a_round_that_nobody_could_look_at_is_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match=r"a turntable of 0\.5 to 120 seconds, got"):
        check_seconds(seconds)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--quilt", "a.mp4"), "expected --turntable SECONDS with a film, got a.mp4 alone"),
        (("--quilt", "a.png", "--turntable", "3"), "expected a file ending in .mp4, got a.png"),
        (("--still", "a.png", "--turntable", "3"), "together with --quilt OUT.mp4 or --bridge"),
        (("--quilt", "a_qs5x9a0.75.mp4", "--turntable", "3"), "_qs11x6a0.5625"),
        (("--quilt", "a.mp4", "--turntable", "0"), "a turntable of 0.5 to 120 seconds, got 0"),
    ],
)
def test_what_makes_no_film_is_refused(
    scan: Path, tmp_path: Path, monkeypatch, capsys, arguments, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(["hologram", str(scan), *arguments])
    assert sentence in capsys.readouterr().err
    assert names_in(tmp_path) == []


def test_a_film_that_fails_leaves_nothing(scan: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"before")
    with pytest.raises(SystemExit, match="1"):
        main(["hologram", str(scan), "--quilt", "a.mp4", "--turntable", "1", "--focus", "900"])
    assert names_in(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"before"


def test_an_empty_stage_has_no_axis_of_its_own() -> None:
    lone = Stage(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32),
                 np.zeros((0, 3), np.uint32))  # fmt: skip
    assert len(rigs_around(lone, PORTRAIT, 40, None, 3)) == 3
