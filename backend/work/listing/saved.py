"""Use cases of saved views: a person's own, and those of everybody."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.work.errors import NoSuchView, NotYourView, TooManyViews
from backend.work.listing.models import SavedView
from backend.work.service.journal import check_version

MOST = 100
"""Views that one person sees."""


def views_for(session: Session, user_id: UUID) -> Sequence[SavedView]:
    """Return the views of everybody and those of a person, by name."""
    mine = or_(SavedView.owner_id.is_(None), SavedView.owner_id == user_id)
    return session.scalars(select(SavedView).where(mine).order_by(SavedView.name, SavedView.id).limit(2 * MOST)).all()


def keep(session: Session, name: str, query: dict[str, Any], columns: list[str], *, owner_id: UUID | None) -> SavedView:
    """Keep a view under a name, which is free.

    Raises:
        TooManyViews: there are as many as one can look through.
    """
    of = select(SavedView.id).where(
        SavedView.owner_id.is_(None) if owner_id is None else SavedView.owner_id == owner_id
    )
    if len(session.scalars(of.limit(MOST)).all()) >= MOST:
        raise TooManyViews("Remove one before you keep another.", limit=MOST)
    view = SavedView(owner_id=owner_id, name=name, query=query, columns=columns, version=1)
    session.add(view)
    session.flush()
    return view


def change(session: Session, view_id: UUID, *, user_id: UUID, may_share: bool, version: int, **said: Any) -> SavedView:
    """Change name, query or columns of a view.

    Raises:
        NoSuchView: there is none, or it is somebody else's own.
        NotYourView: it is everybody's, and the caller may not change those.
        StaleVersion: it changed since it was read.
    """
    view = _of(session, view_id, user_id=user_id, may_share=may_share)
    check_version(view.version, version)
    for name, value in said.items():
        setattr(view, name, value)
    view.version += 1
    session.flush()
    return view


def remove(session: Session, view_id: UUID, *, user_id: UUID, may_share: bool) -> None:
    """Forget a view.

    Raises:
        NoSuchView: there is none, or it is somebody else's own.
        NotYourView: it is everybody's, and the caller may not change those.
    """
    session.delete(_of(session, view_id, user_id=user_id, may_share=may_share))
    session.flush()


def check_may_share(*, shared: bool, may_share: bool) -> None:
    """Refuse to make a view everybody's.

    Raises:
        NotYourView: the caller may not.
    """
    if shared and not may_share:
        raise NotYourView("Ask a supervisor to share it.")


def _of(session: Session, view_id: UUID, *, user_id: UUID, may_share: bool) -> SavedView:
    view = session.scalar(select(SavedView).where(SavedView.id == view_id).with_for_update())
    if view is None or view.owner_id not in {None, user_id}:
        raise NoSuchView("There is no view with this id.", view_id=view_id)
    check_may_share(shared=view.owner_id is None, may_share=may_share)
    return view
