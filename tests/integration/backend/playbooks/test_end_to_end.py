"""Broker, gateway, scorer and simulator: one machine is cured by the command, the other gets its order."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.playbooks import repository, service
from backend.playbooks.lifecycle import RUNNING, TrialState
from backend.playbooks.models import Trial
from backend.subscriptions import EVENTS, HANDLERS, SUBSCRIPTIONS
from backend.tickets import service as tickets
from backend.work.models import WorkOrder
from backend.work.service import views as work
from iot_gateway.lifecycle import CaseState
from iot_gateway.service import cases
from kernel.db import transaction
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.intake.fleet import row_of
from tests.integration.backend.playbooks.test_trials import a_playbook
from tests.integration.backend.work.scene import a_scene
from tests.integration.iot_gateway.world import ROOT, DemoDevice, Process, wait_until

SCENARIO = """
name: remote
history: 21d
live: 1s
devices:
  - {{name: {clogged}, model: pump}}
  - {{name: {worn}, model: pump}}
faults:
  - {{device: {clogged}, mode: filter_clogging, onset: -4d, failure: +12h, severity: 6}}
  - {{device: {worn}, mode: bearing_wear, onset: -4d, failure: +12h, severity: 10}}
"""
SHORT = {"severity_at_most": 4, "most_critical": "A", "cold_start": True, "proof_samples": 10, "proof_seconds": 10}


@pytest.fixture
def pair(
    make_device: Callable[..., DemoDevice], gateway: Process, scorer: Process, tmp_path: Path
) -> Iterator[tuple[DemoDevice, DemoDevice]]:
    """Yield a clogged and a worn pump, played by the simulator, each on its asset."""
    clogged, worn = make_device("pump"), make_device("pump")
    with transaction(tenant_id=clogged.tenant_id) as session:
        scene = a_scene(session)
        for device in (clogged, worn):
            asset = assets.create_asset(session, device.name, class_code="pump", site_id=scene.site)
            assets.link_device(session, asset.id, device_id=device.id)
        for group in ("filter", "bearing"):
            a_playbook(session, failure_group=group, **SHORT)
    listed = [{"name": d.name, "model": "pump", "secret": d.secret} for d in (clogged, worn)]
    access = {"tenant": clogged.slug, "host": "127.0.0.1", "port": clogged.port, "ca": None, "devices": listed}
    (tmp_path / "devices.json").write_text(json.dumps(access))
    (tmp_path / "scenario.yaml").write_text(SCENARIO.format(clogged=clogged.name, worn=worn.name))
    command = [sys.executable, "-m", "firmware_sim.cli", "sim", "--credentials", str(tmp_path / "devices.json")]
    with (tmp_path / "sim.log").open("ab") as output:
        child = subprocess.Popen(
            [*command, "--scenario", str(tmp_path / "scenario.yaml"), "--state-dir", str(tmp_path / "state")],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    yield clogged, worn
    child.terminate()
    child.wait(timeout=90)


class Worker:
    """Delivers the events of one tenant, each to each of its handlers, in a transaction of its own."""

    def __init__(self, tenant_id: UUID) -> None:
        """Begin with the first event."""
        self._tenant_id = tenant_id
        self._done: set[UUID] = set()

    def work(self) -> None:
        """Deliver what is new."""
        with transaction(tenant_id=self._tenant_id) as session:
            query = select(OutboxEvent.id, OutboxEvent.topic, OutboxEvent.body).order_by(OutboxEvent.id)
            news = [row for row in session.execute(query) if row.id not in self._done and row.topic in EVENTS]
        for row in news:
            for name in SUBSCRIPTIONS[EVENTS[row.topic]]:
                with transaction(tenant_id=self._tenant_id) as session:
                    HANDLERS[name](session, decode(EVENTS[row.topic], row.body))
            self._done.add(row.id)


def trials(session: Session, device: DemoDevice) -> list[Trial]:
    return list(session.scalars(select(Trial).where(Trial.device_id == device.id)))


def test_one_machine_is_cured_from_afar_and_the_other_gets_its_order(pair: tuple[DemoDevice, DemoDevice]) -> None:
    clogged, worn = pair
    worker = Worker(clogged.tenant_id)

    def over() -> bool:
        worker.work()
        with transaction(tenant_id=clogged.tenant_id) as session:
            found = [trial for device in pair for trial in trials(session, device)]
            return len(found) == 2 and all(trial.state not in RUNNING for trial in found)

    wait_until(over, seconds=300)
    worker.work()
    worker.work()

    with transaction(tenant_id=clogged.tenant_id) as session:
        (cured,) = trials(session, clogged)
        (failed,) = trials(session, worn)
        assert (cured.state, failed.state, failed.reason) == (TrialState.SUCCEEDED, TrialState.FAILED, "relapse")
        answers = [step.detail.get("answer") for step in repository.events(session, cured.id)]
        assert "done, 1 faults cleared" in answers
        case = cases.get_case(session, cured.case_id)
        assert (case.state, case.finding_note) == (CaseState.CLOSED, "remote:backflush")
        assert tickets.get_ticket(session, cured.ticket_id).state == "resolved"
        assert work.orders_of_ticket(session, cured.ticket_id) == []
        assert cases.get_case(session, failed.case_id).state is CaseState.OPEN
        assert tickets.get_ticket(session, failed.ticket_id).state == "in_progress"
        order = session.get_one(WorkOrder, row_of(session, failed.case_id).work_order_id)
        assert order.evidence is not None
        assert (order.state, order.evidence["remote_trial"]["reason"]) == ("open", "relapse")
        assert service.sweep(session, at=failed.due_at) == 0
