from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import trimesh

from parasam_core.mesh import Mesh
from parasam_core.phantom import phantom
from parasam_core.scanfile import write_scan
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.quilt import Layout


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer() as made:
        yield made


@pytest.fixture(scope="session")
def ellipsoid() -> Mesh:
    """Half-axes 5, 3 and 4 mm along (x, y, z), centre at (20, 10, 30) mm."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    points = ball.vertices * (5, 3, 4) + np.array([20, 10, 30])
    normals = ball.vertices / (5, 3, 4)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    return Mesh(
        points.astype(np.float32),
        ball.faces.astype(np.int32),
        normals.astype(np.float32),
    )


@pytest.fixture(scope="session")
def scan(tmp_path_factory) -> Path:
    """A phantom with the label `truth`."""
    made = phantom(5.0, seed=3)
    folder = tmp_path_factory.mktemp("scans") / "p.zarr"
    write_scan(folder, made.sequence).write_mask("truth", made.truth)
    return folder


@pytest.fixture
def layout() -> Layout:
    """Few squeezed tiles of 140×120 for a display of 3:4, padding 3 and 2 pixels wide."""
    return Layout(columns=4, rows=3, width=563, height=362, aspect=0.75)
