"""Messages through firebase-admin to a local server that speaks FCM HTTP v1."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.demo.fcm_server import FcmServer
from backend.identity import service as identity
from backend.notifications import push, routes, service
from backend.notifications.models import Notification, NotificationState, PushChannel, PushRegistration
from backend.notifications.service import Words
from backend.work import handlers
from backend.work.events import VisitAssigned
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from kernel.settings import get_settings
from tests.integration.backend.callers import a_client

WORDS = Words(title_zh="新工单", title_en="New order", body_zh="北门", body_en="North gate")


@pytest.fixture
def fcm(tmp_path: Path, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[FcmServer]:
    """Return a running stand-in that the settings lead to."""
    with FcmServer(tmp_path / "fcm") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        forget()
        yield server
        monkeypatch.undo()
        forget()


def forget() -> None:
    import firebase_admin

    if push.push.cache_info().currsize:
        push.push.cache_clear()
        if push.APP_NAME in firebase_admin._apps:
            firebase_admin.delete_app(firebase_admin.get_app(push.APP_NAME))
    get_settings.cache_clear()


def a_phone(tenant: UUID, token: str, *, technician_id: UUID, locale: str = "zh") -> UUID:
    with transaction(tenant_id=tenant) as session:
        name = f"u{new_id().hex}"
        user = identity.create_user(session, name, password="correct horse battery", display_name=name, roles=[])
        return service.register(
            session,
            user_id=user.id,
            technician_id=technician_id,
            device_id=f"phone-{token}",
            channel=PushChannel.FCM,
            token=token,
            locale=locale,
            at=clock.now(),
        ).id


def tell(tenant: UUID, technician_id: UUID, key: str = "k") -> None:
    with transaction(tenant_id=tenant) as session:
        service.notify(
            session, key=key, kind="visit.assigned", words=WORDS, technician_ids=[technician_id], at=clock.now()
        )


def states(tenant: UUID) -> list[tuple[NotificationState, int]]:
    with transaction(tenant_id=tenant) as session:
        rows = session.scalars(select(Notification).order_by(Notification.id))
        return [(row.state, row.attempts) for row in rows]


def test_a_message_reaches_each_phone_in_its_language(tenant: UUID, fcm: FcmServer) -> None:
    chen = new_id()
    a_phone(tenant, "token-zh-1", technician_id=chen)
    a_phone(tenant, "token-en-1", technician_id=chen, locale="en")
    tell(tenant, chen)
    tell(tenant, chen)

    assert service.send_due(tenant) == 1
    assert service.send_due(tenant) == 0

    titles = {message["token"]: message["notification"]["title"] for message in fcm.messages}
    assert titles == {"token-zh-1": "新工单", "token-en-1": "New order"}
    assert states(tenant) == [(NotificationState.SENT, 1)]


def test_an_installation_id_is_sent_as_one(tenant: UUID, fcm: FcmServer) -> None:
    chen = new_id()
    a_phone(tenant, "cAbCdEfGhIjKlMnOpQrSt1", technician_id=chen)
    tell(tenant, chen)

    service.send_due(tenant)

    assert [message.get("fid") for message in fcm.messages] == ["cAbCdEfGhIjKlMnOpQrSt1"]


def test_a_dead_token_is_removed(tenant: UUID, fcm: FcmServer) -> None:
    chen = new_id()
    phone = a_phone(tenant, "token-dead-1", technician_id=chen)
    fcm.bury("token-dead-1")
    tell(tenant, chen)

    service.send_due(tenant)

    with transaction(tenant_id=tenant) as session:
        assert session.get_one(PushRegistration, phone).dead_at is not None
    assert states(tenant) == [(NotificationState.OFF, 1)]


def test_a_server_that_is_away_is_tried_again_later(tenant: UUID, fcm: FcmServer) -> None:
    chen = new_id()
    a_phone(tenant, "token-late-1", technician_id=chen)
    tell(tenant, chen)
    fcm.away(away=True)
    service.send_due(tenant)
    assert states(tenant) == [(NotificationState.QUEUED, 1)]
    fcm.away(away=False)

    assert service.send_due(tenant) == 0
    assert service.send_due(tenant, at=clock.now() + timedelta(minutes=1)) == 1
    assert len(fcm.messages) == 1


def test_without_credentials_push_says_that_it_is_off(tenant: UUID) -> None:
    forget()
    chen = new_id()
    a_phone(tenant, "token-off-1", technician_id=chen)
    tell(tenant, chen)

    assert service.send_due(tenant) == 0

    assert states(tenant) == [(NotificationState.OFF, 1)]
    client = a_client(tenant, Role.TECHNICIAN, routes, technician_id=chen)
    shown = client.get("/notifications").json()
    assert (shown["push"], shown["items"][0]["title_zh"]) == ("off", "新工单")
    assert client.post(f"/notifications/{shown['items'][0]['id']}/read").json()["read_at"]


def test_nobody_reads_the_messages_of_others(tenant: UUID, other_tenant: UUID) -> None:
    chen = new_id()
    tell(tenant, chen)
    with transaction(tenant_id=tenant) as session:
        message = session.scalars(select(Notification.id)).one()

    for client in (
        a_client(tenant, Role.TECHNICIAN, routes, technician_id=new_id()),
        a_client(other_tenant, Role.TECHNICIAN, routes, technician_id=chen),
    ):
        assert client.get("/notifications").json()["items"] == []
        assert client.post(f"/notifications/{message}/read").status_code == 404


def test_an_assignment_tells_its_crew_once(tenant: UUID) -> None:
    chen = new_id()
    event = VisitAssigned(
        visit_id=new_id(),
        work_order_id=new_id(),
        number="WO-2026-00001",
        summary="轴承",
        site_name="北门",
        technician_ids=(chen,),
        planned_start=clock.now(),
        planned_end=clock.now() + timedelta(hours=1),
        priority=2,
        version=2,
    )
    with transaction(tenant_id=tenant) as session:
        for _ in range(3):
            handlers.notify_assignment(session, event)

    assert states(tenant) == [(NotificationState.QUEUED, 0)]
