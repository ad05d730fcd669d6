"""Figures of gateway and scorer for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("fieldhand_ingest_messages_total", "MQTT messages committed")
SAMPLES = Counter("fieldhand_ingest_samples_total", "Samples committed")
DEAD_LETTERS = Counter("fieldhand_ingest_dead_letters_total", "Records that could not be taken", ["reason"])
REPLAYS = Counter("fieldhand_dead_letter_replays_total", "Dead letters sent again on request", ["outcome"])
CONFLICTS = Counter("fieldhand_ingest_conflicts_total", "Batches that met a known key and went the careful way")
BATCH_SECONDS = Histogram("fieldhand_ingest_batch_seconds", "Time to commit a batch")
COMMANDS_SENT = Counter("fieldhand_commands_sent_total", "Commands handed to the broker")
TWINS_SENT = Counter("fieldhand_twins_sent_total", "Desired states handed to the broker")
SCORED_SAMPLES = Counter("fieldhand_scored_samples_total", "Samples that the scorer took in")
CASES_OPENED = Counter("fieldhand_cases_opened_total", "Cases opened", ["failure_group"])
SCORER_LAG = Gauge("fieldhand_scorer_lag_seconds", "Age of the last batch taken in, when it was taken in")
