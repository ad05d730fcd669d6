"""The job that clears uploads away."""

from typing import Any
from uuid import UUID

from backend.files import uploads
from kernel.db import transaction


def sweep_upload(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Forget an upload a day after it began; a job."""
    with transaction(tenant_id=tenant_id) as session:
        uploads.sweep_upload(session, UUID(body["upload_id"]))
