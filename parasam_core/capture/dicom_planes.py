"""Where the planes of DICOM frames lie: their order, step and origin.

A plane is stated for a file of one frame, or for every frame in the functional groups of a
multi-frame one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import CaptureError
from parasam_core.space import Triple

if TYPE_CHECKING:
    from pydicom import Dataset  # pydicom takes a fifth of a second to import

UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
NEAR = 1e-3
UNEVEN = 0.01
PLACES = (("PlanePositionSequence", "ImagePositionPatient"),
          ("PlanePositionVolumeSequence", "ImagePositionVolume"))  # fmt: skip
TURNS = (("PlaneOrientationSequence", "ImageOrientationPatient"),
         ("PlaneOrientationVolumeSequence", "ImageOrientationVolume"))  # fmt: skip


@dataclass(frozen=True)
class Plane:
    """Centre of the first pixel (3,), and the directions of a row and a column (2, 3), LPS mm."""

    place: NDArray[np.float64]
    along: NDArray[np.float64]


@dataclass(frozen=True)
class Stack:
    """Frames in the order of their planes.

    Attributes:
        order: which frame comes first, second …
        step_mm: distance of neighbouring planes; None of a single one.
        origin_mm: (z, y, x) of the first pixel of the first plane, mm; None of turned ones.
    """

    order: tuple[int, ...]
    step_mm: float | None
    origin_mm: Triple | None


def plane_of(header: Dataset) -> Plane | None:
    """The plane of a file of one frame; None where it states none that can be."""
    return _plane(header.get("ImagePositionPatient"), header.get("ImageOrientationPatient"))


def planes_of_frames(header: Dataset) -> list[Plane | None]:
    """The planes of a multi-frame file; none where it states none."""
    shared = _item(header, "SharedFunctionalGroupsSequence")
    groups = header.get("PerFrameFunctionalGroupsSequence") or []
    return [_plane(_stated(g, shared, PLACES), _stated(g, shared, TURNS)) for g in groups]


def measures_of_frames(header: Dataset) -> Dataset:
    """The pixel measures of the frames of a multi-frame file; empty where it has none."""
    shared = _item(header, "SharedFunctionalGroupsSequence")
    first = _item(header, "PerFrameFunctionalGroupsSequence")
    return _item(shared, "PixelMeasuresSequence") or _item(first, "PixelMeasuresSequence")


def stacked(planes: list[Plane | None], name: str) -> Stack | None:
    """Planes in their order along their normal; None where not all are stated, or they are turned
    against each other.

    Raises:
        CaptureError: their distances differ.
    """
    known = [p for p in planes if p is not None]
    if not known or len(known) != len(planes):
        return None
    along = known[0].along
    if any(np.abs(p.along - along).max() > NEAR for p in known):
        return None
    normal = np.cross(*along)
    places = np.array([p.place for p in known])
    order = np.argsort(places @ normal, kind="stable")
    step = _even_step(places[order], normal, name)
    z, y, x = places[order[0]][::-1].tolist()
    upright = np.abs(along - UPRIGHT).max() <= NEAR
    return Stack(tuple(order.tolist()), step, (z, y, x) if upright else None)


def _even_step(places: NDArray[np.float64], normal: NDArray[np.float64], name: str) -> float | None:
    """The distance of neighbouring planes, which are evenly spaced."""
    if len(places) < 2:
        return None
    depths = places @ normal
    sideways = np.ptp(places - depths[:, None] * normal, axis=0).max()
    gaps, step = np.diff(depths), float(depths[-1] - depths[0]) / (len(places) - 1)
    if step <= 0 or np.abs(gaps - step).max() > UNEVEN * step or sideways > UNEVEN * step:
        raise CaptureError(
            f"expected planes at one distance in {name}, got {gaps.min():g} to {gaps.max():g} "
            "mm; a frame is missing or there twice"
        )
    return step


def _plane(place: Any, turned: Any) -> Plane | None:
    where, along = _finite(place, 3), _finite(turned, 6)
    if where is None or along is None:
        return None
    along = along.reshape(2, 3)
    square = np.abs(along @ along.T - np.eye(2)).max() <= NEAR
    return Plane(where, along) if square else None


def _finite(values: Any, count: int) -> NDArray[np.float64] | None:
    found = np.array([float(v) for v in values or []])
    return found if found.shape == (count,) and np.isfinite(found).all() else None


def _stated(own: Dataset, shared: Dataset, names: tuple[tuple[str, str], ...]) -> Any:
    for sequence, value in names:
        for group in (own, shared):
            if item := _item(group, sequence):
                return item.get(value)
    return None


def _item(dataset: Dataset, name: str) -> Dataset:
    """The first item of a sequence; an empty one where there is none."""
    from pydicom import Dataset

    items = dataset.get(name) or []
    return items[0] if len(items) else Dataset()
