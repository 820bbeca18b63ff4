"""Quilts of 48 views, 50,000 triangles, 3360², against moderngl with the same shaders."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import numpy as np
import trimesh

from parasam_core.gltf import TUMOUR_RGBA
from parasam_core.mesh import Mesh
from tests.bench.rows import Row
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.drawables import KEEP_ALL
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.programs import MOST_VIEWS
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import Stage, framed, stage_of, turned
from viewers.looking_glass.target import BACKGROUND, TILE_EDGES

MERIDIANS = 113
"""And circles of latitude, of a sphere with 51,072 triangles."""

PEER = "moderngl, same shaders"
FRAMEBUFFER_SRGB, SRGB8_ALPHA8 = 0x8DB9, 0x8C43
CLIP_DISTANCES = range(0x3000, 0x3000 + TILE_EDGES)


def quilting() -> Iterator[Row]:
    """CPU-seconds, not seconds: without a GPU all cores draw. Each with the reading back."""
    device = PRESETS["portrait"]
    stage = stage_of(_body())
    rig = framed(stage.points, device.layout, device.view_cone_deg, turned())
    with Renderer() as renderer:
        renderer.show(stage)
        drawn_by = renderer.device
        for samples in (0, 4):
            ours, loop, peer = _median_cpu_seconds(
                lambda n=samples: renderer.quilt(rig, device.layout, samples=n),
                lambda n=samples: renderer.quilt(rig, device.layout, samples=n, one_pass=False),
                ModernGl(stage, rig, device.layout, samples).quilt,
            )
            note = f"{len(stage.faces)} triangles, {samples} samples a pixel, {drawn_by}"
            yield Row("48 views in one pass, CPU-seconds", ours, PEER, peer, note)
            yield Row("48 views in one pass, CPU-seconds", ours, "view by view", loop, note)


def _body() -> Mesh:
    ball = trimesh.creation.uv_sphere(count=[MERIDIANS, MERIDIANS])
    points = (ball.vertices * (5, 3, 4)).astype(np.float32)
    return Mesh(points, ball.faces.astype(np.int32), np.asarray(ball.vertices, np.float32))


def _median_cpu_seconds(*works: Callable[[], object], runs: int = 5) -> list[float]:
    """Of each, in turns, so that what else the machine does meets all alike."""
    for work in works:
        work()
    taken = [[_cpu_seconds(work) for work in works] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


class ModernGl:
    """The same pass as people write it with moderngl."""

    def __init__(self, stage: Stage, rig: Rig, layout: Layout, samples: int) -> None:
        sys.path.append(".peers")
        import moderngl

        self._context = moderngl.create_context(standalone=True, backend="egl", require=330)
        self._layout = layout
        folder = resources.files("viewers.looking_glass") / "shaders"
        self._program = self._context.program(
            (folder / "views.vert").read_text("utf-8"), (folder / "solid.frag").read_text("utf-8")
        )
        self._array = self._vertices(stage)
        self._views = self._context.buffer(_views_block(rig))
        self._program["stage_from_scene"] = tuple(rig.stage_from_scene.T.ravel())
        self._program["columns"] = self._program["views_a_row"] = layout.columns
        self._program["kept"] = KEEP_ALL
        self._program["tile_size"] = (1 / layout.columns, 1 / layout.rows)
        self._program["albedo"] = TUMOUR_RGBA[:3]
        self._drawn, self._read = self._target(samples), self._target(0)

    def quilt(self) -> np.ndarray:
        """(y, x, 3) uint8, top row first."""
        context, layout = self._context, self._layout
        with context:
            self._drawn.use()
            context.enable(context.DEPTH_TEST | context.CULL_FACE)
            for switch in (FRAMEBUFFER_SRGB, *CLIP_DISTANCES):
                context.enable_direct(switch)
            self._drawn.clear(*BACKGROUND)
            self._views.bind_to_uniform_block(0)
            self._array.render(instances=layout.views)
            context.copy_framebuffer(self._read, self._drawn)
            raw = self._read.read(components=3, alignment=1)
        return np.frombuffer(raw, np.uint8).reshape(layout.height, layout.width, 3)[::-1].copy()

    def _vertices(self, stage: Stage) -> Any:
        corners = np.column_stack([stage.positions, stage.normals]).astype(np.float32)
        return self._context.vertex_array(
            self._program,
            [(self._context.buffer(corners.tobytes()), "3f 3f", "position", "normal")],
            index_buffer=self._context.buffer(stage.faces.astype(np.uint32).tobytes()),
        )

    def _target(self, samples: int) -> Any:
        size = (self._layout.width, self._layout.height)
        colour = self._context.texture(size, 4, samples=samples, internal_format=SRGB8_ALPHA8)
        return self._context.framebuffer(
            colour, self._context.depth_renderbuffer(size, samples=samples)
        )


def _views_block(rig: Rig) -> bytes:
    matrices = np.zeros((MOST_VIEWS, 4, 4), np.float32)
    matrices[: rig.views] = np.swapaxes(rig.clip_from_stage, 1, 2)
    eyes = np.zeros((MOST_VIEWS, 4), np.float32)
    eyes[: rig.views, :3] = rig.eyes
    return matrices.tobytes() + eyes.tobytes()
