"""Where the B-mode image lies on a scanner's screen.

Speckle gives it away: from one part of the sweep to the next it changes everywhere, in grey, while
rulers, logos, bars and text stand still, and what moves beside it (an ECG line, a counter) is thin,
small or coloured. The rectangle that holds the most change is found on a coarse grid, then each of
its sides to the pixel. A side that does not show (gel as black as the screen) may be read off a
ruler that ends where the opposite side does; when nothing shows it, that is said, not guessed.

Knows nothing about files.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.grey import grey_levels
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

Map = NDArray[np.float32]
