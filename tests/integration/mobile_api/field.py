"""A phone of a technician, and a visit for it: committed, three hours old, with a checklist and parts in the van."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.identity import service as identity
from backend.work import repository
from backend.work.models import Visit, VisitPart, WorkOrder
from backend.work.service import scheduling
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from mobile_api.app import create_app
from tests.integration.backend.callers import TestClient
from tests.integration.backend.work.scene import FINDING, HOUR, MINUTE, Scene, a_scene, an_order, fill

Json = dict[str, Any]
ONE = Decimal(1)
PASSWORD = "correct horse battery"
ITEMS = (
    Item(key="vibration", text_zh="振动", text_en="Vibration", type=ItemType.NUMBER, unit="mm/s", max=Decimal("4.5")),
    Item(key="guard", text_zh="护罩", text_en="Guard in place", type=ItemType.BOOL),
)


@dataclass(frozen=True)
class Field:
    """What the tests know of the company."""

    tenant: UUID
    scene: Scene
    start: datetime

    def at(self, minutes: float) -> str:
        """Return an instant so many minutes after the visit was dispatched."""
        return (self.start + minutes * MINUTE).isoformat()

    def visit(self, technician: UUID | None = None, *, reserve: bool = False, crew: tuple[UUID, ...] = ()) -> Visit:
        """Commit one more order with a dispatched visit."""
        with transaction(tenant_id=self.tenant) as session:
            return self._visit(session, an_order(session, self.scene, at=self.start), technician, reserve, crew)

    def _visit(
        self, session: Session, order: WorkOrder, technician: UUID | None, reserve: bool, crew: tuple[UUID, ...]
    ) -> Visit:
        lead = technician or self.scene.chen
        held = [(self.scene.bearing, self.scene.vans[lead], ONE)] if reserve else []
        visit = scheduling.schedule_visit(
            session,
            order.id,
            technician_ids=[lead, *crew],
            start=self.start + HOUR,
            end=self.start + 2 * HOUR,
            reserve=held,
            at=self.start,
        )
        return scheduling.dispatch_visit(session, visit.id, at=self.start)

    def work(self, visit_id: UUID) -> list[Json]:
        """Return the operations of a whole visit, in order."""
        spot = {"lon": 121.47, "lat": 31.23, "accuracy_m": 10}
        swap = {
            "asset_id": str(self.scene.asset),
            "part_id": str(self.scene.fan),
            "old_serial": "OLD-1",
            "new_serial": "NEW-1",
        }
        steps: list[tuple[str, Json]] = [
            ("visit.accept", {}),
            ("visit.travel", {"position": spot}),
            ("visit.arrive", {"position": spot}),
            ("visit.start", {}),
            ("checklist.answer", {"item": "vibration", "value": 1.8, "unit": "mm/s"}),
            ("checklist.answer", {"item": "guard", "value": True}),
            ("parts.use", {"part_id": str(self.scene.bearing), "quantity": "1"}),
            ("asset.swap_serial", swap),
            ("note.add", {"text": "运行正常"}),
            ("visit.complete", FINDING),
        ]
        return [
            self.operation(visit_id, kind, payload, minutes=5.0 * (place + 1), seq=place + 1)
            for place, (kind, payload) in enumerate(steps)
        ]

    def operation(
        self, visit_id: UUID, kind: str, payload: Json | None = None, *, minutes: float = 5, seq: int = 1
    ) -> Json:
        """Return one operation."""
        return {
            "client_op_id": str(new_id()),
            "kind": kind,
            "subject": str(visit_id),
            "payload": payload or {},
            "occurred_at": self.at(minutes),
            "seq": seq,
            "tz": "Asia/Shanghai",
        }


def a_field(tenant: UUID, *, hours_ago: float = 3) -> Field:
    """Commit the company: users, a checklist, a bearing and a fan in each van, an old fan in the pump."""
    start = clock.now() - timedelta(hours=hours_ago)
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        for place, name in enumerate(("chen", "gao")):
            person = getattr(scene, name)
            identity.create_user(
                session,
                name,
                password=PASSWORD,
                display_name=name,
                roles=[Role.TECHNICIAN],
                technician_id=person,
            )
            fill(session, scene.vans[person], scene.bearing, 3)
            fill(session, scene.vans[person], scene.fan, 1, serials=(f"NEW-{place + 1}",))
        assets.install_component(session, scene.asset, part_id=scene.fan, serial="OLD-1", place="head", at=start - HOUR)
        template = checklists.create_version(session, "pump", name_zh="泵", name_en="Pump", items=list(ITEMS))
        checklists.publish_version(session, template.id, at=start)
    return Field(tenant, scene, start)


class Phone:
    """The app of one technician, after its log-in."""

    def __init__(self, tenant: UUID, username: str = "chen", *, device_id: str = "phone-1") -> None:
        """Log in."""
        self.device_id = device_id
        self.client = TestClient(create_app(), base_url="http://test/mobile/v1")
        words = {
            "tenant": f"t{tenant.hex}",
            "username": username,
            "password": PASSWORD,
            "device_id": device_id,
        }
        answer = self.client.post("/auth/login", json=words)
        assert answer.status_code == 200, answer.text
        self.tokens: Json = answer.json()
        self.client.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def day(self) -> Json:
        """Return the bundle."""
        answer = self.client.get("/day")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def pull(self, cursor: str | None = None) -> Json:
        """Return one page of changes."""
        answer = self.client.get("/sync/pull", params={"cursor": cursor} if cursor else {})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def send(self, operations: list[Json]) -> Any:
        """Send a batch; return the answer as it is."""
        body = {"device_id": self.device_id, "app_version": "1.0", "operations": operations}
        return self.client.post(
            "/sync/operations", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )

    def push(self, operations: list[Json]) -> list[Json]:
        """Send a batch; return its results."""
        answer = self.send(operations)
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["results"]
        assert [line["client_op_id"] for line in found] == [line["client_op_id"] for line in operations]
        return found

    def statuses(self, operations: list[Json]) -> list[str]:
        """Send a batch; return what became of each operation."""
        return [line["status"] for line in self.push(operations)]


def the_visit(page: Json, visit_id: UUID) -> Json:
    """Return a visit of a bundle or a page of changes."""
    visits: list[Json] = page["visits"] if "visits" in page else page["upserts"]["visits"]
    return next(visit for visit in visits if visit["id"] == str(visit_id))


def effects(field: Field, visit_id: UUID) -> Json:
    """Return what the operations of a visit have done to the books."""
    with transaction(tenant_id=field.tenant) as session:
        visit = repository.visit(session, visit_id)
        moves = session.execute(
            text(
                "SELECT kind, quantity, serial, condition, moved_at FROM stock_move"
                " WHERE ref_id = :visit ORDER BY 1, 2, 3, 4"
            ),
            {"visit": visit_id},
        ).all()
        return {
            "state": str(visit.state),
            "order": str(repository.order(session, visit.work_order_id).state),
            "steps": [row.action for row in repository.visit_events(session, visit_id) if row.client_op_id],
            "stamps": (visit.accepted_at, visit.travel_started_at, visit.arrived_at, visit.ended_at),
            "answers": {line.item: line.value for line in repository.answers(session, visit_id)},
            "parts": session.scalar(select(func.count()).select_from(VisitPart).where(VisitPart.visit_id == visit_id)),
            "notes": session.scalar(
                text("SELECT count(*) FROM visit_note WHERE visit_id = :visit"), {"visit": visit_id}
            ),
            "moves": [tuple(row) for row in moves],
            "inside": [line.serial for line in assets.components_of(session, field.scene.asset)],
            "conflicts": [item.problem for item in repository.open_conflicts(session, [visit_id])],
        }
