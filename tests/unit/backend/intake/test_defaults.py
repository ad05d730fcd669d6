"""The rules that a tenant starts with cover what the shipped models can raise."""

from backend.intake.defaults import DEFAULTS
from iot_gateway.detect import catalogue
from iot_gateway.detect.fusion import SENSOR_GROUP
from iot_gateway.schemas.thresholds import ThresholdIn


def test_every_failure_group_that_a_shipped_model_can_raise_has_a_default_rule() -> None:
    raised = {group.name for model in catalogue.MODELS.values() for group in model.groups}
    raised |= {SENSOR_GROUP, ThresholdIn.model_fields["failure_group"].default}

    known = [rule.failure_group for rule in DEFAULTS]

    assert raised <= set(known)
    assert len(known) == len(set(known))


def test_each_rule_says_skill_urgency_and_texts_and_what_is_worse_is_not_less_urgent() -> None:
    for rule in DEFAULTS:
        assert rule.skill
        assert rule.part_number or rule.failure_group == "limit"
        assert 1 <= rule.skill_level <= 3
        assert list(rule.priorities) == sorted(rule.priorities)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.text_zh)
        assert rule.text_en.isascii()
