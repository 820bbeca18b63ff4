"""How far things move from view to view: drawn for every display in full, and measured."""

from __future__ import annotations

import numpy as np
import pytest

from tests.looking_glass.test_gpu import DARK, facing
from viewers.looking_glass.device import PRESETS, Device
from viewers.looking_glass.quilt import Layout, Rig, px_a_view
from viewers.looking_glass.stage import Stage

DISCS_M = ((0.006, 0.003), (0.0, 0.0), (-0.006, -0.003))
"""Their middles: up, and before the focal plane."""

RADIUS_M = 0.0022


@pytest.mark.parametrize("device", PRESETS.values(), ids=PRESETS)
def test_things_move_as_far_as_stated(renderer, device: Device) -> None:
    layout, rig = device.layout, facing(device.layout, device.view_cone_deg)
    renderer.show(three_discs())
    quilt = renderer.quilt(rig, layout, samples=0)
    before, within, behind = np.moveaxis(middles_px(quilt, rig, layout), 1, 0)
    # nothing moves in the focal plane
    assert np.ptp(within, axis=0).max() < 0.01
    assert within[0] == pytest.approx((layout.tile_width / 2, layout.tile_height / 2), abs=0.01)
    for (up, z), seen in zip(DISCS_M, (before, within, behind), strict=True):
        stated = px_a_view(layout, device.view_cone_deg) * (1 - rig.distance / (rig.distance - z))
        assert (seen[-1, 0] - seen[0, 0]) / (layout.views - 1) == pytest.approx(stated, abs=0.01)
        across = rig.ndc((0, up, z))[:, 0, 0]
        assert seen[:, 0] == pytest.approx((across + 1) / 2 * layout.tile_width, abs=0.1)
    # view 0 is the leftmost camera: it sees what is before the glass on the right
    assert before[0, 0] > before[-1, 0] + 2
    assert behind[0, 0] < behind[-1, 0] - 2
    assert (np.diff(before[:, 0]) < 0).all()
    assert (np.diff(behind[:, 0]) > 0).all()


def three_discs() -> Stage:
    """Flat ones that face the viewer."""
    a = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    rim = RADIUS_M * np.column_stack([np.cos(a), np.sin(a), 0 * a])
    fan = np.column_stack([0 * a, 1 + np.arange(96), 1 + (np.arange(96) + 1) % 96]).astype(int)
    disc = np.vstack([np.zeros(3), rim])
    positions = np.vstack([disc + np.array([0, up, z]) for up, z in DISCS_M])
    faces = np.vstack([fan + k * len(disc) for k in range(len(DISCS_M))])
    normals = np.broadcast_to((0, 0, 1), positions.shape)
    return Stage(positions.astype(np.float32), normals.astype(np.float32), faces.astype(np.uint32))


def middles_px(quilt: np.ndarray, rig: Rig, layout: Layout) -> np.ndarray:
    """(views, discs, 2) centroids: x from the left, y from the bottom of the tile."""
    return np.array([[middle_px(layout.tile(quilt, view), rig, up) for up, _ in DISCS_M]
                     for view in range(layout.views)])  # fmt: skip


def middle_px(tile: np.ndarray, rig: Rig, up: float) -> tuple[float, float]:
    """Of what is lit in the band of one disc."""
    middle = (1 + up / rig.half_height) / 2 * len(tile)
    low, high = (round(middle + d / rig.half_height / 2 * len(tile)) for d in (-0.003, 0.003))
    rows, columns = np.nonzero(tile[::-1][low:high, :, 0] > DARK)
    return columns.mean() + 0.5, low + rows.mean() + 0.5
