"""Records without a time of their own, delivered a second time.

Their instant is the time of receipt, so a second delivery would make a second row. The broker repeats a message under
its packet id (MQTT 5, section 4.4): the hash of payload and packet id is their number, and one that is marked as a
repetition is looked for under it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from iot_gateway.batch import Stored
from iot_gateway.fast_mqtt import Message
from iot_gateway.store import Connection

LOOK_BACK = timedelta(hours=25)
"""A little longer than the broker keeps our session."""


def number(seq: int, message: Message) -> int:
    """Return the number of a bare record whose bytes hash to `seq`."""
    body = b"%d %d" % (seq, message.mid)
    return int.from_bytes(hashlib.blake2b(body, digest_size=8).digest(), "big") >> 1


def stored_before(connection: Connection, samples: Sequence[Stored]) -> set[tuple[int, int]]:
    """Return (device number, seq) of those of these samples that an earlier delivery has stored."""
    rows = connection.execute(
        "SELECT t.device_number, t.seq FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[]) k(number, seq, at)"
        " JOIN telemetry t ON t.device_number = k.number AND t.boot = 0 AND t.seq = k.seq"
        " AND t.ts >= k.at AND t.ts >= %s WHERE t.received_at >= k.at",
        [
            [sample.device.number for sample in samples],
            [sample.seq for sample in samples],
            [sample.received_at - LOOK_BACK for sample in samples],
            min(sample.received_at for sample in samples) - LOOK_BACK,
        ],
    ).fetchall()
    connection.commit()
    return {(row[0], row[1]) for row in rows}


def without(samples: Iterable[Stored], repeats: set[int], known: set[tuple[int, int]]) -> list[Stored]:
    """Return the samples without the repetitions, by position, that are known or stand in the batch already."""
    kept: list[Stored] = []
    seen: set[tuple[int, int]] = set()
    for position, sample in enumerate(samples):
        key = (sample.device.number, sample.seq)
        if position in repeats and (key in known or key in seen):
            continue
        if sample.boot == 0:
            seen.add(key)
        kept.append(sample)
    return kept
