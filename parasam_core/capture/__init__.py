"""Whatever a scanner exports → Sequence. The home of OpenCV."""
