"""Which body each point of a surface belongs to, and how much tissue each body has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree


def bodies(
    block: NDArray[np.float32],
    inside: NDArray[np.bool_],
    points: NDArray[np.float32],
    faces: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Tell bodies apart, so that each can keep its own volume; hollows belong to theirs.

    Args:
        block: (z, y, x) float32 occupancy.
        inside: (z, y, x) bool, what the surface encloses of it.
        points: (n, 3) float32 (z, y, x) of the surface, in voxels, each between a voxel inside and
            one outside.
        faces: (m, 3) int32.

    Returns:
        (n,) number of the body of each point, and (bodies,) occupied voxels. Occupied voxels
        outside the surface count for the nearest body.
    """
    parts, part = _joined(faces[:, :2], len(points))
    if parts == 1:
        return part, np.array([block.sum(dtype=np.float64)])
    labels, found = label(inside)
    ends = (tuple(end(points).astype(np.int32).T) for end in (np.floor, np.ceil))
    one, other = (labels[end] for end in ends)
    lies_on = np.stack([part, parts + np.maximum(one, other) - 1], axis=1)
    # a hollow's surface is a part of its own; and some cells draw one part around two corners
    count, body = _joined(np.unique(lies_on[lies_on[:, 1] >= parts], axis=0), parts + found)
    which = body[part]
    lost = np.argwhere((block > 0) & ~inside)
    _, nearest = cKDTree(points).query(lost)
    held = np.concatenate([body[parts:][labels[inside] - 1], which[nearest]])
    occupied = np.concatenate([block[inside], block[tuple(lost.T)]])
    return which, np.asarray(np.bincount(held, occupied, count), np.float64)


def _joined(pairs: NDArray[np.int32], count: int) -> tuple[int, NDArray[np.int32]]:
    """Into how many groups links join so many things, and (count,) the group of each."""
    links = coo_array((np.ones(len(pairs), np.bool_), tuple(pairs.T)), shape=(count, count))
    groups, group = connected_components(links, directed=False)
    return int(groups), np.asarray(group, np.int32)
