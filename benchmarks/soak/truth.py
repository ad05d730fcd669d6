"""What the devices say they have sent against what lies in the tables: sets compared exactly, values too."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

SENT = "CREATE UNLOGGED TABLE soak_sent (device int, boot int, seq bigint, ts_ms bigint, total float8)"
STORED = """
CREATE UNLOGGED TABLE soak_stored AS
SELECT device_number AS device, boot, seq, (extract(epoch FROM ts) * 1000)::bigint AS ts_ms,
       (SELECT sum(value::float8) FROM jsonb_each_text(vals)) AS total
FROM telemetry
"""
HOURS = """
CREATE UNLOGGED TABLE soak_hour AS
SELECT t.device_number AS device, date_trunc('hour', t.ts, 'UTC') AS hour, e.key AS metric,
       count(*) AS n, min(e.value::numeric) AS low, max(e.value::numeric) AS high, sum(e.value::numeric) AS total,
       (max(ARRAY[extract(epoch FROM t.ts), t.boot, t.seq, e.value::numeric]))[4] AS newest
FROM telemetry t CROSS JOIN jsonb_each_text(t.vals) e GROUP BY 1, 2, 3
"""
ROLLED_UP = (
    "SELECT device_number AS device, bucket AS hour, e.key AS metric, (e.value -> 0)::bigint AS n,"
    " (e.value -> 1)::numeric AS low, (e.value -> 2)::numeric AS high, (e.value -> 3)::numeric AS total,"
    " (e.value -> 4)::numeric AS newest FROM rollup_hour CROSS JOIN jsonb_each(stats) e"
)
KEYS = "(device, boot, seq, ts_ms)"
FIGURES = {
    "sent": "SELECT count(*) FROM soak_sent",
    "stored": "SELECT count(*) FROM soak_stored",
    "lost": f"SELECT count(*) FROM soak_sent LEFT JOIN soak_stored USING {KEYS} WHERE soak_stored.total IS NULL",
    "foreign": f"SELECT count(*) FROM soak_stored LEFT JOIN soak_sent USING {KEYS} WHERE soak_sent.total IS NULL",
    "changed": f"SELECT count(*) FROM soak_sent s JOIN soak_stored t USING {KEYS} WHERE abs(s.total - t.total) > 1e-6",
    "duplicates": "SELECT COALESCE(sum(n - 1), 0) FROM"
    " (SELECT count(*) AS n FROM soak_stored GROUP BY device, boot, seq HAVING count(*) > 1) AS twice",
    "rollups": "SELECT count(*) FROM soak_hour",
    "different_rollups": f"SELECT (SELECT count(*) FROM (TABLE soak_hour EXCEPT ALL {ROLLED_UP}) a)"
    f" + (SELECT count(*) FROM ({ROLLED_UP} EXCEPT ALL TABLE soak_hour) b)",
    "letters": "SELECT count(*) FROM telemetry_dead_letter",
    "silences": "SELECT count(*) FROM outbox_event WHERE topic = 'devices.silent.v1'",
}


@dataclass(frozen=True)
class Account:
    """The sets side by side."""

    sent: int
    stored: int
    lost: int
    """Sent and not stored."""
    foreign: int
    """Stored and never sent."""
    changed: int
    """Stored with other values."""
    duplicates: int
    """Rows beyond the first of a (device, boot, seq), whatever their ts."""
    rollups: int
    """Figures of a metric of a device in an hour, made of the rows by another query than the job's."""
    different_rollups: int
    letters: int
    """Dead letters; nothing that the devices sent deserves one."""
    silences: int
    """Devices called silent that were not."""

    @property
    def exact(self) -> bool:
        """Tell whether the table holds what was sent, once."""
        wrong = (self.lost, self.foreign, self.changed, self.duplicates, self.letters, self.different_rollups)
        return not any(wrong)


def compare(url: str, files: Sequence[Path]) -> Account:
    """Compare the files of the device processes with the telemetry of a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone TO 'UTC'")
        connection.execute(SENT)
        with connection.cursor().copy("COPY soak_sent FROM STDIN") as copy:
            for path in files:
                with path.open("rb") as data:
                    while chunk := data.read(1 << 20):
                        copy.write(chunk)
        connection.execute(STORED)
        connection.execute(HOURS)
        connection.execute("ANALYZE soak_sent")
        connection.execute("ANALYZE soak_stored")
        found = {}
        for name, query in FIGURES.items():
            row = connection.execute(query).fetchone()
            assert row is not None
            found[name] = int(row[0])
    return Account(**found)
