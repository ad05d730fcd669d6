"""Table of surveys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.db import TenantRow, refers, tenant_args


class Survey(TenantRow):
    """One question to the customer after a resolved ticket; its link works once."""

    __tablename__ = "survey"
    __table_args__ = tenant_args(
        refers("ticket_id", "ticket"),
        UniqueConstraint("tenant_id", "ticket_id"),
        Index("ix_survey_invited", "tenant_id", "invited_at"),
        Index("uq_survey_token_hash", "token_hash", unique=True),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_1_to_5"),
        CheckConstraint("nps BETWEEN 0 AND 10", name="nps_0_to_10"),
        CheckConstraint("(rating IS NULL) = (answered_at IS NULL)", name="answered_with_rating"),
    )

    ticket_id: Mapped[UUID]
    token_hash: Mapped[str]
    """The token itself is derived from the id and the installation's key, and is stored nowhere."""
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    nps: Mapped[int | None]
    text: Mapped[str | None]
    answered_at: Mapped[datetime | None]
