"""The built screens at `/`: hashed files for ever, pages never cached, a strict content policy."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kernel.errors import NotFound

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
NO_SCREENS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Fieldhand</title>
<h1>Fieldhand is running; its screens are not built yet</h1>
<p>The API answers under <code>/api/v1</code>, its description is <a href="/openapi.json">/openapi.json</a>.</p>
<p>To get the console, install Node 20.19 or newer with npm, or let the set-up fetch it, then run
<code>./fieldhand up</code> again.
接口已运行；安装 Node 20.19 以上版本后重新运行 <code>./fieldhand up</code> 即可得到界面。</p></html>"""
RESERVED = ("api/", "mobile/", "assets/", "survey/")


class Hashed(StaticFiles):
    """Files whose name changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a cache life of a year; take the compressed sibling where the browser can read it."""
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        for coding, suffix in (("br", ".br"), ("gzip", ".gz")):
            if coding in accepted and self.lookup_path(path + suffix)[1] is not None:
                response = await super().get_response(path + suffix, scope)
                response.headers["Content-Encoding"] = coding
                response.headers["Content-Type"] = media_type(path)
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        return response


def media_type(path: str) -> str:
    """Return the media type of a built file by its ending."""
    kinds = {
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".geojson": "application/geo+json",
        ".svg": "image/svg+xml",
    }
    return kinds.get(Path(path).suffix, "application/octet-stream")


def serve(app: FastAPI, dist: Path) -> None:
    """Serve the console of `dist`, or say how to get it."""
    index = dist / "console" / "index.html"
    if (dist / "assets").is_dir():
        app.mount("/assets", Hashed(directory=dist / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        accepted = request.headers.get("accept", "*/*")
        if path.startswith(RESERVED) or not any(kind in accepted for kind in ("text/html", "*/*")):
            raise NotFound("There is nothing at this address.")
        if not index.is_file():
            return HTMLResponse(NO_SCREENS, headers=PAGE_HEADERS)
        return FileResponse(index, headers=PAGE_HEADERS)
