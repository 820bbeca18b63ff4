"""A mask of 200 × 256 × 256 to surfaces, against VTK's flying edges on the same crop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

from parasam_core.mesh import Mesh
from parasam_core.phantom import phantom
from parasam_core.solid import blocks, fill, levels_of_detail, surface
from parasam_core.solid.blur import cropped
from parasam_core.solid.isosurface import isosurface
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.bench.rows import Row, median_seconds

SPACE = Space((200, 256, 256), (0.076, 0.04718, 0.04718))
EDGES, READ = "VTK's flying edges, same crop", "numpy reads the mask"


def surfacing() -> Iterator[Row]:
    """The surface alone, smoothed, with its levels, and again after a frame was drawn anew."""
    volume = Volume(_ellipsoid(), SPACE)
    block, _ = cropped(volume, 0.0)
    edges_s = median_seconds(_flying_edges(block), 9)
    read_s = median_seconds(lambda: volume.occupancy.copy().sum(), 9)
    mesh = surface(volume)
    triangles = f"{len(mesh.faces)} triangles"
    yield Row("surface alone", median_seconds(lambda: isosurface(block, 0.5), 9), EDGES, edges_s)
    yield Row("mask to bare mesh", median_seconds(lambda: surface(volume, smoothing=0)), EDGES,
              edges_s)  # fmt: skip
    yield Row("mask to blocks", median_seconds(lambda: blocks(volume)), EDGES, edges_s)
    smooth_s = median_seconds(lambda: surface(volume))
    yield Row("mask to smooth mesh", smooth_s, EDGES, edges_s, triangles)
    levels_s = median_seconds(lambda: levels_of_detail(mesh), 3)
    yield Row("levels of detail", levels_s, EDGES, edges_s)
    whole_s = median_seconds(lambda: levels_of_detail(surface(volume)), 3)
    yield Row("mask to smooth mesh with levels", whole_s, EDGES, edges_s)
    yield Row("mask to smooth mesh with levels", whole_s, READ, read_s)
    changed_s = median_seconds(_change_a_frame(volume))
    yield Row("one changed frame to new mesh", changed_s, EDGES, edges_s, "all made anew")
    yield Row("one changed frame to new mesh", changed_s, READ, read_s)


def filling() -> Iterator[Row]:
    """A phantom's outlines to voxels, against reading them."""
    truth = phantom(40, seed=1).truth
    yield Row("phantom's mask to volume", median_seconds(lambda: fill(truth).volume_mm3), READ,
              median_seconds(lambda: truth.masks.copy().sum()))  # fmt: skip


def _ellipsoid() -> np.ndarray:
    z, y, x = (np.linspace(-1, 1, n) for n in SPACE.shape)
    inside = (z / 0.8) ** 2
    return inside[:, None, None] + (y[:, None] / 0.6) ** 2 + (x / 0.7) ** 2 < 1


def _change_a_frame(volume: Volume) -> Callable[[], Mesh]:
    """Each call takes a bite out of another frame, and puts back the one before."""
    masks, frame = volume.occupancy.copy(), 99

    def changed() -> Mesh:
        nonlocal frame
        masks[frame] = volume.occupancy[frame]
        frame += 1
        masks[frame, :128] = False
        return surface(Volume(masks, SPACE))

    return changed


def _flying_edges(block: np.ndarray) -> Callable[[], object]:
    """Points and triangles as we make them: no normals, gradients or scalars."""
    image = vtkImageData()
    image.SetDimensions(block.shape[::-1])
    image.SetSpacing(SPACE.spacing_mm[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(block.ravel()))

    def draw() -> object:
        edges = vtkFlyingEdges3D()
        edges.SetInputData(image)
        edges.SetValue(0, 0.5)
        edges.ComputeNormalsOff()
        edges.ComputeScalarsOff()
        edges.Update()
        return edges.GetOutput()

    return draw
