"""What other rooms hear of technicians."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class AbsenceApproved(Event):
    """Somebody will be away; what is planned for them at that time cannot be done by them."""

    topic: ClassVar[str] = "technicians.absence_approved.v1"
    absence_id: UUID
    technician_id: UUID


@dataclass(frozen=True, kw_only=True)
class TechnicianDeactivated(Event):
    """Somebody does no visits any more."""

    topic: ClassVar[str] = "technicians.technician_deactivated.v1"
    technician_id: UUID
