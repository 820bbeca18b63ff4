"""How somebody wants to see a scan. Light to import: `parasam --help` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parasam_core.errors import UsageError
from viewers.looking_glass.focus import Focus
from viewers.looking_glass.views import CUT

if TYPE_CHECKING:
    from parasam_core.scanfile import ScanFile


@dataclass(frozen=True)
class Look:
    """What is drawn of a scan, and where it lies in the glass.

    Attributes:
        view: one of `views.VIEWS`.
        frame: of the scan, from 0; None: the middle one of those with tumour.
        focus: which plane lies in the glass; None: the one that leaves the most depth.
        with_caption: say in the focal plane whose tumour it is, and how large.
    """

    view: str = CUT
    frame: int | None = None
    focus: Focus | None = None
    with_caption: bool = True

    def check(self, scan: ScanFile) -> None:
        """Refuse what the scan cannot show, before any work is done for it.

        Raises:
            UsageError: it has no such frame.
        """
        frames = scan.space.shape[0]
        if self.frame is not None and not 0 <= self.frame < frames:
            raise UsageError(
                f"expected a frame of {scan.path} from 0 to {frames - 1}, got {self.frame}"
            )


AS_USUAL = Look()
