"""The job that sends messages."""

from typing import Any
from uuid import UUID

from backend.notifications import service


def send(tenant_id: UUID, body: dict[str, Any]) -> None:  # noqa: ARG001 - the rows say what is due
    """Send what is due in a tenant; a job."""
    service.send_due(tenant_id)
