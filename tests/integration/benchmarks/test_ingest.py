"""The ingest benchmark runs on real parts and counts every row; no times are looked at."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ingest import ceiling, packets, peers, phases
from benchmarks.ingest.connected import hold, table
from benchmarks.ingest.load import Acks
from benchmarks.ingest.results import Results, Round, markdown
from benchmarks.ingest.watch import Counted, count_rows
from benchmarks.ingest.world import GATEWAYS, World, stop_all


@pytest.fixture
def world(fresh_database: Any, broker: Any, tmp_path: Path) -> Iterator[World]:
    environment = {name: value for name, value in os.environ.items() if name.startswith("FIELDHAND_")}
    world = World(environment, fresh_database.admin_url, broker._services.supervisor, broker._broker, tmp_path)
    world.settle(20)
    yield world
    stop_all(world)


def test_every_phase_runs_and_counts_its_rows_one_by_one(world: World) -> None:
    rates = [ceiling.broker_rate(world, 700), *(ceiling.copy_rate(world, 2500, binary=form) for form in (False, True))]
    copied = count_rows(world, boot=world.boot, sent=2500)
    world.start_gateway()
    drained = phases.drain(world, GATEWAYS[:1], 1230)
    streamed = phases.live(world, GATEWAYS[0], 610)
    paced = phases.paced(world, GATEWAYS[0], 200, seconds=1)
    world.stop(GATEWAYS[0])
    naive = peers.naive(world, 40)

    assert copied == Counted(2500, 0, 0, 0)
    assert drained.counted == Counted(1230, 0, 0, 0)
    assert streamed.counted == Counted(610, 0, 0, 0)
    assert paced.counted == Counted(200, 0, 0, 0)
    assert paced.late is not None
    assert naive.counted == Counted(40, 0, 0, 0)
    taken = Round(broker=rates[0], copy_text=rates[1], copy_binary=rates[2], drained=drained, streamed=streamed)
    results = Results(command="c", rounds=[taken], paced={200: paced}, naive=naive)
    results.scaled.append({1: drained})
    assert "3,310 rows were counted one by one: 0 lost, 0 twice, 0 dead letters." in markdown(results)


def test_connected_devices_hear_of_every_record_and_a_missing_row_is_noticed(world: World) -> None:
    held = hold(world, seconds=3, interval=1)
    with world.connect() as connection:
        connection.execute("DELETE FROM telemetry WHERE seq = 2 AND device_number = (SELECT max(number) FROM device)")
    without = count_rows(world, boot=world.boot, sent=60)

    assert (held.sent, held.taken, held.kept, held.dropped) == (60, 60, 60, 0)
    assert held.exact
    assert "0 lost" in table(held)
    assert not has_session(world, GATEWAYS[0])
    assert without == Counted(59, 1, 0, 0)


def has_session(world: World, user: str) -> bool:
    hello = packets.connect(user, user, world.secrets[user], clean=False)
    link = socket.create_connection(("127.0.0.1", world.broker.gateway_port), timeout=5)
    link.sendall(hello)
    first, body = packets.await_frame(link, bytearray())
    link.close()
    assert (first, body[1]) == (packets.CONNACK, 0)
    return body[0] == 1


def test_acknowledgements_are_counted_however_they_are_cut() -> None:
    plain, reasoned = packets.puback(7), b"\x40\x03\x00\x08\x10"
    stream = plain * 3 + reasoned + plain * 2
    for cut in range(1, len(stream)):
        acks = Acks()
        for start in range(0, len(stream), cut):
            acks.take(stream[start : start + cut])
        assert acks.count == 6

    with pytest.raises(packets.RefusedError):
        Acks().take(b"\x40\x03\x00\x08\x87")
