"""Use cases of failure codes: the catalogue of a class, and whether a finding keeps to it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import code_rows
from backend.assets.errors import CatalogueFull, ClassUnknown
from backend.assets.models import AssetClass, CodeKind, FailureCode
from backend.assets.service import get_asset

CODES_MOST = 400
"""Words of one catalogue, of all kinds."""


def _class(session: Session, class_code: str) -> AssetClass:
    row = code_rows.class_by_code(session, class_code)
    if row is None:
        raise ClassUnknown("There is no asset class of this code.", class_code=class_code)
    return row


def catalogue(session: Session, class_code: str) -> Sequence[FailureCode]:
    """Return the failure codes of a class, those offered no more too.

    Raises:
        ClassUnknown: there is no such class.
    """
    return code_rows.codes(session, _class(session, class_code).id)


def set_code(
    session: Session,
    class_code: str,
    *,
    kind: CodeKind,
    code: str,
    name_zh: str,
    name_en: str,
    retired: bool = False,
) -> FailureCode:
    """Add a word to the catalogue of a class, or change its names; the same again changes nothing.

    Raises:
        ClassUnknown: there is no such class.
        CatalogueFull: the class has as many words as one can choose from.
    """
    kept = _class(session, class_code)
    row = code_rows.code(session, kept.id, kind, code)
    if row is None:
        if len(code_rows.codes(session, kept.id)) >= CODES_MOST:
            raise CatalogueFull(f"A catalogue has at most {CODES_MOST} words.", most=CODES_MOST)
        row = FailureCode(class_id=kept.id, kind=kind, code=code)
        session.add(row)
    row.name_zh, row.name_en, row.retired = name_zh, name_en, retired
    session.flush()
    return row


def add_missing(session: Session, class_code: str, words: Mapping[CodeKind, Mapping[str, tuple[str, str]]]) -> None:
    """Add the words, as (Chinese, English) by code, that the catalogue of a class does not have yet.

    Raises:
        ClassUnknown: there is no such class.
        CatalogueFull: it would have more words than one can choose from.
    """
    kept = _class(session, class_code)
    known = {(row.kind, row.code) for row in code_rows.codes(session, kept.id)}
    new = [
        FailureCode(class_id=kept.id, kind=kind, code=code, name_zh=zh, name_en=en)
        for kind, named in words.items()
        for code, (zh, en) in named.items()
        if (kind, code) not in known
    ]
    if len(known) + len(new) > CODES_MOST:
        raise CatalogueFull(f"A catalogue has at most {CODES_MOST} words.", most=CODES_MOST)
    session.add_all(new)
    session.flush()


def unfit_words(session: Session, asset_id: UUID, said: Mapping[CodeKind, str], *, confirmed: bool) -> list[CodeKind]:
    """Return the kinds whose word is not in the catalogue of the asset's class; without words of a kind all fit.

    A confirmed failure needs its mode.

    Raises:
        AssetUnknown: there is no such asset.
    """
    offered: dict[CodeKind, set[str]] = {}
    for row in code_rows.codes(session, get_asset(session, asset_id).class_id):
        if not row.retired:
            offered.setdefault(row.kind, set()).add(row.code)
    return [
        kind
        for kind, words in offered.items()
        if (said.get(kind) and said[kind] not in words) or (not said.get(kind) and kind is CodeKind.MODE and confirmed)
    ]
