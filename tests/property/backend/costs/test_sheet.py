"""The cost sheet: shares add up to the price to the cent, caps hold, an agreed sum is what the customer pays."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.coverage import Kind
from backend.costs.sheet import Caps, Line, Source, as_agreed, covered, hours_wanted, totals
from kernel.money import payable, portion, smallest

CURRENCIES = st.sampled_from(["CNY", "EUR", "JPY"])
AMOUNTS = st.decimals(0, 100_000, places=2)
SHARES = st.fixed_dictionaries({kind: st.integers(0, 100) for kind in Kind})
CAPS = st.builds(
    Caps,
    hours=st.one_of(st.none(), st.decimals(0, 10, places=4)),
    amount=st.one_of(st.none(), AMOUNTS),
)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[str, list[Line]]:
    currency = draw(CURRENCIES)
    lines = [
        Line(
            source=draw(st.sampled_from([Source.WORK, Source.PART, Source.OUTSIDE])),
            kind=draw(st.sampled_from(Kind)),
            quantity=draw(st.decimals("0.01", 20, places=4)),
            unit="h",
            cost=payable(draw(AMOUNTS), currency),
            price=payable(draw(AMOUNTS), currency),
        )
        for _ in range(draw(st.integers(0, 8)))
    ]
    return currency, lines


@given(sheets(), SHARES, CAPS)
def test_shares_add_up_to_the_price_and_nobody_pays_less_than_nothing(
    sheet: tuple[str, list[Line]], shares: dict[Kind, int], caps: Caps
) -> None:
    currency, lines = sheet

    found = covered(lines, shares, caps, currency)

    sums = totals(found)
    assert sums.customer + sums.house == sums.price == sum((line.price for line in lines), Decimal(0))
    for line in found:
        assert line.customer >= 0
        assert line.house >= 0
        assert line.customer == payable(line.customer, currency)
    if caps.amount is not None:
        assert sums.house <= payable(caps.amount, currency)


@given(sheets(), SHARES, CAPS)
def test_a_cap_never_makes_the_customer_pay_less_and_one_that_is_not_reached_changes_nothing(
    sheet: tuple[str, list[Line]], shares: dict[Kind, int], caps: Caps
) -> None:
    currency, lines = sheet
    free = covered(lines, shares, Caps(), currency)

    capped = covered(lines, shares, caps, currency)
    wide = Caps(hours=hours_wanted(lines, shares), amount=totals(free).house)

    assert totals(capped).customer >= totals(free).customer
    assert covered(lines, shares, wide, currency) == free


@given(sheets(), SHARES, AMOUNTS)
def test_the_customer_pays_what_a_quote_says(
    sheet: tuple[str, list[Line]], shares: dict[Kind, int], agreed: Decimal
) -> None:
    currency, lines = sheet
    split = covered(lines, shares, Caps(), currency)

    sums = totals(as_agreed(split, agreed))

    assert sums.customer == agreed
    assert sums.customer + sums.house == sums.price
    assert sums.house == totals(split).house


@given(AMOUNTS, st.integers(0, 100), CURRENCIES)
def test_a_portion_and_its_rest_are_the_whole(amount: Decimal, percent: int, currency: str) -> None:
    whole = payable(amount, currency)

    part, rest = portion(whole, percent, currency)

    assert part + rest == whole
    assert abs(part - whole * percent / 100) <= smallest(currency) / 2
