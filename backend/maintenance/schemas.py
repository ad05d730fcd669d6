"""Bodies and answers of maintenance."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.maintenance.due import Anchor, Combinator, Trigger, Why
from backend.maintenance.lifecycle import PlanAction, PlanState
from backend.maintenance.models import Limit, OccurrenceState
from backend.maintenance.service.compliance import Grouping, Outcome
from backend.maintenance.service.drafts import Draft, LevelDraft
from backend.maintenance.service.rounds import RouteDraft, StopDraft
from kernel.fields import Body, Code, Day, Line, LocalTime, Out, Prose

Quantity = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4, allow_inf_nan=False)]
Interval = Annotated[Decimal, Field(ge=1, max_digits=14, decimal_places=4, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=0, le=365)]
Month = Annotated[int, Field(ge=1, le=12)]
SkillLevel = Annotated[int, Field(ge=1, le=3)]
Rule = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9;=,+: -]+$", max_length=200)]
Count = Annotated[int, Field(ge=1, le=50)]


class KitIn(Body):
    """A part that a level takes."""

    part_id: UUID
    quantity: Quantity


class LevelIn(Body):
    """What is done at every so many occurrences."""

    every: Annotated[int, Field(ge=1, le=1000)] = 1
    name: Line
    checklist_code: Code | None = None
    duration_minutes: Annotated[int, Field(ge=1, le=480)] = 60
    parts: Annotated[tuple[KitIn, ...], Field(max_length=50)] = ()

    def draft(self) -> LevelDraft:
        """Return the level as the service reads it."""
        parts = tuple((part.part_id, part.quantity) for part in self.parts)
        return LevelDraft(**{**self.model_dump(exclude={"parts"}), "parts": parts})


class PlanIn(Body):
    """A plan: for one asset, for those of a class or site, or for a route; due by calendar, meter or condition."""

    name: Line
    asset_id: UUID | None = None
    class_code: Code | None = None
    site_id: UUID | None = None
    route_id: UUID | None = None
    rule: Annotated[Rule | None, Field(description="RFC 5545", examples=["FREQ=MONTHLY;INTERVAL=3"])] = None
    starts_on: Day
    due_time: LocalTime = time(9)
    meter: Annotated[Code | None, Field(description="code of the meter on each asset")] = None
    every: Annotated[Interval | None, Field(description="units of the meter")] = None
    metric: Code | None = None
    metric_limit: Limit | None = None
    metric_value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    metric_seconds: Annotated[int, Field(ge=0, le=604_800)] = 3600
    combinator: Combinator = Combinator.ANY
    anchor: Anchor = Anchor.FLOATING
    season: Annotated[tuple[Month, ...], Field(max_length=12)] = ()
    tolerance_days: Days = 7
    lead_days: Days = 14
    summary: Line
    description: Prose = ""
    skill: Code
    skill_level: SkillLevel = 1
    priority: Annotated[int, Field(ge=1, le=4)] = 3
    signature_required: bool = False
    mute_device: bool = True
    levels: Annotated[tuple[LevelIn, ...], Field(min_length=1, max_length=12)]

    def draft(self) -> Draft:
        """Return the plan as the service reads it."""
        members = self.model_dump(include=set(PlanIn.model_fields) - {"levels"})
        return Draft(**members, levels=tuple(level.draft() for level in self.levels))


class PlanChange(PlanIn):
    """Other terms of a plan."""

    version: int


class PlanStep(Body):
    """What a person does with a plan."""

    action: PlanAction
    version: int


class PreviewIn(PlanIn):
    """The draft of a plan, and the asset to count for."""

    preview_asset_id: Annotated[UUID | None, Field(description="one of the scope; none: the first that fits")] = None
    count: Count = 12


class PartOut(Out):
    """What one trigger says."""

    trigger: Trigger
    at: datetime | None
    why: Why
    figures: dict[str, str]


class ForeseenOut(Out):
    """One occurrence as it would come."""

    number: int
    due_at: datetime
    opens_at: datetime
    level: int
    parts: list[PartOut]


class PreviewOut(Out):
    """The next occurrences on one asset, each done on its day and used as before."""

    asset_id: UUID | None
    asset_name: str | None
    items: list[ForeseenOut]
    rest: Annotated[list[PartOut], Field(description="what each trigger says of the one after them")]
    never: Annotated[list[str], Field(description="why nothing would ever come due; empty: something would")]


class KitOut(Out):
    """A part that a level takes."""

    part_id: UUID
    part_number: str
    quantity: Decimal


class LevelOut(Out):
    """What is done at every so many occurrences."""

    every: int
    name: str
    checklist_code: str | None
    duration_minutes: int
    parts: list[KitOut]


class PlanOut(Out):
    """A plan."""

    id: UUID
    name: str
    state: PlanState
    version: int
    asset_id: UUID | None
    class_code: str | None
    site_id: UUID | None
    route_id: UUID | None
    scope: str
    rule: str | None
    starts_on: date
    due_time: time
    meter: str | None
    every: Decimal | None
    metric: str | None
    metric_limit: Limit | None
    metric_value: float | None
    metric_seconds: int
    combinator: Combinator
    anchor: Anchor
    season: list[int]
    tolerance_days: int
    lead_days: int
    summary: str
    description: str
    skill: str
    skill_level: int
    priority: int
    signature_required: bool
    mute_device: bool
    levels: list[LevelOut]
    activated_at: datetime | None
    subject_count: int
    open_count: int
    next_due_at: datetime | None
    actions: list[PlanAction]


class SubjectOut(Out):
    """How an asset stands with a plan."""

    id: UUID
    maintenance_plan_id: UUID
    plan_name: str
    plan_state: PlanState
    asset_id: UUID | None
    asset_no: str | None
    asset_name: str | None
    number: int
    missed: int
    last_ended_at: datetime | None
    due_at: datetime | None
    opens_at: datetime | None
    level: int
    parts: list[PartOut]
    work_order_id: UUID | None
    work_order_number: str | None
    overdue: bool


class OccurrenceOut(Out):
    """One time that maintenance came due."""

    id: UUID
    maintenance_plan_id: UUID
    plan_name: str
    asset_id: UUID | None
    asset_name: str | None
    number: int
    level: int
    state: OccurrenceState
    outcome: Outcome
    due_at: datetime
    window_from: datetime
    window_to: datetime
    ended_at: datetime | None
    work_order_id: UUID | None
    work_order_number: str | None


class FiguresOut(Out):
    """How many occurrences of a group turned out how; `due` are those that were to be done by now."""

    key: Annotated[str | None, Field(description="id of the plan or site, code of the class, or the month")]
    name: str | None
    due: int
    share: Annotated[float | None, Field(description="done in time by due")]
    counts: dict[Outcome, int]


class ComplianceOut(Out):
    """How well plans were kept."""

    by: Grouping
    items: list[FiguresOut]


class StopIn(Body):
    """A stop: an asset or a place."""

    asset_id: UUID | None = None
    location_id: UUID | None = None
    checklist_code: Code


class RouteIn(Body):
    """A round over assets and places of one site."""

    name: Line
    site_id: UUID
    skill: Code
    skill_level: SkillLevel = 1
    duration_minutes: Annotated[int, Field(ge=1, le=480)] = 60
    stops: Annotated[tuple[StopIn, ...], Field(min_length=1, max_length=60)]

    def draft(self) -> RouteDraft:
        """Return the route as the service reads it."""
        members: dict[str, Any] = self.model_dump(include=set(RouteIn.model_fields) - {"stops"})
        return RouteDraft(**members, stops=tuple(StopDraft(**stop.model_dump()) for stop in self.stops))


class RouteChange(RouteIn):
    """Another round."""

    version: int


class StopOut(Out):
    """A stop."""

    seq: int
    asset_id: UUID | None
    location_id: UUID | None
    name: str
    checklist_code: str


class RouteOut(Out):
    """A round."""

    id: UUID
    name: str
    version: int
    site_id: UUID
    site_name: str
    skill: str
    skill_level: int
    duration_minutes: int
    stops: list[StopOut]


class RoundIn(Body):
    """A round that is to be walked today."""

    client_op_id: UUID


class RoundOut(Out):
    """The order of a round."""

    work_order_id: UUID
    number: str
