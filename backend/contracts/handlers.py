"""What contracts do when they hear of customers."""

from sqlalchemy.orm import Session

from backend.contracts import service
from backend.customers.events import CustomerMerged


def follow_merge(session: Session, event: CustomerMerged) -> None:
    """Give the contracts of a merged customer to the one that it is now a part of."""
    service.hand_over(session, event.customer_id, event.into_id)
