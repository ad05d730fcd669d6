"""What a picture says of itself, and the same picture small."""

import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 80_000_000
"""Beyond any phone's camera; what unpacks to more is not opened."""
THUMBNAIL_PIXELS = 480
"""The longer side."""
READABLE = ("JPEG", "PNG", "WEBP", "GIF")
BROKEN = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, TypeError)


@dataclass(frozen=True)
class Picture:
    """Size in pixels, and what the camera wrote."""

    width: int
    height: int
    evidence: dict[str, Any] = field(default_factory=dict)


def look_at(file: BinaryIO) -> Picture | None:
    """Return what a picture says of itself, by its head alone; None where it cannot be read, as with HEIC."""
    try:
        with Image.open(file, formats=READABLE) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                return None
            return Picture(width, height, _evidence(image.getexif()))
    except BROKEN:
        return None
    finally:
        file.seek(0)


def thumbnail(file: BinaryIO, *, pixels: int = THUMBNAIL_PIXELS) -> bytes | None:
    """Return the picture upright and small as JPEG, without what the camera wrote; None where it cannot be drawn."""
    try:
        with Image.open(file, formats=READABLE) as image:
            if image.size[0] * image.size[1] > MOST_PIXELS:
                return None
            image.draft("RGB", (pixels * 2, pixels * 2))
            small = ImageOps.exif_transpose(image).convert("RGBA")
    except BROKEN:
        return None
    small.thumbnail((pixels, pixels))
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small.getchannel("A"))
    made = io.BytesIO()
    paper.save(made, "JPEG", quality=82, optimize=True)
    return made.getvalue()


def _evidence(exif: Image.Exif) -> dict[str, Any]:
    inner, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    said = {
        "taken_local": _instant(inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)),
        "offset": _text(inner.get(ExifTags.Base.OffsetTimeOriginal)),
        "camera": _text(
            " ".join(filter(None, (_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model)))))
        ),
        "lat": _degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), most=90),
        "lon": _degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), most=180),
    }
    return {name: value for name, value in said.items() if value is not None}


def _text(value: object) -> str | None:
    """Return what a tag says as a line that the database can keep."""
    if not isinstance(value, str):
        return None
    line = "".join(character for character in value if character.isprintable())[:100].strip()
    return line or None


def _instant(value: object) -> str | None:
    """Return `2026:11:26 08:00:00` as ISO 8601 without a zone, since the camera's may be any."""
    said = _text(value)
    if said is None or len(said) != 19 or not said.replace(":", "").replace(" ", "").isdigit():
        return None
    return f"{said[:10].replace(':', '-')}T{said[11:]}"


def _degrees(value: object, hemisphere: object, *, most: int) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3 or not isinstance(hemisphere, str):
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not 0 <= found <= most:
        return None
    return round(-found if hemisphere.upper() in {"S", "W"} else found, 6)
