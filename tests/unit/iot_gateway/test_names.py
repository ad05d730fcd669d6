"""Every measured value has a name in both languages, and the sentences of a case can be said."""

from datetime import UTC, datetime

from iot_gateway.casework import TEXTS
from iot_gateway.detect.catalogue import MODELS
from iot_gateway.detect.names import NAMES


def test_every_metric_has_a_name() -> None:
    measured = {metric for model in MODELS.values() for metric in model.metrics}

    assert measured <= set(NAMES)
    assert all(english and chinese for english, chinese in NAMES.values())


def test_the_sentences_of_a_case_speak_of_names() -> None:
    since = datetime(2026, 11, 18, 19, tzinfo=UTC)
    name_en, name_zh = NAMES["vibration_mm_s"]
    words = {
        "name_en": name_en,
        "name_zh": name_zh,
        "observed": 1.557,
        "expected": 1.44,
        "unit": "mm/s",
        "since": since,
    }

    said = {how: [text.format(**words) for text in both] for how, both in TEXTS.items()}
    assert said["level"] == [
        "Vibration has read 1.557 mm/s where 1.44 was expected since 2026-11-18 19:00 UTC.",
        "自 2026-11-18 19:00 UTC 起，振动读数为 1.557 mm/s，预期为 1.44。",
    ]
    assert said["rough"][0] == "Vibration varies by 1.56 mm/s an hour, usually 1.44, since 2026-11-18 19:00 UTC."
    assert said["stuck"][1] == "自 2026-11-18 19:00 UTC 起，振动一直停在 1.557 mm/s。"
    assert "not sent any more since 2026-11-18 19:00 UTC" in said["silent"][0]
