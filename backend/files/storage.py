"""Where bytes lie: a folder, or an object store, named by a URL and reached through fsspec.

`<url>/<tenant>/<first two digits>/<sha256>` is a content, `<url>/<tenant>/uploads/<upload>/<offset>` a chunk of one
that is on its way in, `<url>/<tenant>/thumbnails/<sha256>` a picture made small. A content is written beside its place
and moved there, so that nobody reads half of it; writing it twice is harmless.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast
from uuid import UUID

from fsspec.core import url_to_fs

from kernel.ids import new_id
from kernel.settings import get_settings

PIECE = 1024 * 1024
"""Bytes that are held in memory at once."""


def _store() -> tuple[Any, str]:
    settings = get_settings()
    url = settings.file_store_url or (settings.var_dir / "files").absolute().as_uri()
    found: tuple[Any, str] = url_to_fs(url)
    return found


def content_key(tenant_id: UUID, sha256: str) -> str:
    """Return where a content lies."""
    return f"{tenant_id}/{sha256[:2]}/{sha256}"


def thumbnail_key(tenant_id: UUID, sha256: str) -> str:
    """Return where a picture lies that was made small."""
    return f"{tenant_id}/thumbnails/{sha256}"


def chunk_key(tenant_id: UUID, upload_id: UUID, offset: int) -> str:
    """Return where a chunk lies; keys sort as offsets do."""
    return f"{_chunks_key(tenant_id, upload_id)}/{offset:015d}"


def _chunks_key(tenant_id: UUID, upload_id: UUID) -> str:
    return f"{tenant_id}/uploads/{upload_id}"


def has(key: str) -> bool:
    """Tell whether something lies under a key."""
    files, root = _store()
    return bool(files.exists(f"{root}/{key}"))


def read(key: str) -> bytes:
    """Return what lies under a key."""
    files, root = _store()
    return cast("bytes", files.cat_file(f"{root}/{key}"))


def reader(key: str) -> BinaryIO:
    """Open what lies under a key."""
    files, root = _store()
    return cast("BinaryIO", files.open(f"{root}/{key}", "rb"))


@contextlib.contextmanager
def writer(key: str) -> Iterator[BinaryIO]:
    """Write something that appears under its key when it is whole; if writing fails, nothing does."""
    files, root = _store()
    place, beside = f"{root}/{key}", f"{root}/{key}.{new_id().hex}"
    files.makedirs(place.rpartition("/")[0], exist_ok=True)
    try:
        with files.open(beside, "wb") as file:
            yield cast("BinaryIO", file)
        files.mv(beside, place)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            files.rm_file(beside)
        raise


def write(key: str, data: bytes) -> None:
    """Write something under a key."""
    with writer(key) as file:
        file.write(data)


def chunks(tenant_id: UUID, upload_id: UUID) -> list[tuple[int, str]]:
    """Return offset and key of the chunks of an upload, in order."""
    files, root = _store()
    folder = f"{root}/{_chunks_key(tenant_id, upload_id)}"
    if not files.exists(folder):
        return []
    names = [str(path).rpartition("/")[2] for path in files.ls(folder, detail=False)]
    offsets = sorted(int(name) for name in names if name.isdigit())
    return [(offset, chunk_key(tenant_id, upload_id, offset)) for offset in offsets]


def drop_chunks(tenant_id: UUID, upload_id: UUID, *, beyond: int = -1) -> None:
    """Remove the chunks of an upload that begin behind an offset."""
    files, root = _store()
    for offset, key in chunks(tenant_id, upload_id):
        if offset > beyond:
            files.rm_file(f"{root}/{key}")
    folder = f"{root}/{_chunks_key(tenant_id, upload_id)}"
    if beyond < 0 and files.exists(folder):
        files.rm(folder, recursive=True)
