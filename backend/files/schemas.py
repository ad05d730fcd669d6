"""Bodies and answers of files."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from kernel.fields import Body, Line, Out

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MediaType = Annotated[str, StringConstraints(max_length=200, pattern=r"^[\x20-\x7e]*$")]


class UploadIn(Body):
    """What is going to be sent."""

    name: Line
    size: Annotated[int, Field(gt=0, le=2**40)]
    sha256: Sha256
    media_type: MediaType = ""


class UploadOut(Out):
    """An upload under way; `received` is where to go on, `file_id` what it became."""

    id: UUID
    name: str
    sha256: str
    size: int
    received: int
    expires_at: datetime
    file_id: UUID | None


class FileOut(Out):
    """A file; `evidence` is what a picture says of itself."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    name: str
    width: int | None
    height: int | None
    evidence: dict[str, Any]
    uploaded_by: UUID | None
    created_at: datetime
