"""A report is drawn from whatever people write, the same content the same way."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.reports.drawing import STAMPS, Sheet, draw
from backend.reports.sealing import digest_of, seal

WILD = st.text(max_size=60) | st.sampled_from(
    ["轴承 <b>异响</b> & 振动", "℃ ≥ 5 µm", "😀", "a\x00b", "长" * 300, "x" * 300]
)


def a_content(text: str) -> dict[str, Any]:
    line = {
        "key": "a", "text_zh": text, "text_en": text, "type": "text", "value": text, "unit": None, "min": None,
        "max": "4", "passed": True, "note": text, "files": [],
    }  # fmt: skip
    picture = {
        "sha256": "0", "file_id": "0", "item": "a", "caption": text, "by": text, "at": "2026-09-01T04:00:00+00:00",
        "taken_local": None,
    }  # fmt: skip
    part = {"part_number": text, "part_name": text, "quantity": "1", "serial": text, "old_serial": None}
    return {
        "order": {"number": "WO-1", "summary": text, "description": text, "work_type": text},
        "visit": {"no": 1, "technicians": [text], "signed_by": text, **dict.fromkeys(STAMPS)},
        "customer": {"number": "C", "name": text},
        "site": {"name": text, "address": text},
        "asset": {"asset_no": "A", "name": text, "maker": text, "model": None, "serial": None, "path": [text]},
        "checklist": {
            "code": "c", "version": 1, "name_zh": text, "name_en": text, "pass_mark": 80, "score": "80.0",
            "passed": True, "lines": [line] * 3,
        },
        "parts": [part],
        "finding": {"outcome": "confirmed", "note": text},
        "notes": [{"text": text, "by": text, "at": "2026-09-01T04:00:00+00:00"}],
        "photos": [picture],
        "signatures": [picture],
    }  # fmt: skip


def a_sheet(content: dict[str, Any], locale: str) -> Sheet:
    """A sheet with its seal, whose signature differs each time it is made."""
    zone = ZoneInfo("Asia/Shanghai")
    return Sheet(content=content, seal=seal(content), version=1, locale=locale, zone=zone, pictures={})


@settings(max_examples=6)
@given(WILD, st.sampled_from(["zh", "en"]))
def test_any_text_can_be_drawn_and_twice_alike(text: str, locale: str) -> None:
    sheet = a_sheet(a_content(text), locale)

    once = draw(sheet)

    assert once.startswith(b"%PDF")
    assert draw(sheet) == once


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.none() | st.booleans(), max_size=4))
def test_the_digest_is_of_the_facts_not_of_their_order(content: dict[str, Any]) -> None:
    turned = dict(reversed(content.items()))

    assert digest_of(turned) == digest_of(content)
    assert digest_of({**content, "more": 1}) != digest_of(content)
