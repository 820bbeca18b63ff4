"""Pictures → MP4. The home of PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

H264, H265 = "libx264", "libx265"
WIDEST_H264_PX = 4096
"""Beyond it players' hardware takes H.265 alone."""

QUALITY = {H264: {"crf": "17", "preset": "fast"}, H265: {"crf": "19", "preset": "superfast"}}
BT_709, LIMITED_RANGE = 1, 1


class Mp4:
    """A film that is being written; use it in a `with`.

    Args:
        target: file to write.
        width, height: of every picture, even numbers of pixels.
        rate: pictures a second.
    """

    def __init__(self, target: Path, width: int, height: int, rate: int) -> None:
        codec = H264 if max(width, height) <= WIDEST_H264_PX else H265
        # the index goes first, so that a player that reads over a network can begin at once
        self._file = av.open(str(target), "w", format="mp4", options={"movflags": "faststart"})
        stream: Any = self._file.add_stream(codec, rate=rate, options=dict(QUALITY[codec]))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, rate)
        if codec == H265:
            stream.codec_context.codec_tag = "hvc1"  # else Apple's players take it for damaged
            stream.options["x265-params"] = "log-level=error"
        said = stream.codec_context
        said.color_primaries = said.color_trc = said.colorspace = BT_709
        said.color_range = LIMITED_RANGE
        self._stream, self._count = stream, 0

    def __enter__(self) -> Mp4:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._file.mux(self._stream.encode())
        self._file.close()

    def add(self, picture: NDArray[np.uint8]) -> None:
        """The next picture: (y, x, 3) uint8 sRGB, top row first."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
        )
        frame.pts = self._count
        self._count += 1
        self._file.mux(self._stream.encode(frame))
