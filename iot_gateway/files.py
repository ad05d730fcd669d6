"""Telemetry as CSV (RFC 4180) and Parquet, piece by piece: only one page of rows is ever held."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""

Page = Sequence[Sequence[Any]]
"""Rows of (device name, instant, figures or None)."""


def safe(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_pieces(columns: Sequence[str], pages: Iterable[Page]) -> Iterator[bytes]:
    """Yield a CSV file: a header, then the rows; figures as they are, texts made safe for spreadsheets."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe(name) for name in columns])
    for page in pages:
        writer.writerows([safe(name), _iso(at), *figures] for name, at, *figures in page)
        yield _taken(buffer).encode()
    if rest := _taken(buffer):
        yield rest.encode()


def parquet_pieces(columns: Sequence[str], pages: Iterable[Page]) -> Iterator[bytes]:
    """Yield a Parquet file: a row group per page; the first column is text, the second an instant, the rest doubles."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for this

    kinds = [pa.string(), pa.timestamp("ms", tz="UTC"), *(pa.float64() for _ in columns[2:])]
    yield from table_pieces(pa.schema(list(zip(columns, kinds, strict=True))), pages)


def table_pieces(schema: Any, pages: Iterable[Sequence[Sequence[Any]]]) -> Iterator[bytes]:
    """Yield a Parquet file of an Arrow schema: a row group per page."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for this
    from pyarrow import parquet  # noqa: PLC0415

    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for page in pages:
            cells = list(zip(*page, strict=True))
            arrays = [pa.array(column, type=kind) for column, kind in zip(cells, schema.types, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What a writer has written and nobody has taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        """Return what was written since the last call."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def _taken(buffer: io.StringIO) -> str:
    found = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return found


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
