"""Tables as files: read as text, written so that nothing runs, and back again."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kernel import sheets
from kernel.sheets import Format, TooManyRows, Unreadable

CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_it_comes(encoding: str, delimiter: str) -> None:
    text = '编号,名称\nK-1, 华东商场 \n\nK-2,"a\nb"\n'.replace(",", delimiter)

    sheet = sheets.read(text.encode(encoding))

    assert sheet.header == ("编号", "名称")
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("K-1", "华东商场")), (4, ("K-2", "a\nb"))]


def test_a_workbook_is_read_as_text() -> None:
    sheet = Workbook()
    for row in (["number", "ratio", "on", "day"], [12.0, 0.5, True, None], [], ["x"]):
        sheet.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    sheet.save(file)

    found = sheets.read(file.getvalue())

    assert [(row.number, row.cells) for row in found.rows] == [(2, ("12", "0.5", "true", "")), (4, ("x", "", "", ""))]


@given(st.lists(st.tuples(CELL, CELL), max_size=5), st.sampled_from(Format))
def test_what_was_written_is_read_back(rows: list[tuple[str, str]], written_as: Format) -> None:
    kept = [row for row in rows if any(row)]

    sheet = sheets.read(sheets.write(written_as, ["a", "b"], kept))

    assert [row.cells for row in sheet.rows] == kept


@pytest.mark.parametrize("written_as", Format)
@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3"])
def test_no_text_is_written_as_a_formula(written_as: Format, cell: str) -> None:
    file = sheets.write(written_as, ["a"], [[cell]])

    if written_as is Format.XLSX:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())
    else:
        assert f"'{cell}".encode() in file
    assert sheets.read(file).rows[0].cells == (cell,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"a,a\n1,2\n",
        b"a\n1,2\n",
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b'a\n"open',
        b"PK\x03\x04 no archive",
        b"a\n" + b"x" * 4_001,
        b"x" * 200_000,
    ],
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        sheets.read(data)


def an_archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(Unreadable):
        sheets.read(an_archive(readme=b"x"))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(TooManyRows):
        sheets.read(an_archive(bomb=bytes(sheets.MOST_UNPACKED + 1)))


@pytest.mark.parametrize("place", ["A20000", "XFD1", "XFD1048576"])
def test_a_far_cell_costs_nothing(place: str) -> None:
    book = Workbook()
    book.active["A1"] = "a"  # type: ignore[index]
    book.active[place] = "far"  # type: ignore[index]
    file = io.BytesIO()
    book.save(file)

    with pytest.raises((TooManyRows, Unreadable)):
        sheets.read(file.getvalue())


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(TooManyRows):
        sheets.read(b"a\n" + b"1\n" * (sheets.MOST_ROWS + 1))
    assert len(sheets.read(b"a\n" + b"1\n" * sheets.MOST_ROWS).rows) == sheets.MOST_ROWS
