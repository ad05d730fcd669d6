"""A job is done once; one that fails is counted and tried again, and given up after some tries."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from backend.worker import deliveries
from kernel import clock, jobs
from kernel.db import Login, transaction
from kernel.jobs import Job, JobState

DONE: list[str] = []


def note(tenant_id: UUID, body: dict[str, Any]) -> None:
    DONE.append(body["what"])


def fail(tenant_id: UUID, body: dict[str, Any]) -> None:
    note(tenant_id, body)
    raise RuntimeError("no hands")


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    DONE.clear()
    monkeypatch.setitem(deliveries.JOBS, "test.note", note)
    monkeypatch.setitem(deliveries.JOBS, "test.fail", fail)


def ask(tenant: UUID, kind: str, *, key: str = "k") -> UUID:
    with transaction(tenant_id=tenant) as session:
        jobs.request(session, kind, key=key, due_at=clock.now(), body={"what": key})
        return session.scalars(select(Job.id).where(Job.kind == kind, Job.key == key)).one()


def look(tenant: UUID, job_id: UUID) -> Job:
    with transaction(tenant_id=tenant) as session:
        return session.scalars(select(Job).where(Job.id == job_id)).one()


def test_a_job_is_done_once_however_often_it_is_woken(tenant: UUID) -> None:
    job_id = ask(tenant, "test.note")

    for _ in range(3):
        deliveries.run_job(tenant, job_id)

    done = look(tenant, job_id)
    assert DONE == ["k"]
    assert (done.state, done.attempts, done.error) == (JobState.DONE, 1, None)


def test_the_same_wish_twice_is_one_job(tenant: UUID) -> None:
    assert ask(tenant, "test.note") == ask(tenant, "test.note")


def test_a_failed_job_says_why_and_comes_again_later(tenant: UUID) -> None:
    job_id = ask(tenant, "test.fail")
    at = clock.now()

    deliveries.run_job(tenant, job_id)

    failed = look(tenant, job_id)
    assert (failed.state, failed.attempts) == (JobState.PENDING, 1)
    assert "no hands" in (failed.error or "")
    assert failed.due_at >= at + timedelta(seconds=30)


def test_a_job_that_works_at_last_forgets_its_failure(tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = ask(tenant, "test.fail")
    deliveries.run_job(tenant, job_id)
    monkeypatch.setitem(deliveries.JOBS, "test.fail", note)

    deliveries.run_job(tenant, job_id)

    done = look(tenant, job_id)
    assert (done.state, done.attempts, done.error) == (JobState.DONE, 2, None)


def test_a_job_is_given_up_after_so_many_tries(tenant: UUID) -> None:
    job_id = ask(tenant, "test.fail")

    for _ in range(jobs.MAX_ATTEMPTS + 2):
        deliveries.run_job(tenant, job_id)

    ended = look(tenant, job_id)
    assert (ended.state, ended.attempts) == (JobState.FAILED, jobs.MAX_ATTEMPTS)
    assert len(DONE) == jobs.MAX_ATTEMPTS


def test_a_job_that_takes_its_worker_down_each_time_is_given_up(tenant: UUID) -> None:
    job_id = ask(tenant, "test.note")
    with transaction(tenant_id=tenant) as session:
        session.execute(update(Job).values(attempts=jobs.MAX_ATTEMPTS))

    deliveries.run_job(tenant, job_id)

    ended = look(tenant, job_id)
    assert DONE == []
    assert ended.state is JobState.FAILED
    assert "lost" in (ended.error or "")


def test_a_job_nobody_knows_is_a_failure_and_stops_nothing(tenant: UUID) -> None:
    job_id = ask(tenant, "test.unheard_of")

    deliveries.run_job(tenant, job_id)

    assert "test.unheard_of" in (look(tenant, job_id).error or "")


def test_a_due_job_is_handed_out_once_and_again_when_nobody_did_it(tenant: UUID) -> None:
    job_id = ask(tenant, "test.note")
    at = clock.now() + timedelta(seconds=1)

    def due(later: int) -> list[tuple[UUID, UUID]]:
        with transaction(Login.SYSTEM) as session:
            return jobs.due(session, at=at + timedelta(seconds=later), limit=1000)

    assert (tenant, job_id) in due(0)
    assert (tenant, job_id) not in due(1)
    assert (tenant, job_id) in due(61)


def test_a_worker_does_no_job_of_another_tenant(tenant: UUID, other_tenant: UUID) -> None:
    job_id = ask(tenant, "test.note")

    deliveries.run_job(other_tenant, job_id)

    assert DONE == []
