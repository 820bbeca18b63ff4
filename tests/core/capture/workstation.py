"""Full-screen captures of imaginary reading software: a second generator, kin to no other here.

Window, study tree, tables, tool buttons, panel, rulers, traces, callipers, and on the panel what
somebody drew with the software's pen. Everything follows from the seed; the truth is known.

Knows nothing about ParaSAM. Pictures are (y, x, 3) RGB uint8; pixel centres are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from tests.core.capture.freehand import (
    SHAPES,
    Line,
    cover,
    dashed,
    enclosed,
    line,
    with_gaps,
)
from tests.core.capture.window import (
    THEMES,
    Pencil,
    around_panel,
    calliper,
    in_panel,
    side_panes,
    traces,
    window,
)

SCREENS = [(800, 600), (1024, 768), (1280, 800), (1366, 768), (1680, 1050), (1920, 1080)]
PENS = {  # RGB
    "cyan": (0, 255, 255), "sky": (80, 170, 255), "blue": (0, 60, 255), "green": (0, 255, 0),
    "lime": (150, 255, 40), "yellow": (255, 255, 0), "amber": (255, 190, 0), "red": (255, 0, 0),
    "magenta": (255, 0, 255), "violet": (150, 60, 255), "dark red": (140, 20, 20),
    "dark green": (20, 110, 30), "dusty blue": (90, 120, 170), "rose": (220, 130, 150),
}  # fmt: skip
MAPS = {"grey": (1, 1, 1), "sepia": (1.0, 0.86, 0.66), "blue map": (0.75, 0.88, 1.0)}
KINDS = {
    "plain": 30, "gap": 6, "dashed": 3, "open": 3, "two": 3, "nested": 2, "tiny": 4, "huge": 3,
    "leaves": 3, "touches": 2, "filled": 3, "blank": 3, "marks only": 3, "other roi": 4,
    "ellipse tool": 2, "zoom box": 2,
}  # fmt: skip


@dataclass
class Frame:
    """One capture and what is true of it.

    Attributes:
        capture: (y, x, 3) RGB.
        original: (y, x) uint8.
        truth: (y, x) bool on the original's grid; None where nobody outlined anything.
        on_screen: (y, x) bool on the whole capture.
        expect: "read", "flag" (a person must look) or "none".
    """

    capture: np.ndarray
    original: np.ndarray
    truth: np.ndarray | None
    on_screen: np.ndarray | None
    expect: str


@dataclass
class Study:
    """The captures of one tumour."""

    frames: list[Frame]
    panel: tuple[int, int, int, int]
    says: dict = field(default_factory=dict)


def chosen(rng, weights):
    names = list(weights)
    p = np.array([weights[n] for n in names], float)
    return str(rng.choice(names, p=p / p.sum()))


def tissue(rng, count, high, wide):
    """(z, y, x) uint8: speckle below gel with layers, a dark lump, and a shadow at times."""
    noise = rng.standard_normal((2, count + 6, high, wide)).astype(np.float32)
    grain = (rng.uniform(0.5, 1.0), rng.uniform(0.6, 1.3), rng.uniform(0.9, 2.6))
    field_ = np.hypot(*[gaussian_filter(n, grain) for n in noise])[3 : count + 3]
    field_ /= field_.mean()
    y, x = np.mgrid[0:high, 0:wide] / np.array([high, wide])[:, None, None]
    skin = rng.uniform(0.02, 0.3) + 0.03 * np.sin(3 * x + rng.uniform(0, 7))
    db = np.where(y > skin, -rng.uniform(5, 30) * (y - skin), -60)
    db += 12 * np.exp(-(((y - skin) / 0.015) ** 2))
    for _ in range(rng.integers(0, 4)):
        at = skin + rng.uniform(0.1, 0.6) + 0.05 * np.sin(rng.uniform(2, 6) * x + rng.uniform(0, 7))
        db += rng.uniform(-8, 10) * np.exp(-(((y - at) / rng.uniform(0.01, 0.06)) ** 2))
    lump = ((x - 0.5) / 0.24) ** 2 + ((y - 0.52) / 0.24) ** 2
    db -= rng.uniform(3, 16) / (1 + np.exp(12 * (lump - 1)))
    if rng.random() < 0.3:
        db -= 20 * ((np.abs(x - rng.uniform(0.1, 0.9)) < 0.05) & (y > skin + 0.2))
    span, gain = rng.uniform(45, 65), rng.uniform(-6, 8)
    levels = (20 * np.log10(field_ + 1e-3) + db + gain) / span + 0.72
    return (np.clip(levels, 0, 1) * 255).astype(np.uint8)


def blended(screen, alpha, rgb):
    a = alpha[..., None]
    screen[:] = (screen * (1 - a) + np.array(rgb) * a).round().astype(np.uint8)


def decided(seed, known):
    """What the seed says of a study; `known` fixes what it would say."""
    rng = np.random.default_rng([seed, 77])
    says = dict(known)

    def say(name, value):
        says.setdefault(name, value)
        return says[name]

    kind = say("kind", chosen(rng, KINDS))
    say("screen", SCREENS[rng.integers(len(SCREENS))])
    say("theme", str(rng.choice(list(THEMES))))
    say("map", chosen(rng, {"grey": 8, "sepia": 1, "blue map": 1}))
    say("pen", str(rng.choice(list(PENS))))
    say("px", float(rng.choice([1, 1, 1.5, 2, 2, 2, 3, 4, 6])))
    say("smooth", bool(rng.random() < 0.6))
    say("alpha", float(rng.choice([1, 1, 1, 1, 0.8, 0.6, 0.45])))
    say("shape", chosen(rng, SHAPES))
    say("handles", str(rng.choice(["", "", "", "squares", "crosses"])))
    say("label", bool(rng.random() < 0.2))
    say("cursor", bool(rng.random() < 0.15))
    say("aspect", float(rng.choice([1, 1, 1, 0.5, 0.75, 1.4, 2.0])))
    say("how", str(rng.choice(["nearest", "linear", "cubic"])))
    say("share", float(rng.uniform(0.4, 0.72)))
    say("zoom", float(rng.uniform(0.7, 2.4)))
    say("frame px", int(rng.choice([0, 0, 1, 2, 3])))
    say("frame pad", int(rng.choice([0, 0, 1, 4])))
    frame = [(90, 90, 90), (200, 200, 200), (0, 120, 215), (255, 140, 0), (0, 220, 220)]
    say("frame rgb", frame[rng.integers(len(frame))])
    say("rulers", [s for s in ("left", "right", "bottom") if rng.random() < 0.5])
    say("tick rgb", [(180, 180, 180), (255, 255, 0), (60, 160, 255)][rng.integers(3)])
    say("ticks", int(rng.integers(15, 50)))
    say("focus", str(rng.choice(["", "inside", "outside"])))
    say("traces", [t for t in ("ecg", "resp") if rng.random() < 0.3])
    say("traces over", bool(rng.random() < 0.5))
    say("marks", [m for m in ("logo", "dot", "text", "calliper") if rng.random() < 0.35])
    say("marks in pen", bool(rng.random() < 0.4))
    say("mark rgb", [(255, 255, 0), (0, 255, 0), (255, 255, 255)][rng.integers(3)])
    say("dpi", float(rng.choice([1, 1, 1, 1, 1, 0.75, 1.25, 1.5])))
    say("file", str(rng.choice(["png", "png", "jpg", "jpg", "palette", "rgba"])))
    say("quality", int(rng.integers(60, 96)))
    say("radius", {"tiny": 0.0, "huge": 0.42}.get(kind, float(rng.uniform(0.12, 0.28))))
    return says


def placed(rng, says):
    """Size of the originals, and the panel's box."""
    width, height = says["screen"]
    em = height / 60
    tall = int(says["share"] * height)
    wide = int(tall * rng.uniform(0.9, 1.5) * np.sqrt(says["aspect"]))
    wide = min(wide, int(0.75 * width))
    x0 = int(rng.uniform(3 * em, max(3 * em + 1, width - wide - 6 * em)))
    y0 = int(rng.uniform(6 * em, max(6 * em + 1, height - tall - 7 * em)))
    scale_y = says["zoom"]
    scale_x = scale_y * says["aspect"]
    high = int(np.clip(tall / scale_y, 120, 700))
    across = int(np.clip(wide / scale_x, 120, 900))
    return (high, across), (x0, y0, x0 + wide, y0 + tall)


def study(seed, frames=3, **known) -> Study:
    """The captures of one tumour; `known` fixes what the seed would decide."""
    says = decided(seed, known)
    rng = np.random.default_rng([seed, 5])
    (high, wide), panel = placed(rng, says)
    originals = tissue(rng, frames, high, wide)
    base = window(rng, *says["screen"], says["theme"])
    bar = side_panes(base, rng, says["theme"], panel)
    made = Study([], panel, says)
    x0, y0, x1, y1 = panel
    least = min(x1 - x0, y1 - y0)
    centre = np.array(
        [x0 + (x1 - x0) * rng.uniform(0.42, 0.58), y0 + (y1 - y0) * rng.uniform(0.45, 0.58)]
    )
    style = int(rng.integers(1 << 30))
    for z in range(frames):
        screen = base.copy()
        if bar:
            done = bar[0] + (bar[2] - bar[0]) * (z + 1) / frames
            cv2.rectangle(
                screen,
                (int(bar[0]), int(bar[1])),
                (int(done), int(bar[3])),
                THEMES[says["theme"]][3],
                -1,
            )
        shown(screen, originals[z], panel, says)
        same = np.random.default_rng(style)
        around_panel(screen, same, panel, z, frames, says)
        in_panel(screen, same, panel, PENS[says["pen"]], says)
        traces(screen, panel, z, says)
        drawn, expect = outlined(screen, rng, panel, centre + rng.normal(0, 2, 2), least, says, z)
        made.frames.append(finished(screen, originals[z], drawn, expect, panel, says))
    made.panel = tuple(round(v * says["dpi"]) for v in panel)
    return made


def shown(screen, original, panel, says):
    x0, y0, x1, y1 = panel
    how = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
    size = (x1 - x0, y1 - y0)
    way = how[says["how"]] if size[0] > original.shape[1] else cv2.INTER_AREA
    image = cv2.resize(original, size, interpolation=way)
    screen[y0:y1, x0:x1] = (image[..., None] * np.array(MAPS[says["map"]])).round()


def outlined(screen, rng, panel, centre, least, says, z):  # noqa: C901
    """Draw what the kind of study asks for; the true line, None without, and what to expect."""
    kind, rgb = says["kind"], PENS[says["pen"]]
    if kind == "blank" and z % 2:
        return None, "none"
    if kind == "marks only" and z % 2:
        em = screen.shape[0] / 60
        x0, y0, x1, y1 = panel
        spread = np.array([x1 - x0, y1 - y0])
        for _ in range(2):
            a, b = (np.array([x0, y0]) + spread * rng.uniform(0.15, 0.85, 2) for _ in range(2))
            calliper(screen, a, b, rgb, em)
            Pencil(screen, rng).text(f"{rng.uniform(1, 9):.2f} mm", *(b + 6), rgb, 0.8)
        return None, "none"
    if kind == "ellipse tool" and z % 2:
        axes = (int(0.22 * least), int(0.13 * least))
        cv2.ellipse(screen, tuple(int(v) for v in centre), axes, 25, 0, 360, rgb, 1, cv2.LINE_AA)
        return None, "flag"
    if kind == "zoom box" and z % 2:
        x, y = centre.astype(int)
        cv2.rectangle(
            screen,
            (int(x - 0.2 * least), int(y - 0.15 * least)),
            (int(x + 0.22 * least), int(y + 0.2 * least)),
            rgb,
            max(1, round(says["px"])),
        )
        return None, "flag"
    if kind == "other roi":
        x0, y0, x1, y1 = panel
        other = (255, 255, 0) if says["pen"] not in ("yellow", "amber", "lime") else (0, 200, 255)
        a = (int(x0 + 0.12 * (x1 - x0)), int(y0 + 0.1 * (y1 - y0)))
        b = (int(x1 - 0.12 * (x1 - x0)), int(y1 - 0.1 * (y1 - y0)))
        if says["theme"] in ("dark", "black"):
            cv2.rectangle(screen, a, b, other, 1)
        else:
            cv2.ellipse(
                screen,
                ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2),
                ((b[0] - a[0]) // 2, (b[1] - a[1]) // 2),
                0,
                0,
                360,
                other,
                1,
                cv2.LINE_AA,
            )
    radius = least * says["radius"] * rng.uniform(0.85, 1.15)
    shape = says["shape"]
    if kind == "tiny":
        radius, shape = rng.uniform(4.5, 10), str(rng.choice(["lobed", "ellipse"]))
        says["px"] = min(says["px"], 2.0)
    if kind == "huge":
        shape = "lobed" if shape in ("horseshoe", "spiky", "dumbbell") else shape
    drawn = line(rng, shape, centre, radius)
    expect = "read"
    if kind == "huge":
        drawn = filling(drawn, panel)
    if kind in ("leaves", "touches"):
        drawn = at_border(rng, drawn, panel, kind)
        expect = "flag ok" if kind == "leaves" else "read"
    if kind == "two":
        other = line(
            rng, "lobed", centre + np.array([1.5 * radius + 20, 0.6 * radius]), 0.45 * radius
        )
        other = other.moved(
            1, np.array([max(0, drawn.around[0][:, 0].max() - other.around[0][:, 0].min() + 8), 0])
        )
        drawn = Line(drawn.paths + other.paths, drawn.around + other.around, drawn.says)
        expect = "flag"
    if kind == "nested":
        inner = (drawn.around[0] - centre) * 0.5 + centre
        drawn = Line([*drawn.paths, inner], drawn.around, drawn.says)
        expect = "flag"
    paths = drawn.paths
    if kind == "gap":
        paths = [
            p
            for path in paths
            for p in with_gaps(path, rng.uniform(2, 0.16 * radius + 3, rng.integers(1, 3)), rng)
        ]
        expect = "flag ok"
    if kind == "open":
        paths = [p for path in paths for p in with_gaps(path, [2.2 * radius], rng)]
        expect = "flag"
    if kind == "dashed":
        on = rng.uniform(4, 9) + says["px"]
        paths = [p for path in paths for p in dashed(path, on, rng.uniform(2, 5) + says["px"])]
        expect = "flag ok"
    clip = np.zeros(screen.shape[:2], np.float32)
    x0, y0, x1, y1 = panel
    clip[y0:y1, x0:x1] = 1
    if kind == "filled":
        blended(screen, 0.25 * clip * enclosed(drawn, screen.shape[:2]), rgb)
    blended(
        screen,
        says["alpha"] * clip * cover(paths, screen.shape[:2], says["px"], says["smooth"]),
        rgb,
    )
    beside(screen, rng, drawn, rgb, says)
    return drawn, expect


def filling(drawn, panel):
    """The line stretched to 80 % of the panel."""
    x0, y0, x1, y1 = panel
    every = drawn.around[0]
    low, size = every.min(0), np.ptp(every, axis=0)
    target = 0.84 * np.array([x1 - x0, y1 - y0])
    scale = target / size
    middle = np.array([x0 + x1, y0 + y1]) / 2
    return drawn.moved(scale, middle - target / 2 - low * scale)


def at_border(rng, drawn, panel, kind):
    """The line moved against a side, or beyond it."""
    x0, y0, x1, y1 = panel
    every = drawn.around[0]
    size = np.ptp(every, axis=0)
    low, high = every.min(0), every.max(0)
    side = int(rng.integers(4))
    beyond = 0.25 if kind == "leaves" else -3.0 / max(size)
    shift = [
        (x0 - beyond * size[0] - low[0], 0), (x1 + beyond * size[0] - high[0], 0),
        (0, y0 - beyond * size[1] - low[1]), (0, y1 + beyond * size[1] - high[1]),
    ][side]  # fmt: skip
    return drawn.moved(1, np.array(shift))


def beside(screen, rng, drawn, rgb, says):
    """Handles along the line, a measurement beside it, a cursor over it."""
    pen = Pencil(screen, rng)
    ring = drawn.around[0]
    size = max(2, round(pen.em * 0.25))
    if says["kind"] != "tiny":
        for x, y in ring[:: max(1, len(ring) // int(rng.integers(6, 20)))][:-1].astype(int):
            if says["handles"] == "squares":
                pen.box(x - size, y - size, x + size, y + size, rgb, 1 if size > 2 else -1)
            elif says["handles"] == "crosses":
                cv2.drawMarker(screen, (int(x), int(y)), rgb, cv2.MARKER_CROSS, 2 * size + 1, 1)
    if says["label"]:
        x, y = ring[np.argmax(ring[:, 0])]
        pen.text("Area 8.1 mm2", x + rng.uniform(-1, 1.5) * pen.em, y + 0.4 * pen.em, rgb, 0.9)
    if says["cursor"]:
        x, y = ring[int(rng.integers(len(ring)))]
        s = pen.em
        tip = (
            np.array(
                [(0, 0), (0, 1.5), (0.4, 1.15), (0.7, 1.7), (0.9, 1.6), (0.62, 1.05), (1.1, 1.05)]
            )
            * s
        )
        cv2.fillPoly(screen, [(tip + np.array([x, y])).astype(np.int32)], (255, 255, 255))
        cv2.polylines(screen, [(tip + np.array([x, y])).astype(np.int32)], True, (0, 0, 0), 1)


def finished(screen, original, drawn, expect, panel, says):
    """The capture after the screen's scaling, and the truth on both grids."""
    x0, y0, x1, y1 = panel
    dpi = says["dpi"]
    height, width = screen.shape[:2]
    size = (round(width * dpi), round(height * dpi))
    if dpi != 1:
        how = cv2.INTER_AREA if dpi < 1 else cv2.INTER_LINEAR
        screen = cv2.resize(screen, size, interpolation=how)
    if drawn is None or (expect == "flag" and says["kind"] in ("ellipse tool", "zoom box")):
        return Frame(screen, original, None, None, expect)
    grid = np.array([original.shape[1] / (x1 - x0), original.shape[0] / (y1 - y0)])
    truth = enclosed(
        drawn.moved(grid, (np.array([0.5, 0.5]) - (x0, y0)) * grid - 0.5), original.shape
    )
    factor = np.array([size[0] / width, size[1] / height])
    on_screen = enclosed(drawn.moved(factor, 0.5 * factor - 0.5), screen.shape[:2])
    bx0, by0, bx1, by1 = (round(v * f) for v, f in zip(panel, (*factor, *factor), strict=True))
    on_screen[:by0] = on_screen[by1:] = False
    on_screen[:, :bx0] = on_screen[:, bx1:] = False
    if says["kind"] == "open":
        return Frame(screen, original, truth, on_screen, "flag")
    return Frame(screen, original, truth, on_screen, expect)


def saved(picture, path: Path, says):
    """As PNG of any kind or JPEG with halved chroma."""
    image = Image.fromarray(picture)
    if says["file"] == "jpg":
        image.save(path.with_suffix(".jpg"), quality=says["quality"], subsampling=2)
    elif says["file"] == "palette":
        image.quantize(256).save(path.with_suffix(".png"))
    else:
        image.convert("RGBA" if says["file"] == "rgba" else "RGB").save(path.with_suffix(".png"))


def write(made: Study, folder: Path, *, originals: bool) -> Path:
    """annotations/<n>.png|jpg, beside originals/<tumour>_d0_C1_<n>.tif where wanted."""
    (folder / "annotations").mkdir(parents=True)
    for n, frame in enumerate(made.frames, 1):
        saved(frame.capture, folder / "annotations" / str(n), made.says)
    if originals:
        (folder / "originals").mkdir()
        for n, frame in enumerate(made.frames, 1):
            Image.fromarray(frame.original).save(folder / "originals" / f"KPC3933_d0_C1_{n}.tif")
    return folder
