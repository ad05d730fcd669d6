"""The job that sends a mail."""

from typing import Any
from uuid import UUID

from backend.mail import service


def send(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Try a mail; a job."""
    service.send_mail(tenant_id, UUID(body["mail_id"]))
