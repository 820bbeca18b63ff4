"""What marching cubes draws in each of the 256 cells: made by rule, not written down.

A cell's corners are numbered by their bits x + 2 y + 4 z. An edge runs along an axis from the lower
of its corners, so that (corner, axis) names it. On each face of the cell, lines part the corners
inside from those outside; where corners inside lie across from each other they are kept apart. The
rule looks at the face alone, so the two cells that share it draw the same lines, and the surface
has no holes. The lines join to loops, and the loops are cut into triangles.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Edge = tuple[int, int]
Loop = list[Edge]

MOST_TRIANGLES = 5
"""In a cell."""


def triangles(code: int) -> list[Loop]:
    """The triangles of a cell whose corners with a bit in `code` are inside.

    Seen from outside the body they run counter-clockwise in (x, y, z).
    """
    return [triangle for loop in _loops(code) for triangle in _cut(loop)]


def _loops(code: int) -> Iterator[Loop]:
    """Closed loops of edges that the surface cuts."""
    following = dict(line for face in _faces() for line in _lines(code, face))
    while following:
        loop = [next(iter(following))]
        while (edge := following.pop(loop[-1])) != loop[0]:
            loop.append(edge)
        yield loop


def _faces() -> Iterator[list[int]]:
    """The corners of each face, clockwise seen from outside the cell."""
    for axis in range(3):
        u, v = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
        yield [0, u, u | v, v]
        yield [corner | 1 << axis for corner in (0, v, u | v, u)]


def _lines(code: int, face: list[int]) -> Iterator[tuple[Edge, Edge]]:
    """A line around each run of corners inside, from where it ends to where it begins."""
    inside = [bool(code >> corner & 1) for corner in face]
    for start in range(4):
        if inside[start] and not inside[start - 1]:
            end = next(i for i in range(start, start + 4) if not inside[(i + 1) % 4])
            yield (
                _edge(face[end % 4], face[(end + 1) % 4]),
                _edge(face[start - 1], face[start]),
            )


def _edge(a: int, b: int) -> Edge:
    return min(a, b), (a ^ b).bit_length() - 1


def _cut(loop: Loop) -> list[Loop]:
    """Triangles of a loop, none of which has a side that lies in a face of the cell.

    Such a side could be drawn by the neighbour, too, and then four triangles would share it.
    """
    if len(loop) == 3:
        return [loop]
    for turn in range(len(loop)):
        turned = loop[turn:] + loop[:turn]
        if not _share_a_face(turned[0], turned[2]):
            rest = _cut([turned[0], *turned[2:]])
            if rest:
                return [turned[:3], *rest]
    return []


def _share_a_face(a: Edge, b: Edge) -> bool:
    corners = [a[0], a[0] | 1 << a[1], b[0], b[0] | 1 << b[1]]
    return any(len({corner >> axis & 1 for corner in corners}) == 1 for axis in range(3))


_ALL = [triangles(code) for code in range(256)]
_EDGES = np.zeros((256, MOST_TRIANGLES, 3, 2), np.int32)
for _code, _drawn in enumerate(_ALL):
    _EDGES[_code, : len(_drawn)] = np.reshape(_drawn, (-1, 3, 2))

COUNT = np.array([len(drawn) for drawn in _ALL], np.int32)
"""(256,) triangles of each case."""

CORNER, AXIS = (np.ascontiguousarray(_EDGES[..., i].reshape(-1, 3)) for i in range(2))
"""(256 × 5, 3) int32 the edges of the triangles: five rows a case, unused ones 0."""

_INSIDE = np.arange(256)[:, None] >> np.arange(8) & 1
CUT = np.stack([_INSIDE[:, 0] != _INSIDE[:, 1 << axis] for axis in range(3)], axis=1)
"""(256, 3) bool, whether the surface cuts the edges from corner 0 along x, y and z."""
