"""The push port: Firebase Cloud Messaging through its HTTP v1 interface, by Google's own library.

The service account comes from `FIELDHAND_FCM_CREDENTIALS_FILE`; without it push is off. `FIELDHAND_FCM_ENDPOINT`
names another server that speaks the same interface.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from backend.notifications.errors import DeadToken, PushFailed
from kernel.settings import get_settings

if TYPE_CHECKING:
    import firebase_admin

APP_NAME = "fieldhand"
TIMEOUT_SECONDS = 10
INSTALLATION_ID = re.compile(r"[cdef][A-Za-z0-9_-]{21}")
"""How a Firebase installation id looks; apps register with one, or with an older, longer registration token."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a phone shows, and what its app reads."""

    token: str
    title: str
    body: str
    data: Mapping[str, str]


class Push(Protocol):
    """Something that carries push messages."""

    def send(self, message: Message) -> str:
        """Hand one message over; return its name there.

        Raises:
            DeadToken: the phone is not registered any more.
            PushFailed: it was not taken; try again later.
        """
        ...


class FirebasePush:
    """Messages through firebase-admin."""

    def __init__(self, app: "firebase_admin.App", endpoint: str | None) -> None:
        """Send as `app`, to Google or to `endpoint`."""
        from firebase_admin import messaging  # noqa: PLC0415 - heavy, and needed by the worker only

        self._app = app
        self._messaging: Any = messaging
        if endpoint is not None:
            service = messaging._get_messaging_service(app)  # noqa: SLF001 - the library names no other way
            service._fcm_url = f"{endpoint.rstrip('/')}/v1/projects/{app.project_id}/messages:send"  # noqa: SLF001

    def send(self, message: Message) -> str:
        """Hand one message over; return its name there."""
        from firebase_admin import exceptions  # noqa: PLC0415 - heavy, and needed by the worker only
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above

        kinds = self._messaging
        letter = kinds.Message(
            fid=message.token if INSTALLATION_ID.fullmatch(message.token) else None,
            notification=kinds.Notification(title=message.title, body=message.body),
            data=dict(message.data),
            android=kinds.AndroidConfig(priority="high"),
        )
        if letter.fid is None:
            letter.token = message.token
        try:
            return str(kinds.send(letter, app=self._app))
        except (kinds.UnregisteredError, kinds.SenderIdMismatchError) as error:
            raise DeadToken(str(error)) from error
        except exceptions.InvalidArgumentError as error:
            if "registration token" in str(error):
                raise DeadToken(str(error)) from error
            raise PushFailed(str(error)) from error
        except (exceptions.FirebaseError, GoogleAuthError) as error:
            raise PushFailed(str(error)) from error


def configured() -> bool:
    """Tell whether there is a service account to send with."""
    return get_settings().fcm_credentials_file is not None


@cache
def push() -> Push | None:
    """Return the push service of this process; none: push is off."""
    settings = get_settings()
    if settings.fcm_credentials_file is None:
        return None
    import firebase_admin  # noqa: PLC0415 - heavy, and needed by the worker only
    from firebase_admin import credentials  # noqa: PLC0415 - as above

    account = credentials.Certificate(str(settings.fcm_credentials_file))
    app = firebase_admin.initialize_app(account, {"httpTimeout": TIMEOUT_SECONDS}, name=APP_NAME)
    return FirebasePush(app, settings.fcm_endpoint)
