"""Tables as people keep them, CSV and XLSX: read with limits as plain text cells, written so that no cell runs.

A workbook is read row by row (openpyxl, read-only): a cell far to the right or below costs nothing, and what a
workbook unpacks to is bounded before it is unpacked. A text that begins like a formula is written behind an
apostrophe (OWASP, "CSV injection") and read without it, so that a file that was exported is imported as it was.
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kernel.errors import Invalid, TooLarge

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 10_000, 100, 4_000
MOST_UNPACKED = 64 * 1024 * 1024
PIECE_CHARACTERS = 64 * 1024
"""About how much of a file is written at once."""
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t"
RISKY = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | bool | date | datetime | time | None


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Unreadable(Invalid):
    """The file is no table that can be read."""

    slug = "unreadable-table"


class TooManyRows(TooLarge):
    """The table is too large; send it in parts."""

    slug = "table-too-large"


@dataclass(frozen=True)
class Row:
    """A row with its number as the spreadsheet shows it, the header being row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A header and its rows, without those that are empty; every row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes) -> Sheet:
    """Return the table in a CSV file or in the first sheet of a workbook, all cells as text without outer blanks.

    Raises:
        Unreadable: it is neither, or it has no header, or a cell is too long or outside the header.
        TooManyRows: it has more than `MOST_ROWS` rows or `MOST_COLUMNS` columns.
    """
    table = _workbook(data) if data.startswith(b"PK\x03\x04") else _text(data)
    header: tuple[str, ...] | None = None
    rows: list[Row] = []
    for number, cells in table:
        if number - 1 > MOST_ROWS:
            raise TooManyRows(f"The table has more than {MOST_ROWS} rows.", limit=MOST_ROWS)
        while cells and not cells[-1]:
            cells.pop()
        if header is None:
            header = _header(cells)
        elif cells:
            rows.append(Row(number, _fitted(number, cells, width=len(header))))
    if header is None:
        raise Unreadable("The file is empty.")
    return Sheet(header, tuple(rows))


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    if not cells:
        raise Unreadable("The first row must name the columns.")
    if len(cells) > MOST_COLUMNS:
        raise TooManyRows(f"The table has more than {MOST_COLUMNS} columns.", limit=MOST_COLUMNS)
    if doubled := sorted({cell for cell in cells if cell and cells.count(cell) > 1}):
        raise Unreadable(f"The first row names a column twice: {doubled[0][:100]}.")
    return tuple(cells)


def _fitted(number: int, cells: list[str], *, width: int) -> tuple[str, ...]:
    if len(cells) > width:
        raise Unreadable(f"Row {number} has more cells than the first row.", row=number)
    if any(len(cell) > MOST_CHARACTERS for cell in cells):
        raise Unreadable(f"Row {number} has a cell of more than {MOST_CHARACTERS} characters.", row=number)
    return (*cells, *[""] * (width - len(cells)))


def _text(data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield number, [_plain(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise Unreadable(f"The file is no CSV: {error}.") from error


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Unreadable("The file is neither UTF-8, UTF-16 nor GB18030 text, nor a workbook.")


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise TooManyRows("The workbook unpacks to too much.", limit=MOST_UNPACKED)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its size may be anything
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, values_only=True), 1):
            if any(cell is not None for cell in cells[MOST_COLUMNS:]):
                raise TooManyRows(f"Row {number} has more than {MOST_COLUMNS} columns.", limit=MOST_COLUMNS)
            yield number, [_plain(_as_text(cell)) for cell in cells[:MOST_COLUMNS]]
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        SyntaxError,
    ) as error:
        raise Unreadable("The workbook cannot be read.") from error


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell


def write(written_as: Format, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as a file; texts that a spreadsheet would run stand behind an apostrophe."""
    return b"".join(pieces(written_as, header, rows))


def pieces(written_as: Format, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a table as a file, piece by piece, as `write` returns it whole; a workbook waits on the disk until then."""
    return (_as_csv if written_as is Format.CSV else _as_xlsx)(header, rows)


def _as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_harmless(_as_text(cell) if not isinstance(cell, str) else cell) for cell in row])
        if text.tell() > PIECE_CHARACTERS:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def _as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(header))
    for row in rows:
        sheet.append([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE_CHARACTERS):
            yield piece


def _harmless(text: str) -> str:
    """Return the text behind an apostrophe where a spreadsheet would take it for a formula; a number is none."""
    if not text.startswith(RISKY):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
