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
KEYS = "(device, boot, seq, ts_ms)"
FIGURES = {
    "sent": "SELECT count(*) FROM soak_sent",
    "stored": "SELECT count(*) FROM soak_stored",
    "lost": f"SELECT count(*) FROM soak_sent LEFT JOIN soak_stored USING {KEYS} WHERE soak_stored.total IS NULL",
    "foreign": f"SELECT count(*) FROM soak_stored LEFT JOIN soak_sent USING {KEYS} WHERE soak_sent.total IS NULL",
    "changed": f"SELECT count(*) FROM soak_sent s JOIN soak_stored t USING {KEYS} WHERE abs(s.total - t.total) > 1e-6",
    "duplicates": "SELECT COALESCE(sum(n - 1), 0) FROM"
    " (SELECT count(*) AS n FROM soak_stored GROUP BY device, boot, seq HAVING count(*) > 1) AS twice",
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
    letters: int
    """Dead letters; nothing that the devices sent deserves one."""
    silences: int
    """Devices called silent that were not."""

    @property
    def exact(self) -> bool:
        """Tell whether the table holds what was sent, once."""
        return not (self.lost or self.foreign or self.changed or self.duplicates or self.letters)


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
        connection.execute("ANALYZE soak_sent")
        connection.execute("ANALYZE soak_stored")
        found = {}
        for name, query in FIGURES.items():
            row = connection.execute(query).fetchone()
            assert row is not None
            found[name] = int(row[0])
    return Account(**found)
