"""Still: the files of the page, which are there from the start and are named by nobody else."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

PLACE = "/static/{file}"
FRESH = {"Cache-Control": "no-cache"}
"""Kept, and asked about each time: after an update no page may have half of the old one."""


class Still:
    """A name is looked up among those that there are, so that no path leads elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._files: Mapping[str, Path] = {
            file.name: file for file in sorted(folder.iterdir()) if file.is_file()
        }

    def add_to(self, pages: web.Application) -> None:
        pages.router.add_get(PLACE, self.show)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Raises web.HTTPNotFound."""
        file = self._files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers=FRESH)
