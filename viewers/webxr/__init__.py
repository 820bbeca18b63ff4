"""The page, built: `page_folder()` is what the server serves."""

from pathlib import Path


def page_folder() -> Path:
    """The folder that Vite builds into; it may not be there yet."""
    return Path(__file__).parent / "dist"
