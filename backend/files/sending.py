"""A file as an HTTP answer."""

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from backend.files import sniff, storage
from backend.files.models import StoredFile

BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The content.", "content": {"application/octet-stream": {}}},
    304: {"description": "The caller has it: the ETag is the hash of the content."},
}
GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, no-cache",
}


def answer(request: Request, file: StoredFile, content: BinaryIO, *, inline: bool, name: str | None = None) -> Response:
    """Return the content for download, or in place where its kind is harmless there and it is asked for."""
    etag = f'"{file.sha256}"'
    if etag in request.headers.get("if-none-match", ""):
        content.close()
        return Response(status_code=304, headers={"ETag": etag, **GUARD})
    shown = "inline" if inline and file.media_type in sniff.INLINE else "attachment"
    headers = {
        **GUARD,
        "ETag": etag,
        "Content-Length": str(file.size),
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name or file.name, safe='')}",
    }
    return StreamingResponse(_pieces(content), headers=headers, media_type=file.media_type)


def small(request: Request, file: StoredFile, data: bytes) -> Response:
    """Return a picture made small."""
    etag = f'"{file.sha256}-small"'
    headers = {**GUARD, "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type="image/jpeg")


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while piece := content.read(storage.PIECE):
            yield piece
