"""What must be known before a tenant is: read under the `system` login, here and nowhere else."""

from uuid import UUID

from sqlalchemy import select

from backend.identity.models import SessionFamily
from kernel.db import Login, Tenant, transaction


def tenant_by_slug(slug: str) -> UUID | None:
    """Return the tenant with this short name."""
    with transaction(Login.SYSTEM) as session:
        return session.scalar(select(Tenant.id).where(Tenant.slug == slug))


def tenant_of_session(family_id: UUID) -> UUID | None:
    """Return the tenant in which a session was opened."""
    with transaction(Login.SYSTEM) as session:
        return session.scalar(select(SessionFamily.tenant_id).where(SessionFamily.id == family_id))
