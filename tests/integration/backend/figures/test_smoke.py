import time
from datetime import date, datetime, UTC
from uuid import UUID
import pytest
from sqlalchemy.orm import Session
from backend.figures import service
from backend.figures.kpis import KPIS
from backend.figures.scope import Filter
from backend.figures.service import Question
from kernel.ids import new_id
from kernel import clock


@pytest.mark.parametrize("name", KPIS)
@pytest.mark.parametrize("full", [True])
def test_runs(session: Session, name, full):
    f = (
        Filter(
            customer_id=new_id(),
            site_id=new_id(),
            asset_class="x",
            model="m",
            work_type="c",
            priority=1,
            technician_id=new_id(),
            territory=new_id(),
        )
        if full
        else Filter()
    )
    from unittest import mock

    mock.patch("backend.figures.service._check").start()
    q = Question(first=date(2026, 9, 1), last=date(2026, 9, 30), narrowed=f, as_of=clock.now())
    print(service.answer(session, name, q).figure)
    for only in ("all", "counted", "hit", "missed", "excluded"):
        service.behind(session, name, q, only=only, reason="x", after=(clock.now(), new_id()), limit=5)
