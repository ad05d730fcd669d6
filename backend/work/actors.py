"""Who makes a step: a person with a role, or the house itself."""

from dataclasses import dataclass
from uuid import UUID

from backend.work.lifecycle import Who
from backend.work.models import EventSource
from kernel.auth import Principal, Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, in which role, and by which way."""

    actor_id: UUID | None
    name: str
    role: Who
    technician_id: UUID | None
    source: EventSource


def system(source: EventSource = EventSource.RULE) -> Actor:
    """Return the house itself as the one who acts."""
    return Actor(actor_id=None, name="", role=Who.SYSTEM, technician_id=None, source=source)


NOBODY = UUID(int=0)
OFFICE_ROLES = ((Role.SUPERVISOR, Who.SUPERVISOR), (Role.ADMIN, Who.SUPERVISOR), (Role.DISPATCHER, Who.DISPATCHER))


def staff(me: Principal) -> Actor:
    """Return the caller of the staff API as the one who acts."""
    role = next((who for kind, who in OFFICE_ROLES if kind in me.roles), Who.TECHNICIAN)
    if role is Who.TECHNICIAN and Role.TECHNICIAN not in me.roles:
        role = Who.DISPATCHER
    return Actor(actor_id=me.user_id, name=me.name, role=role, technician_id=me.technician_id, source=EventSource.WEB)


def own_orders(me: Principal) -> UUID | None:
    """Return whose orders alone the caller may read; None: everybody's."""
    return (me.technician_id or NOBODY) if me.roles == {Role.TECHNICIAN} else None


def technician(me: Principal) -> Actor:
    """Return the caller of the mobile API as the one who acts."""
    return Actor(
        actor_id=me.user_id,
        name=me.name,
        role=Who.TECHNICIAN,
        technician_id=me.technician_id,
        source=EventSource.MOBILE,
    )
