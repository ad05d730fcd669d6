"""What kind of content some bytes are, by the bytes themselves; what may run in a browser is no kind that is kept."""

import codecs
import os
import zipfile
from typing import BinaryIO

from backend.files.errors import UnfitMedia

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic")
SOUNDS = ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/amr", "audio/webm")
PDF, CSV, PLAIN = "application/pdf", "text/csv", "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALLOWED = (*PICTURES, *SOUNDS, PDF, CSV, PLAIN, XLSX, DOCX)
INLINE = frozenset({*PICTURES, *SOUNDS, PDF})
"""Kinds that a browser may show in place."""
UNNAMED = ("", "application/octet-stream")
HEAD = 64
MOST_TEXT = 16 * 1024 * 1024
MOST_ENTRIES = 10_000

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", PDF),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x1a\x45\xdf\xa3", "audio/webm"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypmp42", "audio/mp4"),
    (4, b"ftypisom", "audio/mp4"),
)
"""Where, which bytes, what: the WHATWG's MIME sniffing table and the formats' own specifications."""
OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
MARKUP = ("<!", "<html", "<svg", "<?xml", "<script", "<head", "<body", "<iframe")


def check_said(said: str) -> None:
    """Refuse an announced media type that would not be kept, before its bytes are sent.

    Raises:
        UnfitMedia: it is none of `ALLOWED`.
    """
    if _plain(said) not in (*ALLOWED, *UNNAMED):
        raise _unfit()


def media_type_of(file: BinaryIO, said: str) -> str:
    """Return the media type of a content; what its sender said decides only between CSV and plain text.

    Raises:
        UnfitMedia: it is none of `ALLOWED`.
    """
    head = file.read(HEAD)
    file.seek(0)
    for offset, magic, kind in MAGIC:
        if head[offset : offset + len(magic)] == magic and (offset != 8 or head[:4] == b"RIFF"):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return _text(file, said)


def _plain(said: str) -> str:
    return said.partition(";")[0].strip().lower()


def _office(file: BinaryIO) -> str:
    """Return which office document a ZIP archive is; one with macros is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {entry.filename for entry in archive.infolist()[:MOST_ENTRIES]}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise _unfit() from error
    finally:
        file.seek(0)
    found = [kind for name, kind in OFFICE.items() if name in names]
    if "[Content_Types].xml" not in names or len(found) != 1 or any(name.endswith("vbaProject.bin") for name in names):
        raise _unfit()
    return found[0]


def _text(file: BinaryIO, said: str) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MOST_TEXT:
        raise _unfit()
    data = file.read()
    file.seek(0)
    if b"\x00" in data or not (_decodes(data, "utf-8") or _decodes(data, "gb18030")):
        raise _unfit()
    start = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(tuple(mark.encode() for mark in MARKUP)):
        raise _unfit()
    return CSV if _plain(said) == CSV else PLAIN


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _unfit() -> UnfitMedia:
    return UnfitMedia(
        "Pictures (JPEG, PNG, WebP, GIF, HEIC), PDF, text, CSV, XLSX, DOCX and sound are kept.", allowed=list(ALLOWED)
    )
