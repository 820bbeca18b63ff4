"""Outlines on captures of the second generator: what is drawn is read, what is doubtful is said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from parasam_core.capture import Wanted, read_annotated
from parasam_core.capture.drawn import drawn_on, settled_ink
from parasam_core.capture.outline import (
    FILLED,
    LEAVES,
    RECTANGLE,
    Outline,
    likeness_to_ellipse,
    sampled,
)
from parasam_core.capture.settle import AS_A_MARK
from parasam_core.capture.still import still_marks, without_marks
from parasam_core.capture.stroke import Ink
from parasam_core.capture.tint import tint_of
from tests.core.capture.survey_outlines import read
from tests.core.capture.workstation import study, write

SMALL = {
    "screen": (800, 600), "dpi": 1.0, "file": "png", "map": "grey", "aspect": 1.0, "zoom": 1.6,
    "shape": "lobed", "pen": "cyan", "px": 2.0, "smooth": True, "alpha": 1.0, "handles": "",
    "label": False, "cursor": False, "marks": [], "traces": [], "radius": 0.2, "theme": "dark",
}  # fmt: skip


def panels(made):
    """The captures' panels, BGR."""
    x0, y0, x1, y1 = made.panel
    return [f.capture[y0:y1, x0:x1, ::-1].copy() for f in made.frames]


def outlines(made):
    """What is drawn on each panel, the still marks left out."""
    shown = panels(made)
    marks = still_marks(shown)
    clear = [without_marks(p, marks) for p in shown]
    ink = settled_ink(clear).ink
    return [drawn_on(p, ink).outline for p in clear]


def agreed(made, outline, z=0):
    """IoU with the truth on the panel."""
    x0, y0, x1, y1 = made.panel
    truth = made.frames[z].on_screen[y0:y1, x0:x1]
    mask = sampled(outline, (1, 1), (0, 0), truth.shape)
    return (truth & mask).sum() / (truth | mask).sum()


def test_masks_are_the_truth_and_no_frame_is_silently_wrong():
    results = []
    for seed in range(510, 516):
        made = study(seed, 1, kind="plain", screen=(800, 600), dpi=1.0)
        results += read(made, alone=False)
    assert all(r.verdict not in ("silent", "error") for r in results), results
    assert np.mean([r.agreed for r in results]) >= 0.98, results
    assert abs(np.mean([r.bias for r in results])) <= 0.005, results


@pytest.mark.parametrize("handles", ["squares", "crosses"])
def test_handles_stronger_than_a_faint_line_are_not_the_outline(handles):
    made = study(7, 2, kind="plain", **{**SMALL, "alpha": 0.45, "px": 1.5, "handles": handles})
    for z, found in enumerate(outlines(made)):
        assert agreed(made, found, z) > 0.97


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_box_or_circle_in_another_colour_on_every_frame_is_no_outline(theme):
    made = study(8, 2, kind="other roi", **{**SMALL, "theme": theme})
    for z, found in enumerate(outlines(made)):
        assert agreed(made, found, z) > 0.97


def test_a_filled_region_is_read_along_its_line():
    made = study(9, 2, kind="filled", **SMALL)
    for z, found in enumerate(outlines(made)):
        assert agreed(made, found, z) > 0.97


def test_a_line_of_another_colour_around_as_much_makes_the_outline_doubtful(tmp_path):
    made = study(16, 1, kind="plain", **SMALL)
    x0, y0, x1, y1 = made.panel
    centre, half = ((x0 + x1) // 2, (y0 + y1) // 2), ((x1 - x0) // 3, (y1 - y0) // 3)
    cv2.ellipse(made.frames[0].capture, centre, half, 20, 0, 360, (255, 230, 0), 2, cv2.LINE_AA)
    source = write(made, tmp_path / "T_d0", originals=True)
    _, found = read_annotated(source, Wanted((0.1, 0.1, 0.1)))
    assert found.findings[0].kinds == ("doubtful",)
    assert "another colour" in found.findings[0].why[0]


def test_an_outline_that_leaves_the_image_is_closed_along_the_edge_and_said():
    made = study(11, 2, kind="leaves", **SMALL)
    for z, found in enumerate(outlines(made)):
        assert LEAVES in found.doubts
        assert agreed(made, found, z) > 0.95


def test_a_zoom_box_in_the_colour_of_outlines_is_doubtful():
    made = study(12, 2, kind="zoom box", **SMALL)
    drawn, box = outlines(made)
    assert isinstance(drawn, Outline)
    assert not drawn.doubts
    assert RECTANGLE in box.doubts


def test_logo_and_dot_in_the_colour_of_outlines_are_none(tmp_path):
    made = study(13, 3, kind="blank", **{**SMALL, "pen": "sky", "marks": ["logo", "dot"]})
    source = write(made, tmp_path / "T_d0", originals=True)
    _, found = read_annotated(source, Wanted((0.1, 0.1, 0.1)))
    assert found.mask().annotated.tolist() == [True, False, True]
    assert [bool(f.kinds) for f in found.findings] == [False, True, False]


def test_a_small_region_on_one_capture_alone_may_be_a_mark(tmp_path):
    made = study(13, 1, kind="open", **{**SMALL, "pen": "magenta", "marks": ["logo"]})
    source = write(made, tmp_path / "T_d0", originals=True)
    _, found = read_annotated(source, Wanted((0.1, 0.1, 0.1)))
    assert AS_A_MARK in found.findings[0].why


def test_what_is_closed_alike_on_all_captures_stands_still():
    logo = study(13, 3, kind="open", **{**SMALL, "pen": "magenta", "marks": ["logo"]})
    drawn = study(13, 3, kind="plain", **SMALL)
    assert settled_ink(panels(logo)).still
    assert not settled_ink(panels(drawn)).still


def test_a_calliper_ellipse_among_drawn_outlines_is_doubtful(tmp_path):
    made = study(14, 2, kind="ellipse tool", **SMALL)
    source = write(made, tmp_path / "T_d0", originals=True)
    _, found = read_annotated(source, Wanted((0.1, 0.1, 0.1)))
    assert [f.kinds for f in found.findings] == [(), ("doubtful",)]


@pytest.mark.parametrize("tinted", ["sepia", "blue map"])
def test_an_image_in_a_tinted_map_is_read_as_one_in_grey(tmp_path, tinted):
    made = study(15, 1, kind="plain", **{**SMALL, "map": tinted, "pen": "green"})
    source = write(made, tmp_path / "T_d0", originals=True)
    _, found = read_annotated(source, Wanted((0.1, 0.1, 0.1)))
    mask, truth = found.mask().masks[0], made.frames[0].truth
    assert (truth & mask).sum() / (truth | mask).sum() > 0.97
    assert tint_of(panels(made)[0]) is not None
    assert tint_of(panels(study(15, 1, kind="plain", **SMALL))[0]) is None


@pytest.mark.parametrize("beside", [True, False])
def test_a_thick_line_lighter_than_all_tissue_is_not_taken_for_the_map(tmp_path, beside):
    thick = {"map": "blue map", "pen": "yellow", "px": 6.0, "aspect": 0.5, "zoom": 1.1}
    made = study(18, 2, kind="huge", **{**SMALL, **thick})
    assert all(r.agreed > 0.98 for r in read(made, alone=not beside))


def test_a_line_around_a_filling_nearly_as_strong_is_read():
    faint = {"map": "sepia", "pen": "lime", "px": 3.0, "alpha": 0.45, "file": "jpg", "quality": 85}
    made = study(18, 2, kind="filled", **{**SMALL, **faint})
    assert all(r.agreed > 0.95 for r in read(made, alone=False))


def test_a_filled_region_without_a_line_is_found_beside_stronger_words():
    panel = np.full((300, 400, 3), 90, np.uint8)
    cv2.ellipse(panel, (200, 150), (80, 50), 0, 0, 360, (90, 130, 90), -1)
    cv2.putText(panel, "Area 8.1 mm2", (20, 280), 0, 0.8, (0, 255, 0), 2)
    found = drawn_on(panel, Ink.of_rgb((0, 255, 0))).outline
    assert FILLED in found.doubts
    assert abs(found.area_px / (np.pi * 80 * 50) - 1) < 0.05


def test_likeness_to_an_ellipse_tells_ellipses_from_what_hands_draw():
    y, x = np.mgrid[0:200, 0:240]
    ellipse = ((x - 120) / 70) ** 2 + ((y - 100) / 40) ** 2 < 1
    assert likeness_to_ellipse(ellipse) > 0.99
    assert likeness_to_ellipse(ellipse & (x < 170)) < 0.97
