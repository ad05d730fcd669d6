"""Where the parts of each visit come from, and when it really begins."""

from backend.planning.answer import remarks, walk
from backend.planning.standing import Bound
from dispatch.explain import Explanation
from dispatch.plan import Pickup, Route, Visit
from dispatch.remarks import Remark
from dispatch.texts import Reason
from dispatch.violations import Code
from tests.unit.backend.planning.questions import DEPOT, HOUR, STEP, VAN, a_question, a_request


def a_route(*stops: tuple[Visit | Pickup, int]) -> Route:
    return Route(tuple(stop for stop, _ in stops), 0, tuple(start for _, start in stops), 20 * HOUR)


def test_what_was_picked_up_is_used_before_the_van() -> None:
    question = a_question(a_request("x", "a", bearings=2), a_request("y", "b", bearings=1), van=2, depot=5)
    route = a_route((Pickup(0, (2,)), 1800), (Visit(0), 3600), (Visit(1), 8000))

    first, second = walk(question, 0, route)

    assert first == (0, 3600, 3 * STEP + 2 * STEP, [("B", DEPOT, "中心库", 2)])
    assert second == (1, 8000, STEP, [("B", VAN, None, 1)])


def test_before_the_pick_up_there_is_the_van_alone() -> None:
    question = a_question(a_request("x", "a", bearings=1), a_request("y", "b", bearings=2), van=2, depot=1)
    route = a_route((Visit(0), 600), (Pickup(0, (1,)), 5400), (Visit(1), 6600))

    first, second = walk(question, 0, route)

    assert first[3] == [("B", VAN, None, 1)]
    assert second[3] == [("B", DEPOT, "中心库", 1), ("B", VAN, None, 1)]


def test_after_a_break_the_way_counts_from_where_one_was() -> None:
    rest = Bound(id="break:t:0", place="rest", start=2 * HOUR, length=HOUR, is_break=True)
    question = a_question(a_request("x", "b"), a_request("y", "b"), a_request("z", "depot"), bounds=(rest,))
    route = a_route((Visit(0), 1200), (Visit(3), 2 * HOUR), (Visit(1), 3 * HOUR + 2 * STEP), (Visit(2), 3 * HOUR + 10))

    found = [(request, start, travel) for request, start, travel, _ in walk(question, 0, route)]

    assert found[0] == (0, 1200, 2 * STEP)
    assert found[1] == (1, 3 * HOUR + 2 * STEP, 0)
    assert found[2] == (2, 4 * HOUR + 3 * STEP, STEP)


def test_names_stand_for_ids_and_figures_stay_figures() -> None:
    question = a_question(a_request("5", "a"), a_request("y", "a"))
    who = question.instance.technicians.ids[0]
    explanation = Explanation(
        0,
        0,
        (Remark(Reason.CHEAPEST, 0, {"money": "5", "cents": 500, "other": who}),),
        (
            Remark(Code.OTHER_WINDOW, 0, {"item": "y", "minutes": 5, "have": 1, "need": 2}),
            Remark(Code.WAREHOUSE_CLOSED, 0, {"warehouse": "W", "minutes": 5}),
        ),
    )

    reasons, refused = remarks(question, explanation)

    assert reasons[0]["text_en"] == "cheaper by 5 than the next best, 陈"
    assert [row["text_en"] for row in refused] == [
        "would make Y 5 min late",
        "reaches warehouse 中心库 5 min after it closes",
    ]
    assert {row["technician_name"] for row in refused} == {"陈"}
