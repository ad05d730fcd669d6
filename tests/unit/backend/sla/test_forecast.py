"""Forecasts of promises, in sums that people can check."""

from datetime import UTC, datetime, timedelta

from backend.sla.forecast import DEFAULT, Facts, History, Piece, look_again, margin, predict

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORK = 60 * MINUTE


def test_without_plan_or_past_a_promise_takes_hand_over_travel_and_work() -> None:
    found = predict(Piece.WORK, Facts(work=WORK), History(), now=NOW)

    assert [part.piece for part in found.parts] == [Piece.HAND_OVER, Piece.TRAVEL, Piece.WORK]
    assert found.at == NOW + DEFAULT[Piece.HAND_OVER] + DEFAULT[Piece.TRAVEL] + WORK


def test_a_planned_visit_waits_for_its_time() -> None:
    facts = Facts(work=WORK, planned_start=NOW + 180 * MINUTE, travel=20 * MINUTE, accepted_at=NOW)

    assert predict(Piece.TRAVEL, facts, History(), now=NOW).at == NOW + 180 * MINUTE
    assert predict(Piece.WORK, facts, History(), now=NOW).at == NOW + 240 * MINUTE


def test_a_planned_time_that_is_past_is_no_excuse() -> None:
    facts = Facts(work=WORK, planned_start=NOW - 60 * MINUTE, travel=20 * MINUTE, accepted_at=NOW)

    assert predict(Piece.TRAVEL, facts, History(), now=NOW).at == NOW + 20 * MINUTE


def test_what_is_left_of_the_way_and_of_the_work_counts() -> None:
    on_the_way = Facts(work=WORK, travel=30 * MINUTE, accepted_at=NOW, travel_started_at=NOW - 20 * MINUTE)
    at_work = Facts(work=WORK, accepted_at=NOW, arrived_at=NOW, work_started_at=NOW - 45 * MINUTE)
    overdrawn = Facts(work=WORK, accepted_at=NOW, arrived_at=NOW, work_started_at=NOW - 300 * MINUTE)

    assert predict(Piece.TRAVEL, on_the_way, History(), now=NOW).at == NOW + 10 * MINUTE
    assert predict(Piece.WORK, at_work, History(), now=NOW).at == NOW + 15 * MINUTE
    assert predict(Piece.WORK, overdrawn, History(), now=NOW).at == NOW + 6 * MINUTE


def test_the_past_speaks_only_with_enough_cases() -> None:
    few = History(hand_over=90 * MINUTE, hand_over_count=4, work_ratio=2.0, work_count=4)
    many = History(hand_over=90 * MINUTE, hand_over_count=5, work_ratio=2.0, work_count=5)

    assert predict(Piece.HAND_OVER, Facts(work=WORK), few, now=NOW).at == NOW + DEFAULT[Piece.HAND_OVER]
    told = predict(Piece.WORK, Facts(work=WORK), many, now=NOW)
    assert [(part.length, part.cases) for part in told.parts] == [
        (90 * MINUTE, 5), (DEFAULT[Piece.TRAVEL], 0), (120 * MINUTE, 5),
    ]  # fmt: skip


def test_the_closer_it_gets_the_sooner_it_is_looked_at_again() -> None:
    forecast = predict(Piece.HAND_OVER, Facts(work=WORK), History(), now=NOW)

    def look(minutes: int) -> timedelta:
        return look_again(forecast, due_at=forecast.at + minutes * MINUTE, target=60 * MINUTE, now=NOW) - NOW

    assert (look(0), look(16), look(600)) == (1 * MINUTE, 5 * MINUTE, 15 * MINUTE)
    assert margin(60 * MINUTE) == 6 * MINUTE
    assert margin(timedelta(days=9)) == timedelta(hours=1)
