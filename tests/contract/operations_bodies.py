"""Bodies of operations that are no JSON."""

import zlib

PNG = (
    b"\x89PNG\r\n\x1a\n",
    b"IHDR" + bytes.fromhex("00000001000000010800000000"),
    b"IDAT" + zlib.compress(b"\x00\xff"),
    b"IEND",
)
PICTURE = PNG[0] + b"".join(
    (len(part) - 4).to_bytes(4, "big") + part + zlib.crc32(part).to_bytes(4, "big") for part in PNG[1:]
)
"""One white pixel."""
SHA256 = "^[0-9a-f]{64}$"
NEXT = "next"
"""A content that is on its way in."""
FILES: dict[str, str | bytes] = {
    "asset_files.import_table": "asset_no,name,class_code,customer,site\nK-9,x,pump,x,x\n",
    "customers.import_table": "number,name\nK-9,x\n",
    "technicians.import_table": "number,name,lon,lat\nT-9,x,121.4,31.2\n",
    "files.put_chunk": NEXT,
    "files.upload_file": "a note",
    "reports.verify_report": "no report",
    "field_files.put_chunk": NEXT,
    "field_files.put_file": PICTURE,
}
"""Bodies that are no JSON."""
