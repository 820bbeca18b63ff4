"""The built page, served so that a browser asks again only for what may have changed."""

from __future__ import annotations

from os import PathLike, stat_result

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HASHED_FOLDER = "assets"  # where Vite puts files whose name holds their content's hash
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Page(StaticFiles):
    """Files of a folder; a path that leaves it is not found.

    Args:
        folder: of the built page.
        policy: its Content-Security-Policy.
    """

    def __init__(self, folder: PathLike[str], policy: str) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = policy

    def file_response(
        self,
        full_path: PathLike[str] | str,
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = scope["path"].startswith(f"/{HASHED_FOLDER}/")
        response.headers["cache-control"] = FOR_EVER if hashed else ASK_AGAIN
        response.headers["content-security-policy"] = self._policy
        return response
