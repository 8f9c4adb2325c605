"""Serve the window: one page that shows what a program sent. Its files are static and hold no secret."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .answers import Endpoint
from .control import CONTROL_PATH

FILES_PATH = f"{CONTROL_PATH}/page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Window(Endpoint):
    """The handler of `/` and of the files of its page. They need no credentials; what they ask for does."""

    async def answer(self, request: Request) -> Response:
        """Answer with one file."""
        name = request.path_params.get("name", "index.html")
        content = page_files().get(name)
        if content is None:
            return PlainTextResponse("The window has no such file.\n", 404, HEADERS)
        return Response(content, headers=HEADERS, media_type=TYPES[PurePosixPath(name).suffix])


@cache
def page_files() -> dict[str, bytes]:
    """Read the files of the page, by name."""
    folder = files(__package__).joinpath("page")
    return {file.name: file.read_bytes() for file in folder.iterdir() if PurePosixPath(file.name).suffix in TYPES}
