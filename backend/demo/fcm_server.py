"""A stand-in for Firebase Cloud Messaging: the OAuth token and HTTP v1 `messages:send` endpoints, on this machine.

It keeps what it takes and tells it under GET /messages. A token made dead by `bury` is answered as Google answers for
a phone that has removed the app.
"""

import json
import re
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PROJECT = "fieldhand-local"
SEND = re.compile(r"^/v1/projects/([a-z0-9-]+)/messages:send$")
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEPT = 1000
MAX_BODY = 64 * 1024
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


class FcmServer:
    """The stand-in: serves from `with` on, with a service account of its own making in `folder`."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, name="fcm", daemon=True)
        self.endpoint = f"http://127.0.0.1:{self._http.server_port}"
        self.credentials = folder / "service-account.json"
        folder.mkdir(parents=True, exist_ok=True)
        write_credentials(self.credentials, url=self.endpoint)

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead to it."""
        return {"FIELDHAND_FCM_CREDENTIALS_FILE": str(self.credentials), "FIELDHAND_FCM_ENDPOINT": self.endpoint}

    def __enter__(self) -> Self:
        """Begin to serve, in a thread of its own."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was taken."""
        with self._http.lock:
            return list(self._http.messages)

    def bury(self, token: str) -> None:
        """Answer for this token as for a phone that has removed the app."""
        with self._http.lock:
            self._http.dead.add(token)

    def away(self, *, away: bool) -> None:
        """Answer every message 503, or serve again."""
        self._http.away = away


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.access_token = secrets.token_urlsafe(24)
        self.messages: list[dict[str, Any]] = []
        self.dead: set[str] = set()
        self.away = False
        self.count = 0
        self.lock = threading.Lock()

    def take(self, message: dict[str, Any]) -> str:
        """Keep a message; return its name."""
        with self.lock:
            self.count += 1
            name = f"projects/{PROJECT}/messages/{self.count}"
            self.messages = [*self.messages[-KEPT + 1 :], {"name": name, **message}]
            return name


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Tell what was taken."""
        if self.path != "/messages":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})
            return
        with self.server.lock:
            self._answer(HTTPStatus.OK, {"messages": list(self.server.messages)})

    def do_POST(self) -> None:
        """Give a token, or take a message."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), MAX_BODY))
        if self.path == "/token":
            self._token(body)
        elif self.path == "/bury":
            with self.server.lock:
                self.server.dead.add(json.loads(body)["token"])
            self._answer(HTTPStatus.OK, {})
        elif SEND.match(self.path):
            self._send(body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})

    def _token(self, body: bytes) -> None:
        asked = parse_qs(body.decode())
        if asked.get("grant_type") != [JWT_GRANT] or not asked.get("assertion"):
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "unsupported_grant_type"})
            return
        answer = {"access_token": self.server.access_token, "expires_in": 3600, "token_type": "Bearer"}
        self._answer(HTTPStatus.OK, answer)

    def _send(self, body: bytes) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.server.access_token}":
            self._refuse(HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED", None)
            return
        if self.server.away:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "UNAVAILABLE")
            return
        message = json.loads(body)["message"]
        if (message.get("token") or message.get("fid")) in self.server.dead:
            self._refuse(HTTPStatus.NOT_FOUND, "NOT_FOUND", "UNREGISTERED")
            return
        self._answer(HTTPStatus.OK, {"name": self.server.take(message)})

    def _refuse(self, status: HTTPStatus, word: str, code: str | None) -> None:
        details = [{"@type": FCM_ERROR, "errorCode": code}] if code else []
        error = {"code": int(status), "message": status.phrase, "status": word, "details": details}
        self._answer(status, {"error": error})

    def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: what was taken can be asked for."""


def write_credentials(path: Path, *, url: str) -> None:
    """Write a service account of its own making, whose tokens come from the stand-in at `url`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{url}/token",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(account))
