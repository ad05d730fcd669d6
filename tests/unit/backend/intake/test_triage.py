"""What words ask for."""

import pytest

from backend.intake.triage import propose


@pytest.mark.parametrize(
    "text",
    [
        "空调箱不出风,有焦味",
        "配电柜冒烟",
        "电梯困人",
        "Somebody is trapped in the lift",
        "There is smoke in the pump room",
    ],
)
def test_words_of_danger_are_as_urgent_as_it_gets(text: str) -> None:
    assert propose(text, priority=4).priority == 1
    assert propose(text).safety


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
def test_words_never_lower_the_urgency(priority: int) -> None:
    assert propose("请安排年检保养", priority=priority).priority <= priority
    assert propose("urgent: pump leaking", priority=priority).priority <= priority


@pytest.mark.parametrize(
    ("text", "topic", "skill"),
    [
        ("水泵轴承异响", "bearing", "rotating"),
        ("The chiller is not cooling any more", "refrigerant", "refrigeration"),
        ("电梯门关不上", "door", "lift"),
        ("充电桩充不上电", "charger", "electrical"),
        ("charging plug gets hot", "connector", "electrical"),
    ],
)
def test_words_name_the_subject_and_its_skill(text: str, topic: str, skill: str) -> None:
    found = propose(text)

    assert (found.topic, found.skill) == (topic, skill)


def test_words_that_say_nothing_leave_it_to_a_person() -> None:
    found = propose("你好")

    assert (found.topic, found.skill, found.priority, found.language) == (None, None, 3, "zh")
    assert propose("hello").language == "en"
