"""Failure codes over HTTP."""

from typing import Annotated

from fastapi import Path

from backend.assets import coding
from backend.assets.errors import CatalogueFull, ClassUnknown
from backend.assets.models import CodeKind
from backend.assets.routes import READERS, WRITERS
from backend.assets.schemas import FailureCodeIn, FailureCodeOut
from kernel import http
from kernel.fields import Code
from kernel.http import Db, problems
from kernel.paging import Page

router = http.router("assets")

ACCESS = {
    "list_failure_codes": READERS,
    "set_failure_code": WRITERS,
}
ClassCode = Annotated[Code, Path()]


@router.get("/asset-classes/{class_code}/failure-codes", responses=problems(ClassUnknown))
def list_failure_codes(class_code: ClassCode, db: Db) -> Page[FailureCodeOut]:
    """Return the words by which failures of a class are written down, kind by kind."""
    rows = coding.catalogue(db, class_code)
    return Page(items=[FailureCodeOut.model_validate(row) for row in rows], next_cursor=None)


@router.put("/asset-classes/{class_code}/failure-codes/{kind}/{code}", responses=problems(ClassUnknown, CatalogueFull))
def set_failure_code(class_code: ClassCode, kind: CodeKind, code: Code, body: FailureCodeIn, db: Db) -> FailureCodeOut:
    """Add a word to the catalogue of a class, or change it; one that is retired is offered no more."""
    return FailureCodeOut.model_validate(coding.set_code(db, class_code, kind=kind, code=code, **body.model_dump()))
