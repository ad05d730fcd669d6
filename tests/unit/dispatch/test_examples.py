"""The dispatcher's examples, in words."""

from __future__ import annotations

from dataclasses import replace

from dispatch.check import check
from dispatch.construct import mend
from dispatch.evaluate import evaluate
from dispatch.explain import explain, remark_of
from dispatch.insert import Offer, cheapest, offers
from dispatch.parts import Lack, allocate
from dispatch.plan import Pickup, Visit, empty_routes, rebase, technician_of, without
from dispatch.solve import solve
from dispatch.texts import TEXTS, Reason
from dispatch.violations import Code, Violation
from tests.unit.dispatch.worlds import CONTACTOR, HOUR, ROUTINE, STAFF, W3, a_world, off_duty

SUN, GAO, CHEN = 0, 1, 2
SIX = (CONTACTOR, *ROUTINE)


def test_sun_gets_the_contactor_with_a_stop_at_w3_and_gao_is_refused() -> None:
    instance = a_world(requests=[CONTACTOR], staff=STAFF[:2])

    answers = offers(instance, empty_routes(2), 0)

    best = cheapest(answers)
    assert best is not None
    assert best.technician == SUN
    assert best.stops == (Pickup(0, (1,)), Visit(0))
    assert best.pickup == Pickup(0, (1,))
    assert best.topped_up == ((0, 0, 1),)
    assert remark_of(instance, GAO, answers[GAO]).text_en == "skill level 1 of 3 (electrical)"
    assert "技能等级 1" in remark_of(instance, GAO, answers[GAO]).text_zh


def test_the_reasons_name_skill_part_and_extra_minutes() -> None:
    instance = a_world(requests=SIX)
    solution = solve(instance, seconds=60, iterations=2000)

    told = explain(instance, solution.plan.stops, 0)

    assert told.technician == SUN
    codes = {reason.code for reason in told.reasons}
    assert {Reason.SKILL_HELD, Reason.PART_IN_VAN, Reason.PART_PICKED_UP, Reason.EXTRA, Reason.CHEAPEST} <= codes
    sentences = [reason.text_en for reason in told.reasons]
    assert "picks up 1 x CON-40A at W3" in sentences
    assert "part CON-40A: 1 in van" in sentences
    assert any("extra minutes" in sentence for sentence in sentences)
    assert {remark.technician: remark.code for remark in told.others} == {
        GAO: Code.SKILL,
        CHEN: Reason.CHEAPER_ELSEWHERE,
    }


def test_sun_falls_ill_and_only_suns_visits_move() -> None:
    before = a_world(requests=SIX)
    published = evaluate(before, solve(before, seconds=60, iterations=2000).plan.stops).plan
    who = {r: technician_of(published.stops, r) for r in range(len(SIX))}
    starts = {s.request: at for day in published.routes for s, at in zip(day.stops, day.starts, strict=True)
              if isinstance(s, Visit)}  # fmt: skip
    told = [
        replace(r, previous_technician=STAFF[t].id, previous_start=starts[i])
        for i, r in enumerate(SIX)
        if (t := who[i]) is not None
    ]
    ill = a_world(requests=told, staff=off_duty("sun"))

    after = solve(ill, seconds=60, iterations=2000, previous=published.stops)

    assert check(ill, after.plan) == []
    assert after.plan.unserved == ()
    moved = {r for r in who if technician_of(after.plan.stops, r) != who[r]}
    assert moved == {r for r, t in who.items() if t == SUN}
    assert after.cost.stability >= ill.weights.change_cents * len(moved)
    assert {e.request for e in after.explanations} == moved


def test_locked_visits_stay_with_their_technician_at_their_time() -> None:
    locked = replace(ROUTINE[0], locked_technician="gao", locked_start=10 * HOUR)
    instance = a_world(requests=[locked, *ROUTINE[1:]])

    plan = solve(instance, seconds=60, iterations=1000).plan

    assert technician_of(plan.stops, 0) == GAO
    day = plan.routes[GAO]
    assert day.starts[day.stops.index(Visit(0))] == 10 * HOUR


def test_two_orders_cannot_share_the_last_contactor() -> None:
    instance = a_world(
        requests=[CONTACTOR, replace(CONTACTOR, id="AHU-22", priority=3)],
        warehouses=[replace(W3, stock={"CON-40A": 1})],
    )

    solution = solve(instance, seconds=60, iterations=1000)

    assert solution.plan.unserved == (1,)
    reasons = explain(instance, solution.plan.stops, 1).reasons
    assert reasons[0].code is Reason.RELAX_PART
    assert reasons[0].text_en == "would fit with 2 more of part CON-40A (sun)"


def test_parts_in_a_van_nobody_qualified_drives_do_not_help() -> None:
    twins = [replace(CONTACTOR, id=name) for name in ("AHU-21", "AHU-22")]
    instance = a_world(requests=twins, warehouses=[replace(W3, stock={"CON-40A": 1})])

    found = allocate(instance)

    assert sorted(found.technician) == [-1, SUN]
    (waiting,) = found.uncovered
    assert (waiting.lack, waiting.have, waiting.need) == (Lack.SHARED, 0, 2)
    assert waiting.rivals == (1 - waiting.request,)


def test_mending_never_takes_more_from_a_warehouse_than_it_has() -> None:
    twins = [replace(CONTACTOR, id=name) for name in ("AHU-21", "AHU-22")]
    instance = a_world(requests=twins, staff=[STAFF[CHEN]], warehouses=[replace(W3, stock={"CON-40A": 3})])

    routes = mend(instance, ((Pickup(0, (0,)), Visit(0), Visit(1)),))

    judged = evaluate(instance, routes)
    assert judged.violations == ()
    assert len(judged.plan.unserved) == 1


def test_without_stock_anywhere_the_part_is_named() -> None:
    instance = a_world(requests=[CONTACTOR], warehouses=[])

    answers = offers(instance, empty_routes(3), 0)

    assert answers[SUN] == Violation(Code.PART, SUN, 0, item=0, have=1, need=2)
    assert remark_of(instance, CHEN, answers[CHEN]).text_en == "part CON-40A: 0 of 2 in van, no warehouse has it"


def test_a_warehouse_that_closes_too_early_is_named_unreachable() -> None:
    instance = a_world(requests=[CONTACTOR], warehouses=[replace(W3, closes=8 * HOUR + 60)])

    answer = offers(instance, empty_routes(3), 0)[SUN]

    assert remark_of(instance, SUN, answer).text_en == "part CON-40A: 1 of 2 in van, no warehouse reachable in time"


def test_a_shift_that_ends_too_early_is_named_with_its_minutes() -> None:
    # home-chen to job-d is 5.66 units: 340 s there and back, 3600 s of work, 8:00 to 9:00
    staff = [replace(STAFF[CHEN], shift_end=9 * HOUR)]
    instance = a_world(requests=[replace(ROUTINE[3])], staff=staff)

    answer = offers(instance, empty_routes(1), 0)[0]

    assert answer == Violation(Code.SHIFT, 0, 0, have=9 * HOUR + 680, need=9 * HOUR)
    assert remark_of(instance, 0, answer).text_en == "shift ends 12 min too early"


def test_the_window_of_another_visit_is_named_when_it_would_break() -> None:
    first = replace(ROUTINE[0], windows=[(8 * HOUR, 8 * HOUR + 900)])
    second = replace(ROUTINE[1], windows=[(8 * HOUR, 8 * HOUR + 1200)])
    instance = a_world(requests=[first, second], staff=STAFF[:1])

    answer = offers(instance, ((Visit(0),),), 1)[0]

    assert isinstance(answer, Violation)
    assert answer.code in (Code.WINDOW, Code.OTHER_WINDOW)
    assert answer.excess > 0


def test_departure_waits_for_the_window_and_overtime_has_its_price() -> None:
    late = replace(ROUTINE[3], windows=[(16 * HOUR + 1800, 17 * HOUR)])
    staff = [replace(STAFF[CHEN], max_overtime=2 * HOUR)]
    instance = a_world(requests=[late], staff=staff)

    judged = evaluate(instance, ((Visit(0),),))

    day = judged.plan.routes[0]
    assert day.departure == 16 * HOUR + 1800 - 340
    assert day.finish == 17 * HOUR + 1800 + 340
    assert judged.cost.wage == round((3600 + 680) * 6000 / 3600)
    assert judged.cost.overtime == round(2140 * 3000 / 3600)


def test_one_new_request_is_answered_by_insertion_and_the_rest_stays() -> None:
    instance = a_world(requests=SIX)
    full = solve(instance, seconds=60, iterations=1000).plan.stops
    known = without(full, [3])

    answered = solve(instance, seconds=0, previous=known)

    assert answered.engine == "insertion"
    assert answered.plan.unserved == ()
    assert without(answered.plan.stops, [3]) == known


def test_plans_are_carried_over_by_ids_when_staff_and_requests_change() -> None:
    old = a_world(requests=SIX)
    routes = solve(old, seconds=0).plan.stops
    new = a_world(requests=SIX[1:], staff=tuple(reversed(STAFF)))

    carried = rebase(routes, old, new)

    for request in range(1, len(SIX)):
        before, after = technician_of(routes, request), technician_of(carried, request - 1)
        assert before is not None
        assert after == len(STAFF) - 1 - before


def test_service_time_depends_on_the_class_of_the_technician() -> None:
    job = replace(ROUTINE[0], service_by_class={"senior": 1800})
    staff = [replace(STAFF[0], service_class="senior"), replace(STAFF[0], id="sun-2")]
    instance = a_world(requests=[job], staff=staff)

    quick, slow = offers(instance, empty_routes(2), 0)

    assert isinstance(quick, Offer)
    assert isinstance(slow, Offer)
    assert slow.extra_seconds - quick.extra_seconds == 1800


def test_what_would_help_is_tried_before_it_is_told() -> None:
    staff = [replace(STAFF[CHEN], shift_end=9 * HOUR)]
    hard = replace(ROUTINE[3], skills={"electrical": 3}, windows=[(8 * HOUR, 8 * HOUR + 100)])
    late = a_world(requests=[ROUTINE[3]], staff=staff)
    hopeless = a_world(requests=[hard], staff=[*staff, STAFF[GAO]])

    helps = explain(late, empty_routes(1), 0).reasons
    nothing = explain(hopeless, empty_routes(2), 0).reasons

    assert [remark.text_en for remark in helps] == ["would fit with 12 min more overtime for chen"]
    assert nothing == ()


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for code in (*Code, *Reason):
        english, chinese = TEXTS[code]
        assert english
        assert any(ord(letter) > 0x2E80 for letter in chinese)
