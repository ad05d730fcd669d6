"""`python -m backend.figures.document`: write `docs/kpi.md` from the table of figures; a test says when it is old."""

from pathlib import Path

from backend.figures.kpis import KPIS, NOT_COMPUTED, OF_ASSETS, OF_PEOPLE, Kind, Kpi

PAGE = Path(__file__).resolve().parents[2] / "docs/kpi.md"
KINDS = {
    Kind.RATE: "share, with Wilson's 95 % interval",
    Kind.DURATION: "median (95 % interval by order statistics), mean, ninth decile; seconds",
    Kind.SHARE: "sum by sum",
    Kind.SCORE: "-100 to 100, with the interval of a mean",
    Kind.RELIABILITY: "from up and down times; seconds or a share",
    Kind.TURNS: "times a year",
    Kind.PREDICTION: "from the findings on cases",
}
HEAD = """# KPI

Written by `python -m backend.figures.document` from `backend/figures/kpis.py` and `words.py`; do not edit.

Every figure is computed in SQL from events (`visit_event`, `work_order_event`, `ticket_event`, clocks, surveys, the
stock ledger) in the order in which things happened, not from columns that rows keep for their lists. A report that
comes in a day late moves the figures of the day to which it belongs. A period is made of whole days of the tenant's
time zone.

- `GET /api/v1/kpi?from=2026-09-01&to=2026-09-30` returns all figures, `GET /api/v1/kpi/{name}` one. Filters:
  `customer_id`, `site_id`, `asset_class`, `model`, `work_type`, `priority`, `technician_id` (orders that this person
  visited; of visits their own), `territory` (a technician's id: sites inside that area). `bucket` is `day`, `week` or
  `month`. A filter that a figure cannot be narrowed by is named in `not_applied`.
- Each answer has `n`, the interval, what is left out and why (`excluded`), reasons (`reasons`) and a trend.
- `GET /api/v1/kpi/{name}/orders?only=counted|hit|missed|excluded|all&reason=` lists what is behind it, page by page.
- `GET /api/v1/failures/pareto?by=mode|mechanism|cause|activity|class|model&measure=count|downtime|cost` puts
  repairs together by what failed; `/failures/pareto/orders?key=` lists the repairs of one bar.
- `GET /api/v1/kpi-events/{kind}?format=csv|parquet`, or `fieldhand export FOLDER`, writes the events themselves.
  `python -m benchmarks kpi` computes every figure again from these files, in plain Python, and compares.

Words of failures: each class of assets may have a catalogue of modes, mechanisms, causes and activities (ISO 14224;
`GET /api/v1/asset-classes/{class_code}/failure-codes`, `PUT .../{kind}/{code}`). With one, a finding keeps to it:
a completion with another word, or of a confirmed failure without its mode, is not finished (`missing:
["finding.failure_mode"]`); from the field it waits as a conflict item and loses nothing. A retired word stays in old
records.

Limits: skill levels, crews and policies are those of now, not of the day of the visit. `prediction_*` and stock
figures take no filters. A down time is the time from a failure report to its restoration.

| Figure | Name | What it is | How it is told |
|---|---|---|---|
"""


def line(kpi: Kpi) -> str:
    """Return a figure's line of the table."""
    words = kpi.words
    narrowed = {OF_ASSETS: "; by customer, site, class, model, territory", OF_PEOPLE: "; by technician"}
    limits = narrowed.get(kpi.takes, "" if kpi.takes else "; no filters")
    return f"| `{kpi.name}` | {words.en} {words.zh} | {words.meaning_en} | {KINDS[kpi.kind]}{limits} |\n"


def page() -> str:
    """Return the whole page."""
    missing = "".join(f"- `{name}`: {reason}\n" for name, reason in NOT_COMPUTED.items())
    return HEAD + "".join(map(line, KPIS.values())) + f"\n## Not computed\n{missing}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
