"""Use cases of checklists: new versions, publishing, the right one for a job, the check of answers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.checklists import answers, repository, scoring
from backend.checklists.answers import NUMBERS, Item, ItemType, SignaturePolicy
from backend.checklists.conditions import Condition, Operator, Value
from backend.checklists.diff import Difference, compare
from backend.checklists.errors import AlreadyPublished, NotADraft, NotInUse, TemplateUnknown, UnfitAnswer
from backend.checklists.models import ChecklistTemplate
from backend.checklists.scoring import Judgement


def create_version(
    session: Session,
    code: str,
    *,
    name_zh: str,
    name_en: str,
    items: Sequence[Item],
    asset_class: str | None = None,
    work_type: str | None = None,
    pass_mark: int | None = None,
    signature: SignaturePolicy = SignaturePolicy.NONE,
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
        pass_mark=pass_mark,
        signature=signature,
    )
    session.add(template)
    session.flush()
    return template


def replace_draft(session: Session, template_id: UUID, *, items: Sequence[Item], **members: Any) -> ChecklistTemplate:
    """Write a draft anew: its items and the other members of `create_version`.

    Raises:
        TemplateUnknown: there is no such version.
        NotADraft: it was published.
        UnfitItem: an item contradicts itself.
    """
    template = _locked(session, template_id)
    if template.published_at is not None:
        raise NotADraft("Make a new version of it.", template_id=template_id)
    answers.check_items(items)
    for member, value in members.items():
        setattr(template, member, value)
    template.items = [_to_json(item) for item in items]
    session.flush()
    return template


def retire_version(session: Session, template_id: UUID, *, at: datetime) -> ChecklistTemplate:
    """Take a version out of use; visits that have it keep it. Doing it again changes nothing.

    Raises:
        TemplateUnknown: there is no such version.
        NotInUse: it is still a draft.
    """
    template = _locked(session, template_id)
    if template.published_at is None:
        raise NotInUse("A draft was never in use.", template_id=template_id)
    template.retired_at = template.retired_at or at
    session.flush()
    return template


def _locked(session: Session, template_id: UUID) -> ChecklistTemplate:
    template = repository.template(session, template_id, lock=True)
    if template is None:
        raise TemplateUnknown("No checklist has this id.", template_id=template_id)
    return template


def difference(session: Session, template_id: UUID, *, since: int) -> Difference:
    """Return what changed from an earlier version of the same checklist to this one.

    Raises:
        TemplateUnknown: one of them is not there.
    """
    template = get_template(session, template_id)
    return compare(get_version(session, template.code, since).items, template.items)


def publish_version(session: Session, template_id: UUID, *, at: datetime, by: UUID | None = None) -> ChecklistTemplate:
    """Put a version in use in place of the one before; doing it again changes nothing.

    Raises:
        TemplateUnknown: there is no such version.
        AlreadyPublished: it was in use before and is retired; make a new version of it.
    """
    template = _locked(session, template_id)
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


def in_use(session: Session, code: str) -> ChecklistTemplate | None:
    """Return the version of a checklist that is in use, if there is one."""
    return repository.current(session, code)


def snapshot(session: Session, code: str, *, name: str, items: Sequence[Item], at: datetime) -> ChecklistTemplate:
    """Return the newest version of a checklist with these items, made if it differs; only who names it is given it.

    Raises:
        UnfitItem: an item contradicts itself.
    """
    last = repository.version(session, code, repository.last_version(session, code))
    if last is not None and items_of(last) == tuple(items) and last.name_zh == name:
        return last
    template = create_version(session, code, name_zh=name, name_en=name, items=items)
    template.published_at = template.retired_at = at
    session.flush()
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
    types = {raw["key"]: ItemType(raw["type"]) for raw in template.items}
    return tuple(_from_json(raw, types) for raw in template.items)


def check_answer(template: ChecklistTemplate, key: str, value: object, *, unit: str | None = None) -> Value:
    """Return the answer in the type of its item.

    Raises:
        UnfitAnswer: there is no such item, or the answer does not fit it.
    """
    for item in items_of(template):
        if item.key == key:
            return answers.accept(item, value, unit=unit)
    raise UnfitAnswer(f"The checklist has no item {key}.", item=key)


def judge(template: ChecklistTemplate, given: Mapping[str, object], *, photos: Collection[str] = ()) -> Judgement:
    """Return what answers amount to; `photos` are the keys of items that have a photo."""
    items = items_of(template)
    accepted = {item.key: answers.accept(item, given[item.key]) for item in items if item.key in given}
    return scoring.judge(items, accepted, photos=photos, pass_mark=template.pass_mark)


def try_out(
    items: Sequence[Item], given: Mapping[str, object], *, photos: Collection[str], pass_mark: int | None
) -> Judgement:
    """Return what answers to items that are not stored would amount to.

    Raises:
        UnfitItem: an item contradicts itself.
        UnfitAnswer: an answer does not fit its item.
    """
    answers.check_items(items)
    accepted = {item.key: answers.accept(item, given[item.key]) for item in items if item.key in given}
    return scoring.judge(items, accepted, photos=photos, pass_mark=pass_mark)


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
        "failing": list(item.failing),
        "shown_if": None if item.shown_if is None else _condition_json(item.shown_if),
        "needs_photo": item.needs_photo,
        "weight": item.weight,
        "meter": item.meter,
    }


def _condition_json(condition: Condition) -> dict[str, Any]:
    value = None if condition.value is None else answers.to_json(condition.value)
    return {"item": condition.item, "op": condition.op.value, "value": value}


def _from_json(raw: Mapping[str, Any], types: Mapping[str, ItemType]) -> Item:
    return Item(
        key=raw["key"],
        text_zh=raw["text_zh"],
        text_en=raw["text_en"],
        type=types[raw["key"]],
        mandatory=raw["mandatory"],
        unit=raw["unit"],
        min=None if raw["min"] is None else Decimal(raw["min"]),
        max=None if raw["max"] is None else Decimal(raw["max"]),
        choices=tuple(raw["choices"]),
        asset_id=UUID(raw["asset_id"]) if raw.get("asset_id") else None,
        failing=tuple(raw["failing"]),
        shown_if=_condition(raw["shown_if"], types),
        needs_photo=raw["needs_photo"],
        weight=raw["weight"],
        meter=raw["meter"],
    )


def _condition(raw: Mapping[str, Any] | None, types: Mapping[str, ItemType]) -> Condition | None:
    if raw is None:
        return None
    value = raw["value"]
    if value is not None and types[raw["item"]] in NUMBERS:
        value = Decimal(value)
    return Condition(item=raw["item"], op=Operator(raw["op"]), value=value)
