"""Bodies whose volume a formula gives, turned and placed at random on the original's voxels."""

from __future__ import annotations

import math

import numpy as np

from tests.core.bodies import SPACING


def turned(rng):
    """(3, 3) some rotation or reflection."""
    return np.linalg.qr(rng.normal(size=(3, 3)))[0]


def grid(reach_mm, rng):
    """z, y, x in mm around the middle, which lies anywhere within a voxel."""
    counts = [int(2 * r / s) + 9 for r, s in zip(reach_mm, SPACING, strict=True)]
    shifts = rng.uniform(-0.5, 0.5, 3)
    axes = [
        (np.arange(n) - (n - 1) / 2 + d) * s
        for n, s, d in zip(counts, SPACING, shifts, strict=True)
    ]
    return np.meshgrid(*axes, indexing="ij", sparse=True)


def ellipsoid(volume_mm3, rng):
    """4/3 π a b c, half axes up to twice as long as others."""
    axes = rng.uniform(0.7, 1.4, 3)
    axes *= np.cbrt(volume_mm3 * 3 / 4 / np.pi / axes.prod())
    turn = turned(rng)
    form = turn @ np.diag(axes**-2) @ turn.T
    z, y, x = grid(np.sqrt(np.diag(turn @ np.diag(axes**2) @ turn.T)), rng)
    squares = form[0, 0] * z**2 + form[1, 1] * y**2 + form[2, 2] * x**2
    return squares + 2 * (form[0, 1] * z * y + form[0, 2] * z * x + form[1, 2] * y * x) < 1


def lobed(volume_mm3, rng):
    """Two balls of radii 1 and 0.8, centres 1.1 apart, less what they share (two caps)."""
    near = [(b - a + 1.1) * (b + a - 1.1) / 2.2 for a, b in ((1, 0.8), (0.8, 1))]
    caps = [math.pi * h**2 * (3 * r - h) / 3 for r, h in zip((1, 0.8), near, strict=True)]
    whole = 4 / 3 * math.pi * (1 + 0.8**3) - sum(caps)
    return balls(np.cbrt(volume_mm3 / whole), 0.8, 1.1, rng)


def two(volume_mm3, rng):
    """Two balls apart, one three times the other."""
    return balls(np.cbrt(volume_mm3 * 0.75 * 3 / 4 / np.pi), 1 / np.cbrt(3), 2.3, rng)


def torus(volume_mm3, rng):
    """2 π² R r², R = 2.5 r."""
    thin = np.cbrt(volume_mm3 / (2 * np.pi**2 * 2.5))
    z, y, x = grid([3.5 * thin] * 3, rng)
    across, up, along = (row[0] * z + row[1] * y + row[2] * x for row in turned(rng))
    return (np.hypot(across, up) - 2.5 * thin) ** 2 + along**2 < thin**2


def balls(radius, other, apart, rng):
    """Two balls, the second's radius and their distance as shares of the first's."""
    z, y, x = grid([radius * (1 + apart / 2)] * 3, rng)
    half = turned(rng)[0] * apart / 2 * radius
    one, another = (
        (z - s * half[0]) ** 2 + (y - s * half[1]) ** 2 + (x - s * half[2]) ** 2 for s in (-1, 1)
    )
    return (one < radius**2) | (another < (other * radius) ** 2)


BODIES = {"ellipsoid": ellipsoid, "lobed": lobed, "torus": torus, "two": two}
