"""Figures of gateway and scorer for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("fieldhand_ingest_messages_total", "MQTT messages committed")
SAMPLES = Counter("fieldhand_ingest_samples_total", "Samples committed")
DEAD_LETTERS = Counter("fieldhand_ingest_dead_letters_total", "Records that could not be taken", ["reason"])
REPLAYS = Counter("fieldhand_dead_letter_replays_total", "Dead letters sent again on request", ["outcome"])
CONFLICTS = Counter("fieldhand_ingest_conflicts_total", "Batches that met a known key and went the careful way")
BATCH_SECONDS = Histogram("fieldhand_ingest_batch_seconds", "Time to commit a batch")
BATCH_MESSAGES = Histogram(
    "fieldhand_ingest_batch_messages", "Messages of a batch", buckets=(1, 3, 10, 30, 100, 300, 1000, 3000)
)
HELD = Gauge("fieldhand_ingest_held_messages", "Received messages that wait for the writer")
OUTSTANDING = Gauge("fieldhand_ingest_uncommitted_messages", "Received messages that are not committed yet")
CONNECTIONS = Counter(
    "fieldhand_broker_connections_total", "Connections that the broker accepted, the first among them"
)
COMMANDS_SENT = Counter("fieldhand_commands_sent_total", "Commands handed to the broker")
TWINS_SENT = Counter("fieldhand_twins_sent_total", "Desired states handed to the broker")
SCORED_SAMPLES = Counter("fieldhand_scored_samples_total", "Samples that the scorer took in")
CASES_OPENED = Counter("fieldhand_cases_opened_total", "Cases opened", ["failure_group"])
SCORER_LAG = Gauge("fieldhand_scorer_lag_seconds", "Age of the oldest stored batch not taken in")
SCORER_WAITING = Gauge("fieldhand_scorer_waiting_batches", "Stored batches not taken in, 10,000 at most")
ROLLUP_LAG = Gauge("fieldhand_rollup_lag_seconds", "Age of the last batch whose buckets were noted, when they were")
