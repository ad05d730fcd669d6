"""Money: decimals in the tenant's one currency, rounded to what can be paid."""

from decimal import ROUND_HALF_UP, Decimal

WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"})
"""Currencies of ISO 4217 whose smallest unit is the whole; the others here have hundredths."""
HUNDRED = Decimal(100)


def smallest(currency: str) -> Decimal:
    """Return the smallest amount of a currency that can be paid."""
    return Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01")


def payable(amount: Decimal, currency: str) -> Decimal:
    """Return an amount rounded to what can be paid, halves away from zero."""
    return amount.quantize(smallest(currency), ROUND_HALF_UP)


def portion(amount: Decimal, percent: int, currency: str) -> tuple[Decimal, Decimal]:
    """Split a payable amount into a percentage of it and the rest; both are payable, and together they are it."""
    part = payable(amount * percent / HUNDRED, currency)
    return part, amount - part
