import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, TiffImagePlugin

from backend.files import images, sniff
from backend.files.errors import UnfitMedia


def a_picture(kind: str = "JPEG", *, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **options)
    return made.getvalue()


def an_archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def kind_of(data: bytes, said: str = "") -> str:
    return sniff.media_type_of(io.BytesIO(data), said)


@pytest.mark.parametrize(
    ("data", "said", "kind"),
    [
        (a_picture("JPEG"), "image/png", "image/jpeg"),
        (a_picture("PNG"), "", "image/png"),
        (a_picture("WEBP"), "", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "", "image/heic"),
        (b"%PDF-1.7\n", "text/plain", "application/pdf"),
        ("编号,名称\n1,泵\n".encode("gb18030"), "text/csv; charset=gbk", "text/csv"),
        ("轴承".encode(), "", "text/plain"),
        (an_archive("[Content_Types].xml", "xl/workbook.xml"), "", sniff.XLSX),
        (an_archive("[Content_Types].xml", "word/document.xml"), "", sniff.DOCX),
    ],
)
def test_the_bytes_say_what_they_are(data: bytes, said: str, kind: str) -> None:
    assert kind_of(data, said) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf \n<!DOCTYPE html><html></html>",
        b"<?xml version='1.0'?><svg/>",
        b"MZ\x90\x00\x03",
        b"\x00WEBP",
        an_archive("a.txt"),
        an_archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
        b"PK\x03\x04 torn",
    ],
)
def test_what_may_run_is_not_kept(data: bytes) -> None:
    with pytest.raises(UnfitMedia):
        kind_of(data, "image/jpeg")


@pytest.mark.parametrize("said", ["image/svg+xml", "text/html", "application/x-msdownload"])
def test_an_announced_kind_is_refused_before_it_is_sent(said: str) -> None:
    with pytest.raises(UnfitMedia):
        sniff.check_said(said)


@given(st.binary(max_size=300), st.sampled_from(["", "text/csv", "text/html", "image/png"]))
def test_any_bytes_are_of_an_allowed_kind_or_refused(data: bytes, said: str) -> None:
    with suppress(UnfitMedia):
        assert kind_of(data, said) in sniff.ALLOWED


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Huawei\x00"
    exif[ExifTags.Base.Model] = "Mate"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:09:01 12:30:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    ratio = TiffImagePlugin.IFDRational
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
    place[ExifTags.GPS.GPSLatitude] = (ratio(31), ratio(13), ratio(48))
    place[ExifTags.GPS.GPSLongitude] = (ratio(121), ratio(28), ratio(12))
    return a_picture(exif=exif)


def test_time_and_place_of_a_photo_are_kept() -> None:
    picture = images.look_at(io.BytesIO(with_exif()))

    assert picture is not None
    assert (picture.width, picture.height) == (60, 40)
    assert picture.evidence == {
        "taken_local": "2026-09-01T12:30:00",
        "offset": "+08:00",
        "camera": "Huawei Mate",
        "lat": 31.23,
        "lon": 121.47,
    }


def test_a_thumbnail_stands_upright_and_keeps_no_place() -> None:
    made = images.thumbnail(io.BytesIO(with_exif()), pixels=20)

    assert made is not None
    with Image.open(io.BytesIO(made)) as small:
        assert small.size == (13, 20)
        assert not small.getexif()


@given(st.binary(max_size=200))
def test_a_broken_picture_breaks_nothing(tail: bytes) -> None:
    data = a_picture()[:100] + tail

    images.look_at(io.BytesIO(data))
    images.thumbnail(io.BytesIO(data))
