"""The live window over a real GL context without a screen, driven by the events of hands."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pyglet
import pytest

from tests.looking_glass.optics import text_of, views_seen
from tests.looking_glass.test_gpu import middle_px, psnr_db
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.known_panel import KnownPanel, panel_that_says
from viewers.looking_glass.lens import encode
from viewers.looking_glass.look import Look
from viewers.looking_glass.opening import new_window
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.source import State
from viewers.looking_glass.stage import Picture, Stage, stage_of
from viewers.looking_glass.viewing import ONE_VIEW, PANEL, QUILT
from viewers.looking_glass.window import HINT_S, STILL_AFTER_S, HologramWindow

SMALL = {"quiltX": 843, "quiltY": 561, "tileX": 4, "tileY": 2, "quiltAspect": 0.75}
LAYOUT = Layout(4, 2, 843, 561, 0.75)
TILE = LAYOUT.tile_width, LAYOUT.tile_height
SCREEN = 180, 240


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Scan:
    """A body with a bright bar that stands at another height in each frame."""

    frames, middle_frame = 9, 4

    def __init__(self, body: Stage) -> None:
        self.body = body

    def stage(self, frame: int, view: str) -> Stage:
        half = 0.008 if view == "cut" else 0.004
        middle = self.body.points.mean(axis=0)
        ways = [(-half, half), (half, half), (-half, -half), (half, -half)]
        corners = middle + np.array([(x, y, 0.006) for x, y in ways])
        levels = np.zeros((90, 90), np.uint8)
        levels[frame * 10 : frame * 10 + 10] = 255
        return replace(self.body, picture=Picture(levels, corners))


class Shelf:
    """A source that a test moves."""

    def __init__(self, *scans) -> None:
        self.scans = scans
        self.state = State(1, tuple(f"scan {i}" for i in range(len(scans))), shown=scans[0])
        self.looks: list[int] = []

    def change(self, **changes) -> None:
        self.state = replace(self.state, version=self.state.version + 1, **changes)

    def open(self, scan: int) -> None:
        self.change(scan=scan, shown=self.scans[scan])

    def look(self, frame: int) -> None:
        self.looks.append(frame)


class Seat:
    """Somebody before the window."""

    def __init__(self, made: HologramWindow, window, clock: Clock, shelf: Shelf) -> None:
        self.hologram, self.window, self.clock, self.shelf = made, window, clock, shelf

    @property
    def seen(self):
        return self.hologram.looking.seen

    def tick(self) -> None:
        self.hologram.tick()

    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.tick()

    def press(self, name: str, modifiers: int = 0) -> None:
        from pyglet.window import key

        self.window.dispatch_event("on_key_press", getattr(key, name), modifiers)
        self.tick()

    def release(self, name: str) -> None:
        from pyglet.window import key

        self.window.dispatch_event("on_key_release", getattr(key, name), 0)

    def drag(self, dx: int, dy: int) -> None:
        self.window.dispatch_event("on_mouse_drag", 50, 50, dx, dy, 1, 0)
        self.tick()

    def scroll(self, notches: float) -> None:
        self.window.dispatch_event("on_mouse_scroll", 50, 50, 0, notches)
        self.tick()

    def point(self, x: int) -> None:
        self.window.dispatch_event("on_mouse_motion", x, 50, 1, 0)
        self.tick()

    def pixels(self) -> np.ndarray:
        """(y, x, 3) uint8 of the window, top row first."""
        from pyglet import gl

        width, height = self.window.get_framebuffer_size()
        pixels = np.empty((height, width, 3), np.uint8)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, 0)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
        gl.glReadPixels(0, 0, width, height, gl.GL_RGB, gl.GL_UNSIGNED_BYTE,
                        pixels.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
        return pixels[::-1]

    def quilt(self) -> np.ndarray:
        """(y, x, 3) uint8: all views of what is seen, drawn by a renderer of its own."""
        looking = self.hologram.looking
        with Renderer() as renderer:
            renderer.show(looking.stage)
            drawn = renderer.quilt(looking.rig(LAYOUT), LAYOUT)
        self.window.switch_to()
        return drawn


@pytest.fixture(scope="module")
def panel() -> KnownPanel:
    width, height = SCREEN
    words = text_of("second-portrait", screenW=width, screenH=height)
    return panel_that_says(words, json.dumps(SMALL), source="a test")


@pytest.fixture
def body(ellipsoid) -> Stage:
    return stage_of(ellipsoid)


Sit = Callable[..., Seat]


@pytest.fixture
def sit(panel: KnownPanel, body: Stage) -> Iterator[Sit]:
    """Sit down before a new window; the words that it begins with have faded."""
    seats: list[Seat] = []

    pyglet.options.headless = True

    def seat(*scans, size=TILE, panel=panel, words=False, **options) -> Seat:
        clock, shelf = Clock(), Shelf(*(scans or (Scan(body),)))
        window = new_window(*size, "test")
        window._enable_event_queue = False  # as while `pyglet.app` runs
        made = HologramWindow(window, shelf, panel, now=clock, **options)
        seats.append(Seat(made, window, clock, shelf))
        made.tick()
        if not words:
            seats[-1].wait(60)
        return seats[-1]

    yield seat
    for one in seats:
        one.hologram.close()


@pytest.fixture
def plain(monkeypatch) -> None:
    """No words on the window: what is compared is the scene."""
    from viewers.looking_glass.painter import Painter

    monkeypatch.setattr(Painter, "write", lambda *_args, **_options: None)


def test_each_view_of_the_preview_is_that_tile_of_the_quilt(sit, plain) -> None:
    seat = sit()
    quilt = seat.quilt()
    for view in range(LAYOUT.views):
        seat.point(round(view / (LAYOUT.views - 1) * (TILE[0] - 1)))
        assert seat.seen.camera == view
        assert psnr_db(seat.pixels(), LAYOUT.tile(quilt, view)) > 45
    others = [psnr_db(seat.pixels(), LAYOUT.tile(quilt, view)) for view in range(6)]
    assert max(others) < 35


def test_in_a_wider_window_the_view_is_in_the_middle_and_larger(sit, plain) -> None:
    seat = sit(size=(700, 400))
    pixels = seat.pixels()
    assert pixels[:, :200].max() == pixels[:, 500:].max() == 0
    assert pixels[:, [200, 499]].min() > 0


def test_brackets_look_around(sit, plain) -> None:
    seat = sit()
    before, camera = seat.pixels(), seat.seen.camera
    seat.press("BRACKETLEFT")
    assert seat.seen.camera == camera - 1
    assert psnr_db(seat.pixels(), before) < 40
    seat.press("BRACKETRIGHT")
    assert np.array_equal(seat.pixels(), before)


def test_a_drag_turns_and_its_way_back_undoes_it(sit, plain) -> None:
    seat = sit()
    before = seat.pixels()
    seat.drag(40, 25)
    assert psnr_db(seat.pixels(), before) < 30
    seat.drag(-40, -25)
    assert psnr_db(seat.pixels(), before) > 60


def test_a_wheel_zooms(sit, plain) -> None:
    seat = sit()
    before = (seat.pixels().max(axis=2) > 40).sum()
    seat.scroll(-3)
    after = (seat.pixels().max(axis=2) > 40).sum()
    assert after / before == pytest.approx(1.15**-6, rel=0.1)


def test_frames_are_scrubbed_and_shown(sit, plain) -> None:
    seat = sit()
    pictures = {}
    for name, frame in [("UP", 5), ("UP", 6), ("PAGEUP", 8), ("DOWN", 7), ("PAGEDOWN", 0)]:
        seat.press(name)
        assert seat.seen.frame == frame
        pictures[frame] = seat.pixels()
        assert psnr_db(seat.pixels(), LAYOUT.tile(seat.quilt(), seat.seen.camera)) > 45
    assert psnr_db(pictures[0], pictures[8]) < 30
    assert seat.shelf.looks == [5, 6, 8, 7, 0]


def test_shift_and_wheel_scrub(sit) -> None:
    seat = sit()
    seat.press("LSHIFT")
    seat.scroll(2)
    assert (seat.seen.frame, seat.seen.zoom) == (6, 1)
    seat.release("LSHIFT")
    seat.scroll(2)
    assert (seat.seen.frame, seat.seen.zoom > 1) == (6, True)


def test_views_are_words_of_the_page(sit, plain) -> None:
    seat = sit(look=Look(view="whole"))
    whole = seat.pixels()
    seat.press("_1")
    assert seat.seen.view == "cut"
    assert psnr_db(seat.pixels(), whole) < 30
    seat.press("_6")
    assert seat.seen.view == "cut"
    seat.press("_3")
    assert np.array_equal(seat.pixels(), whole)


def test_next_scan_and_back(sit, body, plain) -> None:
    scans = Scan(body), Scan(replace(body, positions=body.positions * (1, 2, 1)))
    seat = sit(*scans, look=Look(view="whole"))
    first = seat.pixels()
    seat.press("N")
    assert (seat.seen.scan, seat.shelf.state.scan) == (1, 1)
    assert psnr_db(seat.pixels(), first) < 30
    seat.press("P")
    assert np.array_equal(seat.pixels(), first)


def test_home_is_as_at_first(sit, plain) -> None:
    seat = sit()
    first = seat.pixels()
    for name in ("LEFT", "UP", "F", "PLUS", "BRACKETLEFT"):
        seat.press(name)
    assert psnr_db(seat.pixels(), first) < 30
    seat.press("HOME")
    assert np.array_equal(seat.pixels(), first)


def spot_at(depth: float) -> Stage:
    """A soft spot, and something as far before the middle as behind it."""
    u = np.linspace(-1, 1, 65)
    light = np.exp(-(u[:, None] ** 2 + u[None, :] ** 2) * 12) * 255
    corners = np.array([(-1, 1, 0), (1, 1, 0), (-1, -1, 0), (1, -1, 0)]) * 0.0015
    around = np.array([(0, 0.003, 0.006), (0, -0.003, -0.006)], np.float32)
    hung = Picture(light.astype(np.uint8), corners + np.array([0, 0, depth]))
    return Stage(around, around, np.zeros((0, 3), np.uint32), hung)


class Spot(Scan):
    def stage(self, frame: int, view: str) -> Stage:
        return self.body


def test_what_the_focus_is_pushed_to_stands_still(sit, plain) -> None:
    seat = sit(Spot(spot_at(0.003)), look=Look(focus=0.0))
    seat.hologram.looking.become(replace(seat.seen, yaw_deg=0, pitch_deg=0))
    seat.tick()

    def swing() -> float:
        places = []
        for x in (0, TILE[0] - 1):
            seat.point(x)
            places.append(middle_px(seat.pixels())[0])
        return places[1] - places[0]

    assert abs(swing()) > 10
    for _ in range(5):
        seat.press("F")
    assert seat.seen.focus == pytest.approx(3.0)
    assert abs(swing()) < 0.1
    for _ in range(8):
        seat.press("B")
    assert swing() < -20  # before the glass: to the left as the eye goes right


def test_tiles_show_the_quilt(sit, plain) -> None:
    seat = sit(size=(800, 602))
    seat.press("T")
    assert seat.seen.fills == QUILT
    seat.wait(1)
    shown = seat.pixels()
    assert seat.hologram.painter.canvas.texture
    # 4×2 tiles of a display of 3:4 are 3:2, so 800 wide and 533 high
    lit = np.flatnonzero(shown.any(axis=(1, 2)))
    assert (lit[0], lit[-1]) == (35, 567)
    for view in range(LAYOUT.views):
        row, column = divmod(view, 4)
        bottom = 568 - round(row * 533 / 2)
        tile = shown[bottom - 266 : bottom, column * 200 : column * 200 + 200]
        whole = LAYOUT.tile(seat.quilt(), view).astype(float)
        assert np.abs(tile.mean(axis=(0, 1)) - whole.mean(axis=(0, 1))).max() < 1


def test_the_panels_pixels_are_the_lenses_encoding(sit, panel, plain) -> None:
    seat = sit(size=SCREEN, is_panel=True)
    assert seat.seen.fills == PANEL
    seat.wait(1)
    exact = encode(seat.quilt(), LAYOUT, panel.calibration).astype(int)
    views, sure = views_seen(json.loads(text_of("second-portrait", screenW=180, screenH=240)), 8)
    apart = np.abs(seat.pixels().astype(int) - exact)
    assert apart[sure[::-1]].max() <= 1
    assert sure.mean() > 0.99
    assert len(np.unique(views)) == 8


def test_few_views_while_it_moves_and_all_when_still(sit) -> None:
    seat = sit(size=SCREEN, is_panel=True)
    drawn = []
    draw_views = seat.hologram.painter.draw_views

    def counted(rig, layout) -> None:
        drawn.append(layout.views)
        draw_views(rig, layout)

    seat.hologram.painter.draw_views = counted
    seat.drag(5, 0)
    seat.wait(STILL_AFTER_S / 2)
    seat.drag(5, 0)
    seat.wait(STILL_AFTER_S * 0.9)
    assert drawn == [2, 2]
    seat.wait(STILL_AFTER_S * 0.2)
    assert drawn == [2, 2, 8]
    seat.wait(5)
    assert drawn == [2, 2, 8]


def test_nothing_is_drawn_while_nothing_changes(sit) -> None:
    seat = sit()
    drawn, scenes = seat.hologram.drawn, seat.hologram.painter.scenes
    for _ in range(100):
        seat.wait(0.016)
    seat.point(TILE[0] // 2)
    assert (seat.hologram.drawn, seat.hologram.painter.scenes) == (drawn, scenes)
    seat.press("H")
    assert (seat.hologram.drawn, seat.hologram.painter.scenes) == (drawn + 1, scenes)
    seat.window.dispatch_event("on_expose")
    seat.tick()
    assert seat.hologram.drawn == drawn + 2


def test_the_hint_fades_without_drawing_the_scene(sit) -> None:
    seat = sit(size=(900, 700), words=True)
    scenes = seat.hologram.painter.scenes
    bright = seat.pixels()[-40:]
    seat.wait(HINT_S + 0.5)
    faint = seat.pixels()[-40:]
    seat.wait(1)
    assert seat.hologram.painter.scenes == scenes
    assert bright.max() > 200
    assert bright.astype(int).sum() != faint.astype(int).sum()


def test_keys_are_listed_and_put_away(sit) -> None:
    seat = sit(size=(900, 700))
    before = seat.pixels()
    seat.press("H")
    assert psnr_db(seat.pixels(), before) < 30
    seat.press("SLASH", 1)
    assert np.array_equal(seat.pixels(), before)


def test_who_zooms_too_far_is_told(sit, monkeypatch) -> None:
    seat = sit(size=(900, 700))
    said = []
    monkeypatch.setattr(seat.window, "set_caption", said.append)
    seat.scroll(12)
    assert "px a view" in said[-1]
    assert "zoom out" in said[-1]
    seat.press("HOME")
    assert said[-1] == "scan 0 – ParaSAM"


def test_a_sway_looks_around_by_itself(sit) -> None:
    seat = sit()
    seat.press("S")
    cameras = set()
    for _ in range(200):
        seat.wait(0.03)
        cameras.add(seat.seen.camera)
    assert cameras == set(range(LAYOUT.views))
    seat.press("S")
    camera = seat.seen.camera
    seat.wait(1)
    assert seat.seen.camera == camera


def test_the_window_follows_its_source(sit, plain) -> None:
    seat = sit()
    before = seat.pixels()
    seat.shelf.change(frame=1)
    seat.tick()
    assert seat.seen.frame == 1
    assert psnr_db(seat.pixels(), before) < 40
    assert seat.shelf.looks == []
    seat.shelf.change(frame=4, view="cut")
    seat.tick()
    assert (seat.seen.frame, seat.seen.view) == (4, "cut")


def test_a_scan_that_cannot_be_shown_says_why(sit, monkeypatch) -> None:
    seat = sit()
    said = []
    monkeypatch.setattr(seat.window, "set_caption", said.append)
    seat.shelf.change(shown=None, remark="expected a label, got none")
    seat.tick()
    assert said == ["scan 0 – ParaSAM – expected a label, got none"]
    for name in ("UP", "F", "LEFT", "_2", "HOME", "T", "N"):
        seat.press(name)
    assert seat.hologram.is_open


def test_keys_without_meaning_do_nothing(sit) -> None:
    seat = sit()
    seen = seat.seen
    for name in ("SPACE", "F5", "A", "LALT", "TAB", "_9", "ENTER"):
        seat.press(name)
    seat.window.dispatch_event("on_key_press", 2**31, 0)
    assert seat.seen == seen


def test_without_lenses_there_are_no_panels_pixels(sit, panel) -> None:
    seat = sit(panel=replace(panel, calibration=None, source="preset"))
    seat.press("L")
    assert seat.seen.fills == ONE_VIEW


def test_another_size_is_drawn_anew(sit, plain, monkeypatch) -> None:
    seat = sit()
    monkeypatch.setattr(seat.window, "get_framebuffer_size", lambda: (100, 150))
    seat.window.dispatch_event("on_resize", 100, 150)
    seat.tick()
    small = seat.pixels()
    assert small.shape == (150, 100, 3)
    assert small[40:110].max() > 100


@pytest.mark.parametrize("way", ["ESCAPE", "Q", "on_close"])
def test_it_is_left_cleanly(sit, way) -> None:
    seat = sit()
    if way == "on_close":
        seat.window.dispatch_event("on_close")
    else:
        from pyglet.window import key

        seat.window.dispatch_event("on_key_press", getattr(key, way), 0)
    assert not seat.hologram.is_open
    assert seat.window.context is None
    seat.hologram.tick()
    seat.hologram.close()
