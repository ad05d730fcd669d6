"""What assets do when they hear of customers."""

from sqlalchemy.orm import Session

from backend.assets import repository
from backend.customers import changes as customers
from backend.customers.events import CustomerMerged


def follow_merge(session: Session, event: CustomerMerged) -> None:
    """Give the assets of a merged customer to the one that it is now a part of."""
    into = customers.current_customer(session, event.into_id)
    repository.hand_over(session, event.customer_id, into.id)
