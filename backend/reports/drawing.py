"""A report as PDF (reportlab): the same content and seal give the same bytes."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Image, KeepTogether, SimpleDocTemplate, Spacer, Table
from reportlab.platypus.tables import TableStyle

from backend.reports.lettering import BAD, BAND, GOOD, LINE, MARGIN, PALE, WIDTH, NumberedCanvas, styled
from backend.reports.sealing import Seal
from backend.reports.texts import WORDS

Json = dict[str, Any]
STAMPS = ("planned_start", "accepted_at", "travel_started_at", "arrived_at", "work_started_at", "ended_at")
PHOTOS_IN_A_ROW = 3
GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
)
HEADED = TableStyle([("BACKGROUND", (0, 0), (-1, 0), BAND)])


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a report is drawn from; pictures are thumbnails by SHA-256."""

    content: Json
    seal: Seal
    version: int
    locale: str
    zone: ZoneInfo
    pictures: Mapping[str, bytes]


def draw(sheet: Sheet) -> bytes:
    """Return the report as PDF, A4."""
    made = io.BytesIO()
    number = sheet.content["order"]["number"]
    words = WORDS[sheet.locale]
    title = f"{words['title']} {number}"
    document = SimpleDocTemplate(
        made, invariant=1, title=title, author="Fieldhand", lang=sheet.locale,
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=14 * mm, bottomMargin=16 * mm,
    )  # fmt: skip
    foot = f"{number} · {words['version'].format(version=sheet.version)} · {sheet.seal.digest[:16]}"

    def canvas(*args: Any, **kwargs: Any) -> NumberedCanvas:
        return NumberedCanvas(*args, locale=sheet.locale, foot=foot, **kwargs)

    document.build(list(_story(sheet)), canvasmaker=canvas)
    return made.getvalue()


def _story(sheet: Sheet) -> Iterator[Flowable]:
    yield from _head(sheet)
    yield from _facts(sheet)
    for part in (_visit, _checklist, _parts, _finding, _notes, _photos, _signature, _seal):
        yield from part(sheet)


def _title(words: str, *, room: float = 30 * mm) -> Iterator[Flowable]:
    yield CondPageBreak(room)
    yield Spacer(1, 4 * mm)
    yield styled(words, size=11, bold=True)
    yield Spacer(1, 1.5 * mm)


def _head(sheet: Sheet) -> Iterator[Flowable]:
    words = WORDS[sheet.locale]
    left = styled(words["title"], size=18, bold=True)
    right = [
        styled(sheet.content["order"]["number"], size=11, bold=True),
        styled(words["version"].format(version=sheet.version), size=8, color=PALE),
    ]
    yield Table([[left, right]], colWidths=[WIDTH * 0.65, WIDTH * 0.35], style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    yield Spacer(1, 2 * mm)


def _facts(sheet: Sheet) -> Iterator[Flowable]:
    words, said = WORDS[sheet.locale], sheet.content
    asset, order = said["asset"], said["order"]
    lines = [
        ("customer", f"{said['customer']['name']} ({said['customer']['number']})"),
        ("site", f"{said['site']['name']}\n{said['site']['address']}"),
    ]
    if asset:
        lines.append(("asset", f"{asset['name']} ({asset['asset_no']})\n{' / '.join(asset['path'])}"))
        lines.append(("model", " / ".join(asset[name] or "—" for name in ("maker", "model", "serial"))))
    lines += [
        ("summary", "\n".join(filter(None, (order["summary"], order["description"])))),
        ("work_type", words.get(order["work_type"], order["work_type"])),
        ("technicians", ", ".join(said["visit"]["technicians"])),
    ]
    yield _pairs(sheet, lines)


def _pairs(sheet: Sheet, lines: Sequence[tuple[str, str]]) -> Table:
    words = WORDS[sheet.locale]
    rows = [[styled(words[name], color=PALE), styled(text)] for name, text in lines]
    table = Table(rows, colWidths=[WIDTH * 0.22, WIDTH * 0.78], style=GRID)
    table.setStyle(TableStyle([("BACKGROUND", (0, 0), (0, -1), BAND)]))
    return table


def _instant(sheet: Sheet, said: str | None) -> str:
    return f"{datetime.fromisoformat(said).astimezone(sheet.zone):%Y-%m-%d %H:%M}" if said else "—"


def _visit(sheet: Sheet) -> Iterator[Flowable]:
    words, visit = WORDS[sheet.locale], sheet.content["visit"]
    yield from _title(f"{words['visit']}{words['sep']}{words['visit_no'].format(no=visit['no'])}")
    head = [styled(words[name], size=8, color=PALE) for name in STAMPS]
    row = [styled(_instant(sheet, visit[name]), size=8) for name in STAMPS]
    table = Table([head, row], colWidths=[WIDTH / len(STAMPS)] * len(STAMPS), style=GRID)
    table.setStyle(HEADED)
    yield table


def _checklist(sheet: Sheet) -> Iterator[Flowable]:
    words, found = WORDS[sheet.locale], sheet.content["checklist"]
    if found is None:
        return
    yield from _title(f"{words['checklist']}{words['sep']}{found['name_' + sheet.locale]} (v{found['version']})")
    rows = [[styled(words[name], size=8, color=PALE) for name in ("item", "answer", "limits", "verdict")]]
    rows += [_check_row(sheet, line) for line in found["lines"]]
    table = Table(rows, colWidths=[WIDTH * part for part in (0.44, 0.26, 0.16, 0.14)], style=GRID, repeatRows=1)
    table.setStyle(HEADED)
    yield table
    if found["score"] is not None:
        yield Spacer(1, 1.5 * mm)
        yield _score(sheet, found)


def _check_row(sheet: Sheet, line: Json) -> list[Any]:
    words = WORDS[sheet.locale]
    verdict = {True: ("pass", GOOD), False: ("fail", BAD)}.get(line["passed"])
    answer = [styled(_answer(sheet, line))]
    if line["note"]:
        answer.append(styled(line["note"], size=7.5, color=PALE))
    limits = "" if line["min"] is None and line["max"] is None else f"{line['min'] or ''} … {line['max'] or ''}"
    return [
        styled(line["text_" + sheet.locale]),
        answer,
        styled(limits.strip(), size=8),
        styled(words[verdict[0]], bold=True, color=verdict[1]) if verdict else "",
    ]


def _answer(sheet: Sheet, line: Json) -> str:
    words, value = WORDS[sheet.locale], line["value"]
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if value is None:
        return words["attached" if line["files"] else "unanswered"]
    return f"{value} {line['unit'] or ''}".strip()


def _score(sheet: Sheet, found: Json) -> Flowable:
    words = WORDS[sheet.locale]
    said = [words["score"].format(score=found["score"])]
    color = None
    if found["passed"] is not None:
        said += [words["mark"].format(mark=found["pass_mark"])]
        said += [words["overall_pass" if found["passed"] else "overall_fail"]]
        color = GOOD if found["passed"] else BAD
    return styled(" · ".join(said), size=10, bold=True, color=color or colors.black)


def _parts(sheet: Sheet) -> Iterator[Flowable]:
    words, lines = WORDS[sheet.locale], sheet.content["parts"]
    if not lines:
        return
    yield from _title(words["parts"])
    rows = [[styled(words[name], size=8, color=PALE) for name in ("part", "quantity", "serial", "old_serial")]]
    rows += [
        [
            styled(f"{line['part_name']} ({line['part_number']})"),
            styled(line["quantity"]),
            styled(line["serial"] or ""),
            styled(line["old_serial"] or ""),
        ]
        for line in lines
    ]
    table = Table(rows, colWidths=[WIDTH * part for part in (0.46, 0.12, 0.21, 0.21)], style=GRID, repeatRows=1)
    table.setStyle(HEADED)
    yield table


def _finding(sheet: Sheet) -> Iterator[Flowable]:
    words, found = WORDS[sheet.locale], sheet.content["finding"]
    if not found:
        return
    yield from _title(words["finding"])
    lines = [("finding", words.get(found["outcome"], found["outcome"]))]
    lines += [(name, found[name]) for name in ("failure_mode", "cause", "activity", "note") if name in found]
    yield _pairs(sheet, lines)


def _notes(sheet: Sheet) -> Iterator[Flowable]:
    lines = sheet.content["notes"]
    if not lines:
        return
    yield from _title(WORDS[sheet.locale]["notes"])
    for line in lines:
        yield styled(line["text"])
        yield styled(f"{line['by']} · {_instant(sheet, line['at'])}", size=7.5, color=PALE)
        yield Spacer(1, 1 * mm)


def _photos(sheet: Sheet) -> Iterator[Flowable]:
    photos = sheet.content["photos"]
    if not photos:
        return
    yield from _title(WORDS[sheet.locale]["photos"], room=75 * mm)
    width = WIDTH / PHOTOS_IN_A_ROW
    cells = [_photo(sheet, photo, width=width - 4 * mm) for photo in photos]
    cells += [[]] * (-len(cells) % PHOTOS_IN_A_ROW)
    rows = [cells[at : at + PHOTOS_IN_A_ROW] for at in range(0, len(cells), PHOTOS_IN_A_ROW)]
    yield Table(rows, colWidths=[width] * PHOTOS_IN_A_ROW, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _photo(sheet: Sheet, photo: Json, *, width: float) -> list[Any]:
    items = {line["key"]: line for line in (sheet.content["checklist"] or {"lines": []})["lines"]}
    item = items.get(photo["item"])
    about = [item["text_" + sheet.locale]] if item else []
    about += [photo["caption"]] if photo["caption"] else []
    when = (photo["taken_local"] or "").replace("T", " ")[:16] or _instant(sheet, photo["at"])
    lines = [styled(" · ".join(about), size=8)] if about else []
    lines.append(styled(when, size=7, color=PALE))
    return [_picture(sheet, photo["sha256"], width=width, height=52 * mm), Spacer(1, 1 * mm), *lines]


def _picture(sheet: Sheet, sha256: str, *, width: float, height: float) -> Flowable:
    data = sheet.pictures.get(sha256)
    if data is None:
        return styled(WORDS[sheet.locale]["no_preview"], color=PALE)
    return Image(io.BytesIO(data), width=width, height=height, kind="proportional", hAlign="LEFT")


def _signature(sheet: Sheet) -> Iterator[Flowable]:
    words, drawn, name = WORDS[sheet.locale], sheet.content["signatures"], sheet.content["visit"]["signed_by"]
    if not drawn and not name:
        return
    yield from _title(words["signature"], room=45 * mm)
    for one in drawn:
        yield _picture(sheet, one["sha256"], width=60 * mm, height=26 * mm)
        yield styled(_instant(sheet, one["at"]), size=7.5, color=PALE)
    if name:
        yield styled(f"{words['signed_by']}{words['sep']}{name}")


def _seal(sheet: Sheet) -> Iterator[Flowable]:
    words, seal = WORDS[sheet.locale], sheet.seal
    lines: list[Flowable] = [*_title(words["seal"])]
    lines.append(styled(f"{words['seal_digest']}{words['sep']}{seal.digest}", size=7.5))
    if seal.signature:
        lines.append(styled(f"{words['seal_signature']}{words['sep']}{seal.signature}", size=7.5))
    lines.append(styled(words["seal_words"], size=7.5, color=PALE))
    yield KeepTogether(lines)
