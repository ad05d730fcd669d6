"""Who hears of what: one table from events to handlers, one from jobs to what does them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from backend.assets import handlers as assets
from backend.assets.events import MeterRead
from backend.contracts import handlers as contracts
from backend.contracts.events import CoverageOverridden
from backend.conversations.events import MessageWritten
from backend.costs import handlers as costs
from backend.customers.events import CustomerMerged
from backend.files import handlers as files
from backend.files.uploads import SWEEP_JOB
from backend.intake import handlers as intake
from backend.mail import handlers as mail
from backend.mail.service import SEND_JOB
from backend.maintenance import handlers as maintenance
from backend.notifications import handlers as notifications
from backend.planning import handlers as planning
from backend.planning import service as planner
from backend.playbooks import handlers as playbooks
from backend.playbooks.events import TrialFinished
from backend.quotes import handlers as quotes
from backend.quotes.events import QuoteDecided
from backend.reports import handlers as reports
from backend.reports.service import MAKE_JOB
from backend.sla.events import ClockMoved, EscalationReached
from backend.surveys import handlers as surveys
from backend.technicians.events import AbsenceApproved, TechnicianDeactivated
from backend.tickets import handlers as tickets
from backend.tickets.events import TicketChanged, TicketMerged, TicketResolved
from backend.work import handlers as work
from backend.work.events import (
    VisitAssigned,
    VisitChanged,
    VisitCompleted,
    VisitReported,
    VisitWithdrawn,
    WorkOrderChanged,
    WorkOrderClosed,
    WorkOrderDueMoved,
    WorkOrderOpened,
)
from inventory.events import StockArrived
from iot_gateway.events import (
    CaseCleared,
    CaseOpened,
    CaseRelapsed,
    CaseWindowMoved,
    CaseWorsened,
    CommandFinished,
    DeviceProvisioned,
)
from kernel.outbox import Event, Handler, topics

JobHandler = Callable[[UUID, dict[str, Any]], None]

SUBSCRIPTIONS: dict[type[Event], Mapping[str, Handler]] = {
    CustomerMerged: {
        "assets.follow_merge": assets.follow_merge,
        "contracts.follow_merge": contracts.follow_merge,
        "work.follow_merge": work.follow_merge,
        "tickets.follow_merge": tickets.follow_merge,
    },
    AbsenceApproved: {"planning.release_on_absence": planning.release_on_absence},
    TechnicianDeactivated: {"planning.release_on_deactivation": planning.release_on_deactivation},
    DeviceProvisioned: {"assets.place_on_claim": assets.place_on_claim},
    CaseOpened: {"intake.open_on_case": intake.open_on_case},
    CaseWorsened: {"intake.worsen_on_case": intake.worsen_on_case},
    CaseWindowMoved: {"intake.move_due_on_window": intake.move_due_on_window},
    CaseCleared: {
        "intake.verify_on_recovery": intake.verify_on_recovery,
        "playbooks.succeed_on_recovery": playbooks.succeed_on_recovery,
    },
    CaseRelapsed: {
        "intake.reopen_on_relapse": intake.reopen_on_relapse,
        "playbooks.fail_on_relapse": playbooks.fail_on_relapse,
    },
    CommandFinished: {"playbooks.follow_command": playbooks.follow_command},
    TrialFinished: {"intake.settle_on_trial": intake.settle_on_trial},
    WorkOrderOpened: {
        "tickets.begin_on_order": tickets.begin_on_order,
        "planning.plan_on_opened": planning.plan_on_opened,
    },
    WorkOrderChanged: {
        "planning.plan_on_returned": planning.plan_on_returned,
        "tickets.resolve_on_cancel": tickets.resolve_on_cancel,
        "intake.dismiss_on_order_cancelled": intake.dismiss_on_order_cancelled,
        "maintenance.count_on_cancel": maintenance.count_on_cancel,
    },
    WorkOrderDueMoved: {"planning.plan_on_due_moved": planning.plan_on_due_moved},
    WorkOrderClosed: {
        "tickets.resolve_on_close": tickets.resolve_on_close,
        "intake.label_on_close": intake.label_on_close,
        "costs.keep_on_close": costs.keep_on_close,
        "maintenance.count_on_close": maintenance.count_on_close,
    },
    QuoteDecided: {"quotes.tell_author": quotes.tell_author},
    CoverageOverridden: {"costs.recount_on_coverage": costs.recount_on_coverage},
    ClockMoved: {"work.move_due_on_clock": work.move_due_on_clock},
    EscalationReached: {"work.escalate_on_step": work.escalate_on_step},
    VisitAssigned: {"work.notify_assignment": work.notify_assignment},
    VisitChanged: {"maintenance.mute_on_visit": maintenance.mute_on_visit},
    MeterRead: {"maintenance.look_on_reading": maintenance.look_on_reading},
    VisitWithdrawn: {"work.notify_withdrawal": work.notify_withdrawal},
    VisitCompleted: {
        "intake.verify_on_completion": intake.verify_on_completion,
        "work.correct_on_completion": work.correct_on_completion,
        "work.read_meters": work.read_meters,
        "reports.make_on_completion": reports.make_on_completion,
    },
    VisitReported: {
        "work.read_meters_late": work.read_meters_late,
        "reports.renew_on_report": reports.renew_on_report,
    },
    TicketChanged: {"intake.dismiss_on_ticket_cancelled": intake.dismiss_on_ticket_cancelled},
    TicketMerged: {"intake.follow_ticket_merge": intake.follow_ticket_merge},
    MessageWritten: {
        "tickets.notify_mentioned": tickets.notify_mentioned,
        "tickets.mail_reply": tickets.mail_reply,
    },
    StockArrived: {"work.resume_on_stock": work.resume_on_stock},
    TicketResolved: {
        "surveys.invite_on_resolution": surveys.invite_on_resolution,
        "intake.prove_on_resolution": intake.prove_on_resolution,
    },
}

JOBS: dict[str, JobHandler] = {
    planner.SOLVE_JOB: planner.solve_job,
    SWEEP_JOB: files.sweep_upload,
    SEND_JOB: mail.send,
    MAKE_JOB: reports.make,
    "notifications.send": notifications.send,
    "surveys.remind": surveys.remind,
    "tickets.close": tickets.close_ticket,
    "work.accept_timeout": work.accept_timeout,
}

EVENTS = topics(iter(SUBSCRIPTIONS))
HANDLERS: dict[str, Handler] = {name: handler for named in SUBSCRIPTIONS.values() for name, handler in named.items()}


def handler_names() -> dict[str, tuple[str, ...]]:
    """Return the names of the handlers by topic, as the relay needs them."""
    return {kind.topic: tuple(named) for kind, named in SUBSCRIPTIONS.items()}
