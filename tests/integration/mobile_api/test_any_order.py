"""One law of the sync: however often and in which order a visit's operations arrive, they end in the same place."""

from datetime import datetime
from functools import cache
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import make_tenant
from tests.integration.mobile_api.field import Field, Json, Phone, a_field, effects

COUNT = 10
DELIVERIES = st.tuples(
    st.permutations(range(COUNT)), st.lists(st.integers(0, COUNT - 1), max_size=8), st.lists(st.integers(1, 17))
).map(lambda drawn: ([*drawn[0], *drawn[1]], sorted(set(drawn[2]))))
"""Every operation at least once, in some order, and where one batch ends and the next begins."""


def relative(field: Field, value: object) -> object:
    """Return a value with its instants as minutes after the dispatch."""
    if isinstance(value, datetime):
        return round((value - field.start).total_seconds() / 60, 3)
    if isinstance(value, (list, tuple)):
        return [relative(field, item) for item in value]
    return value


def outcome(order: list[int], cuts: list[int]) -> Json:
    """Deliver a visit's operations in batches; return what came of it."""
    field = a_field(make_tenant())
    phone, visit = Phone(field.tenant), field.visit(reserve=True)
    operations = field.work(visit.id)
    edges = [0, *[cut for cut in cuts if cut < len(order)], len(order)]
    for start, end in pairwise(edges):
        phone.push([operations[place] for place in order[start:end]])
    assert set(phone.statuses(operations)) == {"duplicate"}
    done = effects(field, visit.id)
    return {name: relative(field, value) for name, value in done.items()} | {"steps": sorted(done["steps"])}


@cache
def orderly() -> Json:
    """Return what comes of one batch in order."""
    return outcome(list(range(COUNT)), [])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DELIVERIES)
def test_any_delivery_ends_where_the_orderly_one_ends(database: object, delivery: tuple[list[int], list[int]]) -> None:
    order, cuts = delivery

    assert outcome(order, cuts) == orderly()
