"""Use cases of checklists: new versions, publishing, the right one for a job, the check of answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.checklists import answers, repository
from backend.checklists.answers import Item, ItemType
from backend.checklists.errors import AlreadyPublished, TemplateUnknown, UnfitAnswer
from backend.checklists.models import ChecklistTemplate


def create_version(
    session: Session,
    code: str,
    *,
    name_zh: str,
    name_en: str,
    items: Sequence[Item],
    asset_class: str | None = None,
    work_type: str | None = None,
) -> ChecklistTemplate:
    """Add the next version of a checklist; it is used once it is published.

    Raises:
        UnfitItem: an item contradicts itself.
    """
    answers.check_items(items)
    template = ChecklistTemplate(
        code=code,
        version=repository.last_version(session, code) + 1,
        name_zh=name_zh,
        name_en=name_en,
        asset_class=asset_class,
        work_type=work_type,
        items=[_to_json(item) for item in items],
    )
    session.add(template)
    session.flush()
    return template


def publish_version(session: Session, template_id: UUID, *, at: datetime, by: UUID | None = None) -> ChecklistTemplate:
    """Put a version in use in place of the one before; doing it again changes nothing.

    Raises:
        TemplateUnknown: there is no such version.
        AlreadyPublished: it was in use before and is retired; make a new version of it.
    """
    template = repository.template(session, template_id, lock=True)
    if template is None:
        raise TemplateUnknown("No checklist has this id.", template_id=template_id)
    if template.retired_at is not None:
        raise AlreadyPublished("A retired version does not come back.", template_id=template_id)
    if template.published_at is not None:
        return template
    former = repository.current(session, template.code)
    if former is not None:
        former.retired_at = at
        session.flush()
    template.published_at, template.published_by = at, by
    session.flush()
    return template


def get_template(session: Session, template_id: UUID) -> ChecklistTemplate:
    """Return one version of a checklist.

    Raises:
        TemplateUnknown: there is none with this id.
    """
    template = repository.template(session, template_id)
    if template is None:
        raise TemplateUnknown("No checklist has this id.", template_id=template_id)
    return template


def get_version(session: Session, code: str, version: int) -> ChecklistTemplate:
    """Return a checklist by code and version.

    Raises:
        TemplateUnknown: there is no such version.
    """
    template = repository.version(session, code, version)
    if template is None:
        raise TemplateUnknown(f"Checklist {code} has no version {version}.", code=code, version=version)
    return template


def template_for(session: Session, *, asset_class: str | None, work_type: str | None) -> ChecklistTemplate | None:
    """Return the checklist in use for a kind of work on a class of assets, if there is one."""
    return repository.best(session, asset_class=asset_class, work_type=work_type)


def list_templates(
    session: Session, *, in_use: bool = True, after: tuple[str, int] | None = None, limit: int
) -> Sequence[ChecklistTemplate]:
    """Return checklists by code and version, behind a key."""
    return repository.templates(session, in_use=in_use, after=after, limit=limit)


def items_of(template: ChecklistTemplate) -> tuple[Item, ...]:
    """Return the items of a checklist as the rules read them."""
    return tuple(_from_json(raw) for raw in template.items)


def check_answer(template: ChecklistTemplate, key: str, value: object, *, unit: str | None = None) -> answers.Value:
    """Return the answer in the type of its item.

    Raises:
        UnfitAnswer: there is no such item, or the answer does not fit it.
    """
    for item in items_of(template):
        if item.key == key:
            return answers.accept(item, value, unit=unit)
    raise UnfitAnswer(f"The checklist has no item {key}.", item=key)


def missing_items(template: ChecklistTemplate, given: Mapping[str, object]) -> list[str]:
    """Return the keys of mandatory items that have no answer yet."""
    return answers.missing(items_of(template), _accepted(template, given))


def failed_items(template: ChecklistTemplate, given: Mapping[str, object]) -> list[str]:
    """Return the keys of items whose answer says that something is wrong."""
    return answers.out_of_limits(items_of(template), _accepted(template, given))


def _accepted(template: ChecklistTemplate, given: Mapping[str, object]) -> dict[str, answers.Value]:
    return {item.key: answers.accept(item, given[item.key]) for item in items_of(template) if item.key in given}


def _to_json(item: Item) -> dict[str, Any]:
    return {
        "key": item.key,
        "text_zh": item.text_zh,
        "text_en": item.text_en,
        "type": item.type.value,
        "mandatory": item.mandatory,
        "unit": item.unit,
        "min": None if item.min is None else str(item.min),
        "max": None if item.max is None else str(item.max),
        "choices": list(item.choices),
        "asset_id": None if item.asset_id is None else str(item.asset_id),
    }


def _from_json(raw: Mapping[str, Any]) -> Item:
    return Item(
        key=raw["key"],
        text_zh=raw["text_zh"],
        text_en=raw["text_en"],
        type=ItemType(raw["type"]),
        mandatory=raw["mandatory"],
        unit=raw["unit"],
        min=None if raw["min"] is None else Decimal(raw["min"]),
        max=None if raw["max"] is None else Decimal(raw["max"]),
        choices=tuple(raw["choices"]),
        asset_id=UUID(raw["asset_id"]) if raw.get("asset_id") else None,
    )
