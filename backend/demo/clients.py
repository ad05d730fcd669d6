"""The public interfaces as their users call them: HTTP for people and phones, MQTT for devices."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

T = TypeVar("T")


class StepFailed(Exception):  # noqa: N818 - an expected end, told in words
    """What the demo promises did not hold."""


def read_logins(path: Path) -> dict[str, str]:
    """Return the generated passwords by user name."""
    return dict(line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip())


def wait_for(what: str, probe: Callable[[], T | None], *, seconds: float, pause: float = 0.25) -> T:
    """Return what `probe` finds, asked again until the time is over.

    Raises:
        StepFailed: it found nothing.
    """
    end = time.monotonic() + seconds
    while True:
        found = probe()
        if found is not None:
            return found
        if time.monotonic() > end:
            raise StepFailed(f"{what}: nothing after {seconds:.0f} s")
        time.sleep(pause)


@dataclass
class Caller:
    """One logged-in user of one of the two APIs."""

    base: str
    username: str
    password: str
    prefix: str = "/api/v1"
    device_id: str = "demo-runner"
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        """Log in."""
        self.http = httpx.Client(base_url=self.base + self.prefix, timeout=30.0)
        self.log_in()

    def log_in(self) -> None:
        """Get an access token."""
        answer = self.http.post(
            "/auth/login",
            json={
                "tenant": "demo",
                "username": self.username,
                "password": self.password,
                "device_id": self.device_id,
            },
        )
        if answer.status_code != httpx.codes.OK:
            raise StepFailed(f"log-in of {self.username}: {answer.status_code} {answer.text[:200]}")
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self._checked(self.http.get(path, params=query))

    def post(self, path: str, body: Any, *, expect: int = 200, key: str | None = None) -> Any:
        """Send something and expect a status."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._checked(self.http.post(path, json=body, headers=headers), expect)

    def find(self, path: str, *, seconds: float = 20.0, **query: Any) -> list[dict[str, Any]]:
        """Return the items of a list, waited for while it is empty."""
        return wait_for(f"GET {path}", lambda: self.get(path, **query)["items"] or None, seconds=seconds)

    @staticmethod
    def _checked(answer: httpx.Response, expect: int = 200) -> Any:
        if answer.status_code != expect:
            request = answer.request
            raise StepFailed(f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


class Device:
    """One device on the broker, good or bad."""

    def __init__(self, host: str, port: int, name: str, secret: str) -> None:
        """Connect as the device."""
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(name, secret)
        self._connected, self._refused = threading.Event(), threading.Event()
        self._published: dict[int, Any] = {}
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._address = (host, port)

    def connect(self, *, seconds: float = 15.0) -> None:
        """Connect, again and again until the broker has heard of the device."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._refused.clear()
            self._client.connect(*self._address)
            self._client.loop_start()
            if self._connected.wait(1.0):
                return
            self._client.loop_stop()
            self._client.disconnect()
            time.sleep(0.5)
        raise StepFailed("the broker does not take the new device")

    def publish(self, topic: str, payload: bytes | str | dict[str, Any]) -> int:
        """Publish with QoS 1 and return the broker's reason code; 135 is "not authorized"."""
        body = json.dumps(payload) if isinstance(payload, dict) else payload
        info = self._client.publish(topic, body, qos=1)
        return int(wait_for("PUBACK", lambda: self._published.get(info.mid), seconds=10.0, pause=0.02).value)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        (self._refused if reason.is_failure else self._connected).set()

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        self._published[mid] = reason
