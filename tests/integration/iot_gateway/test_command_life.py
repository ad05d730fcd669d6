"""A command's life against deaths, repetitions and strangers."""

from datetime import timedelta

import pytest

from iot_gateway import commander
from iot_gateway.errors import CommandUnderWay
from iot_gateway.service import commands
from kernel import clock
from kernel.db import transaction
from kernel.errors import Invalid
from tests.integration.iot_gateway.test_presence_and_commands import command, finished, later, state
from tests.integration.iot_gateway.world import now_ms, record, scalar, stored, wait_until


def copies(device, command_id):
    return [asked["id"] for asked in device.heard("cmd")].count(str(command_id))


def test_a_command_to_an_absent_device_waits_for_its_birth_and_can_be_withdrawn(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    kept, withdrawn = command(device), command(device)
    other.connect()
    other.birth()
    proof = command(other)
    wait_until(lambda: state(proof) == "sent")
    assert state(kept) == "queued"

    with transaction(tenant_id=device.tenant_id) as session:
        commands.cancel_command(session, withdrawn, at=clock.now())
        commands.cancel_command(session, withdrawn, at=clock.now())
    device.connect()
    device.birth()

    wait_until(lambda: state(kept) == "sent")
    assert copies(device, withdrawn) == 0
    assert (state(withdrawn), finished(withdrawn)) == ("cancelled", 1)
    with transaction(tenant_id=device.tenant_id) as session, pytest.raises(CommandUnderWay):
        commands.cancel_command(session, kept, at=clock.now())


def test_a_gateway_that_dies_between_sending_and_noting_sends_again_and_the_answer_counts_once(
    make_device, gateway, monkeypatch
) -> None:
    device = make_device()
    device.connect()
    device.birth()
    device.send(record(now_ms(), 1))
    wait_until(lambda: stored(device) == 1)
    gateway.kill()

    class Dying:
        """A link that hands the message over and then the process is gone."""

        def __init__(self):
            self.connected = self

        def is_set(self):
            return True

        def deliver(self, topic, payload, **_):
            device.received.append((topic, payload))
            raise KeyboardInterrupt

    waiting = command(device)
    with pytest.raises(KeyboardInterrupt):
        commander.send_commands(Dying())
    assert (state(waiting), copies(device, waiting)) == ("queued", 1)

    gateway.start()
    later(device)
    wait_until(lambda: copies(device, waiting) == 2)
    for _ in range(2):
        device.send({"id": str(waiting), "status": "acked", "detail": "done"}, "cmd/ack")
    wait_until(lambda: state(waiting) == "acked")
    device.send(record(now_ms(), 2))
    wait_until(lambda: stored(device) == 2)
    assert finished(waiting) == 1


def test_a_command_is_sent_again_until_answered_but_not_before_its_pause(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    for each in (device, other):
        each.connect()
        each.birth()
    waiting = command(device)
    wait_until(lambda: copies(device, waiting) == 1)
    proof = command(other)
    wait_until(lambda: state(proof) == "sent")
    assert copies(device, waiting) == 1

    later(device)

    wait_until(lambda: copies(device, waiting) == 2)
    wait_until(lambda: scalar("SELECT attempts FROM device_command WHERE id = :c", c=waiting) == 2)


def test_a_device_that_reboots_gets_its_command_again_and_answers_for_it(make_device, gateway) -> None:
    device = make_device()
    device.connect(boot=1)
    device.birth(boot=1)
    waiting = command(device)
    wait_until(lambda: copies(device, waiting) == 1)
    device.close()
    device.connect(boot=2)

    device.birth(boot=2)
    wait_until(lambda: copies(device, waiting) == 2)
    device.send({"id": str(waiting), "status": "failed", "detail": "no such thing"}, "cmd/ack")

    wait_until(lambda: state(waiting) == "failed")
    device.birth(boot=2)
    device.send({"id": str(waiting), "status": "acked", "detail": ""}, "cmd/ack")
    device.send(record(now_ms(), 1, boot=2))
    wait_until(lambda: stored(device) == 1)
    assert (state(waiting), copies(device, waiting), finished(waiting)) == ("failed", 2, 1)


def test_an_answer_after_the_end_is_noted_and_changes_no_state(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    short = command(device, lifetime=timedelta(seconds=1))
    wait_until(lambda: state(short) == "expired")

    device.send({"id": str(short), "status": "acked", "detail": "done"}, "cmd/ack")

    wait_until(lambda: scalar("SELECT detail FROM device_command WHERE id = :c", c=short) is not None)
    assert state(short) == "expired"
    assert scalar("SELECT detail FROM device_command WHERE id = :c", c=short) == "answered too late: acked done"
    assert finished(short) == 1


def test_another_devices_answer_changes_nothing(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    other.connect()
    waiting = command(device)

    other.send({"id": str(waiting), "status": "acked", "detail": ""}, "cmd/ack")
    other.send(record(now_ms(), 1))

    wait_until(lambda: stored(other) == 1)
    assert (state(waiting), finished(waiting)) == ("queued", 0)


def test_the_commands_of_a_device_are_listed_newest_first_in_pages(make_device) -> None:
    device, other = make_device(), make_device()
    asked = [command(device) for _ in range(5)]
    command(other)

    with transaction(tenant_id=device.tenant_id) as session:
        first = [view.id for view in commands.list_commands(session, device.id, limit=3)]
        rest = [view.id for view in commands.list_commands(session, device.id, before=first[-1], limit=3)]

    assert first + rest == sorted(asked, reverse=True)


def test_a_lifetime_is_bounded(make_device) -> None:
    device = make_device()

    for lifetime in (timedelta(0), timedelta(days=31)):
        with pytest.raises(Invalid):
            command(device, lifetime=lifetime)
