"""Bodies and answers of outlets."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.outlets.service import Draft
from kernel.fields import Body, Code, Email, Line, OptionalLine, Out, Phone


class OutletBody(Body):
    """What is known of a partner."""

    name: Line
    region: OptionalLine = ""
    contact_name: OptionalLine = ""
    phone: Phone | None = None
    email: Email | None = None
    price_list_id: UUID | None = None
    active: bool = True

    def draft(self) -> Draft:
        """Return it as the service takes it."""
        return Draft(**self.model_dump(exclude={"code", "version"}))


class OutletIn(OutletBody):
    """A new partner."""

    code: Code


class OutletChange(OutletBody):
    """What is known of a partner from now on."""

    version: Annotated[int, Field(ge=1)]


class OutletOut(Out):
    """A partner."""

    id: UUID
    code: str
    name: str
    region: str
    contact_name: str
    phone: str | None
    email: str | None
    price_list_id: UUID | None
    active: bool
    version: int
