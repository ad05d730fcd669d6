"""The staff API of notifications: register for push, list, mark as read."""

from typing import Any
from uuid import UUID

from backend.notifications import push, service
from backend.notifications.errors import NoSuchNotification
from backend.notifications.models import Notification
from backend.notifications.schemas import NotificationOut, NotificationPage, RegistrationIn, RegistrationOut
from kernel import clock, http
from kernel.auth import STAFF
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, cut, decode_cursor, encode_cursor

router = http.router("notifications")

ACCESS = {"register_push": STAFF, "list_notifications": STAFF, "read_notification": STAFF}


def _state() -> str:
    return "on" if push.configured() else "off"


@router.post("/push/registrations", response_model=RegistrationOut, status_code=201)
def register_push(body: RegistrationIn, db: Db, me: Me) -> dict[str, Any]:
    """Have messages for the caller sent to this device."""
    row = service.register(
        db,
        user_id=me.user_id,
        technician_id=me.technician_id,
        device_id=body.device_id,
        channel=body.channel,
        token=body.token,
        locale=body.locale,
        at=clock.now(),
    )
    return {"id": row.id, "channel": row.channel, "device_id": row.device_id, "push": _state()}


@router.get("/notifications", response_model=NotificationPage)
def list_notifications(db: Db, me: Me, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> dict[str, Any]:
    """List the caller's messages, the latest first."""
    after = UUID(decode_cursor(cursor, parts=1)[0]) if cursor else None
    found = service.list_for(db, user_id=me.user_id, technician_id=me.technician_id, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1].id) if more else None, "push": _state()}


@router.post(
    "/notifications/{notification_id}/read", response_model=NotificationOut, responses=problems(NoSuchNotification)
)
def read_notification(notification_id: UUID, db: Db, me: Me) -> Notification:
    """Mark a message as read."""
    return service.mark_read(db, notification_id, user_id=me.user_id, technician_id=me.technician_id, at=clock.now())
