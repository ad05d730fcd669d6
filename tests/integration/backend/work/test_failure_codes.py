"""Findings keep to the catalogue of the asset's class, where it has one."""

import pytest
from sqlalchemy.orm import Session

from backend.assets import coding
from backend.assets.models import CodeKind
from backend.work.errors import NotFinished
from backend.work.lifecycle import VisitAction, VisitState, Who
from backend.work.service.acting import Status
from tests.integration.backend.work.scene import a_scene, a_visit, desk, do_visit, phone_of, step

SAID = {
    "result": "confirmed",
    "failure_mode": "bearing",
    "mechanism": "fatigue",
    "cause": "wear",
    "activity": "replace",
}


def teach(session: Session, kind: CodeKind, *words: str, retired: bool = False) -> None:
    for word in words:
        coding.set_code(session, "pump", kind=kind, code=word, name_zh=word, name_en=word, retired=retired)


def test_another_word_keeps_the_work_from_being_finished(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)
    teach(session, CodeKind.MODE, "seal", "leak")
    teach(session, CodeKind.MODE, "bearing", retired=True)
    teach(session, CodeKind.CAUSE, "wear")

    for said, missing in (
        (SAID, ["finding.failure_mode"]),
        (SAID | {"failure_mode": "seal", "cause": "rain"}, ["finding.cause"]),
        (SAID | {"failure_mode": ""}, ["finding.failure_mode"]),
    ):
        with pytest.raises(NotFinished) as refused:
            step(session, visit.id, VisitAction.COMPLETE, desk(Who.DISPATCHER), 50, payload={"finding": said})
        assert refused.value.members["missing"] == missing

    fitting = {"finding": SAID | {"failure_mode": "seal"}}
    assert step(session, visit.id, VisitAction.COMPLETE, desk(Who.DISPATCHER), 50, payload=fitting).visit.state == (
        VisitState.COMPLETED
    )


def test_from_the_field_another_word_waits_for_a_dispatcher(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)
    teach(session, CodeKind.MODE, "seal")

    outcome = step(session, visit.id, VisitAction.COMPLETE, phone_of(scene.chen), 50)

    assert outcome.status is Status.CONFLICT
    assert visit.state is VisitState.IN_PROGRESS


def test_the_same_word_again_changes_its_names_only(session: Session) -> None:
    a_scene(session)
    teach(session, CodeKind.MODE, "seal")

    coding.set_code(session, "pump", kind=CodeKind.MODE, code="seal", name_zh="密封", name_en="Seal", retired=True)

    assert [(row.code, row.name_en, row.retired) for row in coding.catalogue(session, "pump")] == [
        ("seal", "Seal", True)
    ]
