"""Synthetic tumours whose volume is known exactly, as sweeps and as screens of a scanner.

The shape is a stretched, lobed ball: r(d) = R · (1 + Σ aᵢ Yᵢ(d)) along every direction d, with low
real spherical harmonics Yᵢ, then scaled along x, y and z. Its volume is that of the ball,
∫ r³/3 dΩ, times the scales; R is chosen so that it is the volume asked for, to rounding.

The picture is the usual model of B-mode: a field of scatterers seen through the transducer's
point spread function gives Rayleigh-distributed speckle (Burckhardt 1978), attenuated with depth,
shadowed behind the tumour, and log-compressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from parasam_core.errors import GeometryError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Sequence
from parasam_core.space import Space, Triple

QUADRATURE_NODES = 64
DYNAMIC_RANGE_DB = 60.0
PSF_SIGMA_MM = (0.08, 0.028, 0.055)
SPACING_MM = (0.076, 0.04, 0.04)


@dataclass(frozen=True)
class Tumour:
    """A lobed body.

    Attributes:
        volume_mm3: its exact volume.
        centre_mm: (x, y, z), mm.
        stretch: relative size along (x, y, z); only ratios matter.
        lobes: five amplitudes of the harmonics xy, yz, zx, x²−y² and xyz; small against 1.
    """

    volume_mm3: float
    centre_mm: Triple
    stretch: Triple = (1.0, 0.8, 1.25)
    lobes: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if not self.volume_mm3 > 0 or min(self.stretch) <= 0:
            raise GeometryError(
                f"expected a volume in mm³ and stretches > 0, got {self.volume_mm3}, {self.stretch}"
            )

    @property
    def radius_mm(self) -> float:
        """R of the unstretched ball."""
        unit_mm3 = _ball_integral(self.lobes) * float(np.prod(self.stretch))
        return float((self.volume_mm3 / unit_mm3) ** (1 / 3))

    def depth_inside(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 − |p| / r(p): positive inside, 0 on the surface, 1 at the centre.

        Args:
            points_mm: (..., 3) points (x, y, z), mm.
        """
        ball = (points_mm - np.asarray(self.centre_mm)) / np.asarray(self.stretch)
        distance = np.linalg.norm(ball, axis=-1)
        directions = ball / np.maximum(distance, 1e-12)[..., None]
        return np.asarray(1 - distance / (self.radius_mm * _relief(directions, self.lobes)))

    def half_size_mm(self) -> Triple:
        """Half of a box (x, y, z) that surely holds the body, mm."""
        reach = self.radius_mm * (1 + float(np.abs(self.lobes).sum()))
        x, y, z = (reach * s for s in self.stretch)
        return x, y, z


@dataclass(frozen=True)
class Phantom:
    """A sweep over a tumour, and the truth about it.

    Attributes:
        sequence: the frames.
        truth: voxels whose centre is inside.
        tumour: the body; its `volume_mm3` is exact.
    """

    sequence: Sequence
    truth: MaskStack
    tumour: Tumour


@dataclass(frozen=True)
class Look:
    """How the tissue looks: levels in dB against the muscle around.

    Attributes:
        tumour_db: of the tumour's inside.
        capsule_db: of the thin rim around it.
        attenuation_db_mm: lost a millimetre of depth.
        shadow_db: lost behind the tumour.
        gel_mm: depth of the skin, beside the tumour, under the dark gel.
        bulge_mm: how far the tumour lifts the skin.
    """

    tumour_db: float = -13.0
    capsule_db: float = 8.0
    attenuation_db_mm: float = 1.6
    shadow_db: float = 9.0
    gel_mm: float = 2.4
    bulge_mm: float = 1.5


def phantom(
    volume_mm3: float,
    *,
    seed: int,
    spacing_mm: Triple = SPACING_MM,
    subject: str = "phantom",
    timepoint: str = "",
    look: Look | None = None,
) -> Phantom:
    """A seeded sweep over a lobed tumour of exactly this volume.

    Args:
        volume_mm3: of the tumour.
        seed: decides shape and speckle; the same seed gives the same phantom.
        spacing_mm: (z, y, x), mm.
        subject: written into the sequence.
        timepoint: written into the sequence.
        look: levels of the tissue.

    Raises:
        GeometryError: volume or spacing is not positive.
    """
    random = np.random.default_rng(seed)
    tumour = _random_tumour(volume_mm3, random)
    look = look or Look()
    space = _space_around(tumour, spacing_mm)
    inside = _depth_inside(tumour, space)
    truth = inside > 0
    frames = _b_mode(inside, tumour, space, look, random)
    made = Provenance(
        source=f"phantom {seed}",
        made_by=signed("phantom"),
        details={
            "volume_mm3": volume_mm3,
            "lobes": list(tumour.lobes),
            "stretch": list(tumour.stretch),
            "spacing_source": "phantom",
        },
    )
    height, width = space.shape[1:]
    sequence = Sequence(
        frames, space, subject, timepoint, (height, width), (0, 0, width, height), made
    )
    return Phantom(sequence, MaskStack(truth, space, made), tumour)


def write_demo(folder: Path | str, progress: Progress = no_progress) -> list[ScanFile]:
    """A library of one subject scanned twice, six days apart, each with the label `truth`.

    Scans that are there already are kept.
    """
    visits = [("d0", 40.0, 1), ("d6", 95.0, 1)]
    written = []
    for done, (timepoint, volume_mm3, seed) in enumerate(visits):
        progress("making phantom scans", done, len(visits))
        path = Path(folder) / f"PHANTOM1_{timepoint}.zarr"
        written.append(ScanFile.open(path) if path.exists() else _written(path, volume_mm3, seed))
    progress("making phantom scans", len(visits), len(visits))
    return written


def _written(path: Path, volume_mm3: float, seed: int) -> ScanFile:
    subject, _, timepoint = path.stem.rpartition("_")
    made = phantom(volume_mm3, seed=seed, subject=subject, timepoint=timepoint)
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_scan(path, made.sequence).write_mask("truth", made.truth)


def _random_tumour(volume_mm3: float, random: np.random.Generator) -> Tumour:
    stretch = (1.0, random.uniform(0.72, 0.85), random.uniform(1.1, 1.4))
    lobes = tuple(random.uniform(-0.16, 0.16, 5))
    at_origin = Tumour(volume_mm3, (0.0, 0.0, 0.0), stretch, lobes)
    x, y, z = at_origin.half_size_mm()
    centre = (x + 1.6, y + 1.9, z + 1.0)
    return Tumour(volume_mm3, centre, stretch, lobes)


def _space_around(tumour: Tumour, spacing_mm: Triple) -> Space:
    x, y, z = tumour.half_size_mm()
    cx, cy, cz = tumour.centre_mm
    size_mm = (cz + z + 1.0, cy + y + 1.8, cx + x + 1.6)
    shape = [int(np.ceil(a / s)) for a, s in zip(size_mm, spacing_mm, strict=True)]
    return Space((shape[0], shape[1], shape[2]), spacing_mm)


def _depth_inside(tumour: Tumour, space: Space) -> NDArray[np.float32]:
    """`Tumour.depth_inside` at every voxel centre, frame by frame: (z, y, x) float32."""
    rows, columns = np.indices(space.shape[1:])
    field = np.empty(space.shape, np.float32)
    for z in range(space.shape[0]):
        index = np.stack([np.full(rows.shape, z), rows, columns], axis=-1)
        field[z] = tumour.depth_inside(space.mm_from_index(index))
    return field


def _ball_integral(lobes: tuple[float, ...]) -> float:
    """∫ (1 + Σ aᵢ Yᵢ)³ / 3 dΩ: Gauss–Legendre in cos θ, even steps in φ; exact for polynomials."""
    cosines, weights = np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    angles = np.arange(2 * QUADRATURE_NODES) * np.pi / QUADRATURE_NODES
    sines = np.sqrt(1 - cosines**2)
    directions = np.stack(
        [
            sines[:, None] * np.cos(angles),
            sines[:, None] * np.sin(angles),
            np.broadcast_to(cosines[:, None], (QUADRATURE_NODES, 2 * QUADRATURE_NODES)),
        ],
        axis=-1,
    )
    cubes = _relief(directions, lobes) ** 3
    return float((weights @ cubes).sum() * np.pi / QUADRATURE_NODES / 3)


def _relief(directions: NDArray[np.float64], lobes: tuple[float, ...]) -> NDArray[np.float64]:
    """1 + Σ aᵢ Yᵢ for unit vectors (..., 3); every Yᵢ lies in −1..1."""
    x, y, z = np.moveaxis(directions, -1, 0)
    harmonics = (2 * x * y, 2 * y * z, 2 * z * x, x * x - y * y, 27**0.5 * x * y * z)
    return np.asarray(1 + sum(a * h for a, h in zip(lobes, harmonics, strict=True)))


def _b_mode(
    inside: NDArray[np.float32],
    tumour: Tumour,
    space: Space,
    look: Look,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """(z, y, x) uint8 frames."""
    level_db = _tissue_db(inside, tumour, space, look, random)
    sigma = [s / d for s, d in zip(PSF_SIGMA_MM, space.spacing_mm, strict=True)]
    frames = np.empty(space.shape, np.uint8)
    speckle = _speckle(space.shape, sigma, random)
    for z in range(space.shape[0]):
        noise = random.rayleigh(1.0, space.shape[1:]).astype(np.float32) * 10 ** (-52 / 20)
        echo_db = 20 * np.log10(speckle[z] * 10 ** (level_db[z] / 20) + noise + 1e-6)
        frames[z] = np.clip((echo_db + 40) / DYNAMIC_RANGE_DB * 255, 0, 255)
    return frames


def _speckle(
    shape: tuple[int, int, int], sigma: list[float], random: np.random.Generator
) -> NDArray[np.float32]:
    """Rayleigh-distributed envelope of unit mean square, correlated by the point spread."""
    parts = []
    for _ in range(2):
        part = gaussian_filter(random.standard_normal(shape, np.float32), sigma, mode="wrap")
        parts.append(part / part.std())
    return np.asarray(np.hypot(*parts) / np.sqrt(2), np.float32)


def _tissue_db(
    inside: NDArray[np.float32],
    tumour: Tumour,
    space: Space,
    look: Look,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Level of every voxel against muscle at the surface: layers, tumour, rim, losses; dB."""
    below_skin_mm = _below_skin_mm(tumour, space, look)
    skin = 14 * np.exp(-(((below_skin_mm - 0.1) / 0.12) ** 2))
    fascia = 5 * np.sin(below_skin_mm * 4.1) * np.exp(-below_skin_mm / 5)
    level = skin + fascia - look.attenuation_db_mm * below_skin_mm + _texture_db(space, random)
    rim_mm = inside * tumour.radius_mm
    level += np.where(inside > 0, look.tumour_db, 0)
    level += look.capsule_db * np.exp(-((rim_mm / 0.13) ** 2))
    behind_mm = np.cumsum(inside > 0, axis=1) * space.spacing_mm[1]
    level -= look.shadow_db * (1 - np.exp(-behind_mm / 2)) * (inside <= 0)
    return np.where(below_skin_mm < 0, -44, level).astype(np.float32)


def _texture_db(space: Space, random: np.random.Generator) -> NDArray[np.float32]:
    """Slow variation of the tissue, as fat and fibres give it: (z, y, x), dB."""
    sigma = [s / d for s, d in zip((0.5, 0.14, 0.4), space.spacing_mm, strict=True)]
    texture = gaussian_filter(random.standard_normal(space.shape, np.float32), sigma)
    return np.asarray(3.5 * texture / texture.std(), np.float32)


def _below_skin_mm(tumour: Tumour, space: Space, look: Look) -> NDArray[np.float32]:
    """Depth under the skin, which the tumour lifts: (z, y, x), mm; negative in the gel."""
    z, y, x = (
        np.arange(n, dtype=np.float32) * d
        for n, d in zip(space.shape, space.spacing_mm, strict=True)
    )
    half = tumour.half_size_mm()
    across = ((x - tumour.centre_mm[0]) / (1.1 * half[0])) ** 2
    along = ((z - tumour.centre_mm[2]) / (1.1 * half[2])) ** 2
    skin_mm = look.gel_mm - look.bulge_mm * np.exp(-(along[:, None] + across[None, :]))
    return np.asarray(y[None, :, None] - skin_mm[:, None, :], np.float32)
