"""Who pays: warranty before contract before the customer."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.coverage import Basis, Kind, Reason, Terms, Warranty, decide

TODAY = date(2026, 9, 1)
DAY = timedelta(days=1)
ALL = dict.fromkeys(Kind, 100)
TERMS = Terms(
    contract_id=UUID(int=1),
    version_id=UUID(int=2),
    starts_on=TODAY - 100 * DAY,
    ends_on=TODAY + 100 * DAY,
    shares=ALL,
    closeness=0,
)
WARRANTY = Warranty(starts_on=TODAY - 100 * DAY, ends_on=TODAY, shares={Kind.PARTS: 100})

around = st.integers(-3, 3).map(lambda days: TODAY + days * DAY)


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date]:
    first = draw(around)
    return first, first + draw(st.integers(0, 4)) * DAY


@st.composite
def contracts(draw: st.DrawFn) -> Terms:
    starts_on, ends_on = draw(spans())
    return Terms(
        contract_id=UUID(int=draw(st.integers(1, 99))),
        version_id=UUID(int=draw(st.integers(1, 99))),
        starts_on=starts_on,
        ends_on=ends_on,
        shares={kind: draw(st.integers(0, 100)) for kind in Kind},
        closeness=draw(st.sampled_from([None, 0, 1, 2, 3])),
        visits_left=draw(st.booleans()),
    )


warranties = spans().map(lambda span: Warranty(starts_on=span[0], ends_on=span[1], shares={Kind.LABOUR: 100}))


@given(st.lists(warranties, max_size=3), st.lists(contracts(), max_size=4))
def test_the_customer_pays_all_exactly_where_nothing_is_in_force(
    given_warranties: list[Warranty], given_contracts: list[Terms]
) -> None:
    found = decide(TODAY, warranties=given_warranties, contracts=given_contracts)

    in_warranty = any(item.starts_on <= TODAY <= item.ends_on for item in given_warranties)
    usable = [
        terms
        for terms in given_contracts
        if terms.closeness is not None and terms.visits_left and terms.starts_on <= TODAY <= terms.ends_on
    ]
    expected = Basis.WARRANTY if in_warranty else Basis.CONTRACT if usable else Basis.NONE
    assert found.basis is expected
    assert (found.contract in usable) if usable else (found.contract is None)
    if usable:
        assert found.contract is not None
        assert found.contract.closeness == max(terms.closeness or 0 for terms in usable)
        assert all(found.shares[kind] >= found.contract.shares[kind] for kind in Kind)
    if found.basis is Basis.NONE:
        assert not found.shares


@given(st.lists(warranties, max_size=3), st.lists(contracts(), max_size=4), st.randoms())
def test_the_order_in_which_agreements_are_found_decides_nothing(
    given_warranties: list[Warranty], given_contracts: list[Terms], random: object
) -> None:
    distinct = [replace(terms, contract_id=UUID(int=100 + n)) for n, terms in enumerate(given_contracts)]
    shuffled = list(distinct)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert decide(TODAY, warranties=given_warranties, contracts=distinct) == decide(
        TODAY, warranties=given_warranties[::-1], contracts=shuffled
    )


def test_a_warranty_holds_on_its_last_day_and_not_on_the_next() -> None:
    last = decide(TODAY, warranties=[WARRANTY], contracts=[])
    after = decide(TODAY + DAY, warranties=[WARRANTY], contracts=[])

    assert (last.basis, last.shares[Kind.PARTS], last.shares[Kind.LABOUR]) == (Basis.WARRANTY, 100, 0)
    assert (after.basis, after.reason, after.reason_on) == (Basis.NONE, Reason.WARRANTY_ENDED, TODAY)


def test_a_contract_adds_what_the_warranty_leaves_out() -> None:
    found = decide(TODAY, warranties=[WARRANTY], contracts=[replace(TERMS, shares={Kind.LABOUR: 50})])

    assert (found.basis, found.shares[Kind.PARTS], found.shares[Kind.LABOUR]) == (Basis.WARRANTY, 100, 50)


def test_the_reason_says_what_is_missing() -> None:
    def reason(**other: object) -> Reason:
        return decide(TODAY, warranties=[], contracts=[replace(TERMS, **other)]).reason  # type: ignore[arg-type]

    assert reason(visits_left=False) is Reason.ENTITLEMENT_SPENT
    assert reason(ends_on=TODAY - DAY) is Reason.CONTRACT_ENDED
    assert reason(starts_on=TODAY + DAY) is Reason.NOT_BEGUN
    assert reason(closeness=None) is Reason.NOT_IN_SCOPE
    assert decide(TODAY, warranties=[], contracts=[]).reason is Reason.NOTHING_AGREED
