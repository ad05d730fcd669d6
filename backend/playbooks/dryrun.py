"""What a playbook would have done: its condition held against past cases, nothing sent and nothing written."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.assets.models import Criticality
from backend.playbooks.rules import Condition, Facts, refusal
from iot_gateway.service import cases
from iot_gateway.service.cases import PastCase

LOOKED_AT = 2000
SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A past case, and why it would not have been tried."""

    case: PastCase
    criticality: Criticality | None
    refused: str | None


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """Past cases by what a condition says of them."""

    judged: list[Judged]
    refused: dict[str, int]
    findings_of_tried: dict[str, int]


def dry_run(session: Session, condition: Condition, *, model: str, failure_group: str, since: datetime) -> DryRun:
    """Hold a condition against the cases since an instant, the newest 2,000 at most.

    A case counts with the highest severity that it reached, so fewer are tried here than in life.
    """
    past = cases.past_cases(session, model=model, failure_group=failure_group, since=since, limit=LOOKED_AT)
    judged = []
    for case in past:
        grade = Criticality(case.criticality) if case.criticality else None
        facts = Facts(severity=case.severity, criticality=grade, low_confidence=case.low_confidence)
        judged.append(Judged(case=case, criticality=grade, refused=refusal(condition, facts)))
    tried = [item.case for item in judged if item.refused is None]
    return DryRun(
        judged=judged,
        refused=dict(Counter(item.refused for item in judged if item.refused is not None)),
        findings_of_tried=dict(Counter(str(case.finding) if case.finding else "open" for case in tried)),
    )
