"""What a user does with controllers and hands in the emulated Quest 3: take, point, press."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.e2e.browser import LabPage, place

HEAD = np.array([0, 1.6, 0])
TIP_TO_HAND = np.array([0.034, -0.05, 0.03])  # of iwer's right hand
FROM_BOARD = 0.3  # of the way from the button to the head


def take(
    lab: LabPage, side: str = "right", offset: tuple[float, ...] | NDArray[np.float64] = (0, 0, 0)
) -> NDArray[np.float64]:
    """Bring a controller to the tumour and squeeze; where it is."""
    at = lab.tumour_at() + offset
    lab.device(f"headset.controllers.{side}.position.set({place(at)})")
    lab.device(f"headset.controllers.{side}.updateButtonValue('squeeze', 1)")
    return np.asarray(at)


def let_go(lab: LabPage, side: str = "right") -> None:
    """Open the controller's grip, and take it aside."""
    lab.device(f"headset.controllers.{side}.updateButtonValue('squeeze', 0)")


def use_hands(lab: LabPage) -> None:
    """Put the controllers down."""
    lab.device("headset.primaryInputMode = 'hand'")
    lab.until("s.xr.inputs.length === 2 && s.xr.inputs.every(i => i === 'hand')")
    lab.frames(3)


def pinch(lab: LabPage, at: NDArray[np.float64]) -> None:
    """Take what is there between the right hand's fingers."""
    lab.device(f"headset.hands.right.position.set({place(at + TIP_TO_HAND)})")
    lab.device("headset.hands.right.updatePinchValue(1)")


def aim(at: NDArray[np.float64], target: NDArray[np.float64]) -> str:
    """JavaScript that makes `q`, the turn of −z from one point to another."""
    ahead = (target - at) / np.linalg.norm(target - at)
    w = 1 - ahead[2]
    q = np.array([ahead[1], -ahead[0], 0, w])  # (−z) × ahead, 1 + (−z) · ahead
    q /= np.linalg.norm(q)
    return f"const q = [{', '.join(f'{v:.5f}' for v in q)}]"


def point(lab: LabPage, target: NDArray[np.float64], what: str = "controllers.right") -> None:
    """Point at a place from near the line to the head."""
    at = target + FROM_BOARD * (HEAD - target)
    lab.device(
        f"const c = headset.{what}; c.position.set({place(at)}); "
        f"{aim(at, target)}; c.quaternion.set(...q)"
    )


def press(lab: LabPage, button: str, side: str = "right") -> None:
    """Press a button by its ray: with the trigger, or a pinch where there are hands."""
    lab.until(f"s.reach['{button}']")
    target = np.array(lab.state["reach"][button])
    is_hand = lab.state["xr"]["inputs"][0] == "hand"
    what = f"{'hands' if is_hand else 'controllers'}.{side}"
    point(lab, target, what)
    for value in (1, 0):
        pinch_or_pull = "updatePinchValue(" if is_hand else "updateButtonValue('trigger', "
        lab.device(f"headset.{what}.{pinch_or_pull}{value})")
