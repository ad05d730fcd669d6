"""Relay and worker die at random and Redis forgets; every event still has its effect, and has it once."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import redis as redis_client
from sqlalchemy import func, select, text

from kernel.audit import AuditEntry
from kernel.db import Login, transaction
from kernel.outbox import DeliveryState, EventDelivery, OutboxEvent, publish
from tests.conftest import ROOT, Database, make_tenant, wait_for
from tests.integration.kernel.counting import Counted

EVENTS, KILLS = 240, 6


class Crew:
    """A relay and a worker, started again whenever they are killed."""

    def __init__(self, folder: Path) -> None:
        """Keep the logs in a folder."""
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start a process in a group of its own."""
        with (self.folder / f"{name}.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.kernel.counting", name],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process and its children as a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    def kill_a_child(self) -> bool:
        """End one of the worker's pool processes; tell whether there was one."""
        parent = self.running["worker"].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if children:
            os.kill(int(random.choice(children)), signal.SIGKILL)
        return bool(children)

    def logs(self) -> str:
        """Return which processes live, and the ends of the logs."""
        alive = {name: process.poll() is None for name, process in self.running.items()}
        return f"{alive}\n" + "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def crew(fresh_database: Database, redis: str, tmp_path: Path) -> Iterator[Crew]:
    """Return the processes, running."""
    redis_client.Redis.from_url(redis).flushall()
    people = Crew(tmp_path)
    for name in ("relay", "worker"):
        people.start(name)
    yield people
    for name in list(people.running):
        people.kill(name)


def publish_all(tenant: UUID) -> None:
    """Publish the events, and now and then one in a transaction that fails."""
    for number in range(EVENTS):
        with transaction(tenant_id=tenant) as session:
            publish(session, Counted(number=number))
        if number % 10 == 0:
            forget_one(tenant)
        time.sleep(0.03)


def forget_one(tenant: UUID) -> None:
    """Publish what never happened."""
    with pytest.raises(RuntimeError):
        publish_and_fail(tenant)


def publish_and_fail(tenant: UUID) -> None:
    """Leave a transaction with an event in it by an exception."""
    with transaction(tenant_id=tenant) as session:
        publish(session, Counted(number=-1))
        session.flush()
        raise RuntimeError


def done(tenant: UUID) -> int:
    """Return how many deliveries are done."""
    with transaction(tenant_id=tenant) as session:
        query = select(func.count()).select_from(EventDelivery).where(EventDelivery.state == DeliveryState.DONE)
        return session.scalar(query) or 0


def let_leases_end() -> None:
    """Do what half a minute would: let the sweeper wake again whatever is not done."""
    with transaction(Login.SYSTEM) as session:
        session.execute(text("UPDATE event_delivery SET due_at = now() WHERE state = 'pending'"))


def test_every_event_has_its_effect_once_however_often_processes_die(crew: Crew, redis: str) -> None:
    tenant = make_tenant()
    dice = random.Random(7)
    queue = redis_client.Redis.from_url(redis)
    publisher = threading.Thread(target=publish_all, args=(tenant,))
    assert wait_until_working(tenant, crew), crew.logs()

    publisher.start()
    for round_number in range(KILLS):
        time.sleep(dice.uniform(0.3, 1.2))
        match round_number % 3:
            case 0:
                crew.kill("relay")
                crew.start("relay")
            case 1:
                crew.kill_a_child()
            case _:
                crew.kill("worker")
                crew.start("worker")
        if round_number == KILLS // 2:
            queue.flushall()
    publisher.join(30)

    def all_done() -> bool:
        let_leases_end()
        time.sleep(0.5)
        return done(tenant) == EVENTS + 1

    assert wait_for(all_done, seconds=120), f"{what_is_left(tenant)}\n{crew.logs()}"
    with transaction(tenant_id=tenant) as session:
        effects = Counter(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "counted")))
        waiting = session.scalar(select(func.count()).select_from(OutboxEvent).where(OutboxEvent.relayed_at.is_(None)))
        deliveries = session.scalar(select(func.count()).select_from(EventDelivery))
    assert effects == dict.fromkeys(map(str, range(EVENTS + 1)), 1)
    assert (waiting, deliveries) == (0, EVENTS + 1)


def what_is_left(tenant: UUID) -> list[tuple[str, int, str | None, int]]:
    """Return how many deliveries stand where, for a test that fails."""
    with transaction(tenant_id=tenant) as session:
        query = select(EventDelivery.state, EventDelivery.attempts, EventDelivery.error, func.count())
        rows = session.execute(query.group_by(EventDelivery.state, EventDelivery.attempts, EventDelivery.error))
        return [tuple(row) for row in rows]


def wait_until_working(tenant: UUID, crew: Crew) -> bool:
    """Send one event through, so that what follows meets processes at work."""
    with transaction(tenant_id=tenant) as session:
        publish(session, Counted(number=EVENTS))
    alive = wait_for(lambda: done(tenant) == 1, seconds=120)
    return alive and all(process.poll() is None for process in crew.running.values())
