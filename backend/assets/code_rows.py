"""Queries over failure codes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets.models import AssetClass, CodeKind, FailureCode


def class_by_code(session: Session, code: str) -> AssetClass | None:
    """Return a kind of asset."""
    return session.scalar(select(AssetClass).where(AssetClass.code == code))


def codes(session: Session, class_id: UUID) -> Sequence[FailureCode]:
    """Return the catalogue of a class, kind by kind."""
    return session.scalars(
        select(FailureCode).where(FailureCode.class_id == class_id).order_by(FailureCode.kind, FailureCode.code)
    ).all()


def code(session: Session, class_id: UUID, kind: CodeKind, word: str) -> FailureCode | None:
    """Return one word of a catalogue, locked."""
    return session.scalar(
        select(FailureCode)
        .where(FailureCode.class_id == class_id, FailureCode.kind == kind, FailureCode.code == word)
        .with_for_update()
    )
