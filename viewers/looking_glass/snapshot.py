"""Snapshot: what a running lab shows, as far as it has come. `folding.py` says how it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from parasam_core.mesh import Mesh
from viewers.looking_glass.stage import Stage, stage_of
from xr_server.protocol import (
    Measured,
    MeshData,
    Person,
    ScanCard,
    ScanOpened,
    Shared,
    SliceData,
    VolumeData,
)

NOBODY_SHARES = "nobody shares the scene; press “Share the scene” on the page to lead this panel"


@dataclass(frozen=True, eq=False)
class Slice:
    """A frame that has come.

    Attributes:
        header: what was said of it.
        payload: as `SliceData` describes it.
    """

    header: SliceData
    payload: memoryview

    @property
    def frame(self) -> int:
        """Which one, from 0."""
        return self.header.frame

    @cached_property
    def levels(self) -> NDArray[np.uint8]:
        """(y, x) uint8, grey as shown on a screen."""
        height, width = self.header.height, self.header.width
        return np.frombuffer(self.payload, np.uint8, height * width).reshape(height, width)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(y, x) bool, the tumour; False everywhere where no mask is shown."""
        bits = np.frombuffer(self.payload, np.uint8, offset=self.levels.size)
        if self.header.label is None:
            return np.zeros(self.levels.shape, np.bool_)
        return np.unpackbits(bits, count=self.levels.size).reshape(self.levels.shape).astype(bool)


@dataclass(frozen=True, eq=False)
class Surface:
    """A level of detail that has come.

    Attributes:
        header: what was said of it.
        mesh: in mm of the scan's frame.
    """

    header: MeshData
    mesh: Mesh

    @cached_property
    def stage(self) -> Stage:
        """As it is drawn, metres; the same arrays each time."""
        return stage_of(self.mesh)


@dataclass(frozen=True, eq=False)
class Coarse:
    """All grey levels, averaged; see `VolumeData`.

    Attributes:
        header: what was said of them.
        levels: (z, y, x) uint8.
    """

    header: VolumeData
    levels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is shown at one moment. Nothing in it changes; look at `version` for news.

    Attributes:
        version: rises with each change.
        is_open: whether the line to the lab stands.
        trouble: why it does not, a sentence for the user; "" where it does.
        failure: what went wrong in the lab, a sentence; "" where nothing did.
        scans: the library.
        opened: the scan that is shown, as the lab said it; None before any.
        frame: which one is looked at.
        slices: those that have come, by frame.
        surfaces: those that have come, coarse first.
        volume: the grey levels as a whole, once they have come.
        measured: the numbers of the mask, once they have come.
        scene: what is shared, with what this end said since.
        others: everybody else in the lab.
    """

    version: int = 0
    is_open: bool = False
    trouble: str = "dialling the lab"
    failure: str = ""
    scans: tuple[ScanCard, ...] = ()
    opened: ScanOpened | None = None
    frame: int = 0
    slices: Mapping[int, Slice] = field(default_factory=lambda: MappingProxyType({}))
    surfaces: tuple[Surface, ...] = ()
    volume: Coarse | None = None
    measured: Measured | None = None
    scene: Shared = field(default_factory=lambda: Shared(0, None, None, None, None))
    others: tuple[Person, ...] = ()

    @property
    def connection(self) -> str:
        """The word "open"; else "waiting: " and why."""
        return "open" if self.is_open else f"waiting: {self.trouble}"

    @property
    def scan(self) -> str | None:
        """Id of the scan; None before any is open."""
        return self.opened.scan if self.opened else None

    @property
    def label(self) -> str | None:
        """The mask that is shown; None where there is none."""
        return self.opened.label if self.opened else None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (z, y, x); zeros before any scan is open."""
        z, y, x = self.opened.shape if self.opened else (0, 0, 0)
        return z, y, x

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Along (z, y, x), mm; zeros before any scan is open."""
        z, y, x = self.opened.spacing_mm if self.opened else (0.0, 0.0, 0.0)
        return z, y, x

    @property
    def scene_from_index(self) -> NDArray[np.float64]:
        """(4, 4) matrix, column vectors: voxel index (x, y, z, 1) → metres, Y up."""
        numbers = self.opened.scene_from_index if self.opened else np.eye(4)
        return np.reshape(numbers, (4, 4), order="F").astype(np.float64)

    @property
    def mesh(self) -> Mesh | None:
        """The finest that has come, mm; the same object until another comes."""
        return self.surfaces[-1].mesh if self.surfaces else None

    @cached_property
    def slice(self) -> Slice | None:
        """The frame looked at, or the nearest that has come; None before any has."""
        return self.nearest(self.frame)

    def nearest(self, frame: int) -> Slice | None:
        """A frame, or the nearest that has come; None before any has."""
        apart = min(self.slices, key=lambda other: abs(other - frame), default=None)
        return None if apart is None else self.slices[apart]

    @property
    def view(self) -> str | None:
        """How the tumour is drawn, in the page's word; None while nobody has said."""
        return self.scene.view

    @property
    def pose(self) -> tuple[float, ...] | None:
        """The tumour's, 8 numbers as in `Share.pose`; None while nobody has held it."""
        return None if self.scene.pose is None else tuple(self.scene.pose)

    @property
    def probe(self) -> tuple[float, ...] | None:
        """Where the probe is held to this scan, 7 numbers as in `ProbeAt.pose`; None: it is not."""
        held = self.scene.probe
        if held is None or held.pose is None or held.scan != self.scan:
            return None
        return tuple(held.pose)

    @property
    def companions(self) -> tuple[str, ...]:
        """Names of those who share the scene and whose line stands."""
        return tuple(p.name or "Somebody" for p in self.others if p.together and not p.away)

    @property
    def advice(self) -> str:
        """What to do where somebody is there and nobody shares; "" where there is nothing to."""
        return NOBODY_SHARES if self.others and not self.companions else ""
