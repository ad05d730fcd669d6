"""What each kind of operation does: its payload, and the use case behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend.assets.metering import Counter
from backend.files.models import LinkRole
from backend.work import actors
from backend.work.lifecycle import VisitAction
from backend.work.service import acting, evidence, meter_reports, reports
from backend.work.service.acting import Outcome, Status
from backend.work.service.reports import Reported
from iot_gateway.service import commands
from kernel.auth import Principal
from kernel.errors import Problem
from kernel.geo import LonLat
from mobile_api.day.service import own
from mobile_api.sync import repository, schemas
from mobile_api.sync.errors import BadPayload, CommandTooLate, NotThisDevice, UnknownOperation
from mobile_api.sync.schemas import Operation, Strict

P = TypeVar("P", bound=Strict)


@dataclass(frozen=True)
class Context:
    """Who did the operation, what it is, when it was heard."""

    me: Principal
    operation: Operation
    received_at: datetime

    @property
    def reported(self) -> Reported:
        """Return it as the use cases of a visit take it."""
        return Reported(
            actor=actors.technician(self.me),
            occurred_at=self.operation.occurred_at,
            received_at=self.received_at,
            client_op_id=self.operation.client_op_id,
        )


@dataclass(frozen=True)
class Done:
    """What became of an operation."""

    status: Status
    entity: dict[str, Any]
    problem: Problem | None = None


Effect = Callable[[Session, Context, Any], Done]


def _outcome(outcome: Outcome) -> Done:
    visit = outcome.visit
    entity = {"kind": "visit", "id": str(visit.id), "version": visit.version, "state": str(visit.state)}
    return Done(outcome.status, entity, outcome.problem)


def _step(action: VisitAction) -> Effect:
    def take(session: Session, context: Context, payload: Strict) -> Done:
        said = payload.model_dump(mode="json", exclude_none=True)
        placed = said.pop("position", None)
        return _outcome(
            acting.act(
                session,
                context.operation.subject,
                action,
                actor=actors.technician(context.me),
                occurred_at=context.operation.occurred_at,
                received_at=context.received_at,
                client_op_id=context.operation.client_op_id,
                reason=said.pop("reason", None),
                position=LonLat(placed["lon"], placed["lat"]) if placed else None,
                accuracy_m=placed["accuracy_m"] if placed else None,
                payload=said,
            )
        )

    return take


def _answer(session: Session, context: Context, payload: schemas.Answer) -> Done:
    value = payload.value if isinstance(payload.value, bool | str) else str(payload.value)
    return _outcome(
        reports.answer_checklist(
            session,
            context.operation.subject,
            item=payload.item,
            value=value,
            unit=payload.unit,
            note=payload.note,
            by=context.reported,
        )
    )


def _use_part(session: Session, context: Context, payload: schemas.PartUse) -> Done:
    return _outcome(
        reports.use_part(
            session,
            context.operation.subject,
            part_id=payload.part_id,
            quantity=payload.quantity,
            serial=payload.serial,
            location_id=payload.location_id,
            by=context.reported,
        )
    )


def _swap(session: Session, context: Context, payload: schemas.SerialSwap) -> Done:
    return _outcome(
        reports.swap_serial(
            session,
            context.operation.subject,
            part_id=payload.part_id,
            old_serial=payload.old_serial,
            new_serial=payload.new_serial,
            asset_id=payload.asset_id,
            location_id=payload.location_id,
            by=context.reported,
        )
    )


def _read_meter(session: Session, context: Context, payload: schemas.MeterRead) -> Done:
    counter = None if payload.new_first is None else Counter(payload.new_first, payload.new_rolls_over_at)
    return _outcome(
        meter_reports.read_meter(
            session,
            context.operation.subject,
            meter_id=payload.meter_id,
            value=payload.value,
            replaced_by=counter,
            note=payload.note or "",
            by=context.reported,
        )
    )


def _note(session: Session, context: Context, payload: schemas.Note) -> Done:
    return _outcome(reports.add_note(session, context.operation.subject, text=payload.text, by=context.reported))


def _attach(session: Session, context: Context, payload: schemas.Attachment) -> Done:
    return _outcome(
        evidence.attach_file(
            session,
            context.operation.subject,
            sha256=payload.sha256,
            role=LinkRole(payload.role),
            name=payload.name,
            caption=payload.caption or "",
            item=payload.item or "",
            by=context.reported,
        )
    )


def _command(session: Session, context: Context, payload: schemas.Command) -> Done:
    operation, lifetime = context.operation, commands.LIFETIME
    device_id = repository.device_of_visit(session, operation.subject, technician_id=own(context.me))
    if device_id != payload.device_id:
        raise NotThisDevice("The command is for the device of the visit's asset only.", device_id=device_id)
    if operation.occurred_at < context.received_at - lifetime:
        raise CommandTooLate(
            "The situation may have changed: give the command anew.", lifetime_seconds=int(lifetime.total_seconds())
        )
    command = commands.request_command(
        session, device_id, command=payload.command, args=payload.args, requested_by=context.me.user_id
    )
    entity = {"kind": "command", "id": str(command.id), "state": str(command.state), "version": None}
    return Done(Status.APPLIED, entity)


KINDS: dict[str, tuple[type[Strict], Effect]] = {
    "visit.accept": (schemas.Nothing, _step(VisitAction.ACCEPT)),
    "visit.reject": (schemas.Reasoned, _step(VisitAction.REJECT)),
    "visit.travel": (schemas.Placed, _step(VisitAction.TRAVEL)),
    "visit.arrive": (schemas.Placed, _step(VisitAction.ARRIVE)),
    "visit.start": (schemas.Nothing, _step(VisitAction.START)),
    "visit.hold": (schemas.Reasoned, _step(VisitAction.HOLD)),
    "visit.resume": (schemas.Nothing, _step(VisitAction.RESUME)),
    "visit.complete": (schemas.Completion, _step(VisitAction.COMPLETE)),
    "visit.incomplete": (schemas.Reasoned, _step(VisitAction.INCOMPLETE)),
    "visit.no_access": (schemas.Reasoned, _step(VisitAction.NO_ACCESS)),
    "checklist.answer": (schemas.Answer, _answer),
    "parts.use": (schemas.PartUse, _use_part),
    "asset.swap_serial": (schemas.SerialSwap, _swap),
    "meter.read": (schemas.MeterRead, _read_meter),
    "note.add": (schemas.Note, _note),
    "file.attach": (schemas.Attachment, _attach),
    "device.command": (schemas.Command, _command),
}


def perform(session: Session, context: Context) -> Done:
    """Do one operation.

    Raises:
        UnknownOperation: there is no such kind.
        BadPayload: the payload does not fit it.
        Problem: the use case refuses it.
    """
    operation = context.operation
    if operation.kind not in KINDS:
        raise UnknownOperation(f"No operation is called {operation.kind[:80]}.", known=sorted(KINDS))
    schema, effect = KINDS[operation.kind]
    return effect(session, context, read(schema, operation.payload))


def read(schema: type[P], payload: dict[str, Any]) -> P:
    """Return the payload in the type of its kind.

    Raises:
        BadPayload: it does not fit.
    """
    try:
        return schema.model_validate(payload)
    except ValidationError as error:
        raise BadPayload("The payload does not fit the kind of operation.", errors=faults(error)) from error


def faults(error: ValidationError) -> list[dict[str, str]]:
    """Return what is wrong with which field."""
    return [{"field": ".".join(str(part) for part in item["loc"]), "text": item["msg"]} for item in error.errors()[:20]]
