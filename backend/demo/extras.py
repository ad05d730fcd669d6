"""What surrounds the main job: bad messages, wrong log-ins, the push that arrived, the customer's answer."""

import json
import re
import time
from typing import Any

import httpx

from backend.demo.clients import Caller, Device, wait_for
from backend.demo.story import World, check

NOT_AUTHORIZED = 135
PROBE = "demo-probe-01"
YEAR_MS = 365 * 24 * 3600 * 1000


def send_bad_messages(world: World, admin: Caller, *, host: str, port: int) -> None:
    """Publish what a broken or hostile device might, and find each as a dead letter with its reason."""
    made = admin.post("/devices", {"name": PROBE, "model": "pump", "sampling_seconds": 60}, expect=201)
    device = Device(host, port, PROBE, made["secret"])
    device.connect()
    topic = f"fieldhand/v1/demo/{PROBE}/telemetry"
    now = int(time.time() * 1000)
    good = {"ts": now, "boot": 1, "seq": 1, "values": {"flow_m3h": 40.0}}
    bad = {
        "not JSON": b"{flow: forty",
        "not a number": b'{"ts":%d,"boot":1,"seq":2,"values":{"flow_m3h":NaN}}' % now,
        "a year ago": json.dumps({**good, "seq": 3, "ts": now - YEAR_MS}).encode(),
        "a year ahead": json.dumps({**good, "seq": 4, "ts": now + YEAR_MS}).encode(),
        "over 64 KiB": json.dumps({**good, "seq": 5, "values": {f"m{n}": 1.0 for n in range(9000)}}).encode(),
    }
    codes = [device.publish(topic, payload) for payload in bad.values()]
    codes.append(device.publish(topic, good))
    stranger = device.publish("fieldhand/v1/demo/demo-pump-01/telemetry", good)
    device.close()
    check(all(code < 128 for code in codes), f"the broker refused: {codes}")
    check(stranger == NOT_AUTHORIZED, f"a device could publish as another one (code {stranger})")

    def letters() -> list[dict[str, Any]] | None:
        found = admin.get("/telemetry/dead-letters", limit=100)["items"]
        mine = [letter for letter in found if letter["device_name"] == PROBE]
        return mine if len(mine) >= len(bad) else None

    reasons = sorted(letter["reason"] for letter in wait_for("dead letters", letters, seconds=20))
    check(len(reasons) == len(bad), f"{len(reasons)} dead letters for {len(bad)} bad messages")
    stored = wait_for("the good message between them", lambda: _last(admin, made["id"]), seconds=10)
    check(stored == {"flow_m3h": 40.0}, f"stored {stored}")
    world.say(
        "messages",
        f"{len(bad)} bad ones became dead letters: {', '.join(reasons)}",
        "the good one between them is stored; posing as another device is refused",
    )


def _last(admin: Caller, device_id: str) -> dict[str, Any] | None:
    values: dict[str, Any] = admin.get(f"/devices/{device_id}")["last_values"]
    return values or None


def refuse_strangers(world: World) -> None:
    """See that wrong passwords, tokens and bodies are refused in words."""
    with httpx.Client(base_url=world.base, timeout=10) as http:
        login = {"tenant": "demo", "username": "dispatcher", "password": "wrong-password", "device_id": "x"}
        answers = {
            "wrong password": http.post("/api/v1/auth/login", json=login),
            "forged token": http.get("/api/v1/devices", headers={"Authorization": "Bearer a.b.c"}),
            "no token": http.get("/api/v1/devices"),
            "oversize body": http.post("/api/v1/auth/login", content=b"x" * (9 * 1024 * 1024)),
        }
    codes = [answer.status_code for answer in answers.values()]
    check(codes == [401, 401, 401, 413], f"strangers got {codes}")
    kinds = {answer.headers["content-type"] for answer in answers.values()}
    check(kinds == {"application/problem+json"}, f"refusals come as {kinds}")
    world.say(
        "strangers", "wrong password, forged token, no token, oversize body: 401, 401, 401, 413 as problem documents"
    )


def check_push(world: World, endpoint: str, order: dict[str, Any], username: str) -> None:
    """See that the technician's phone was told, through the FCM protocol."""

    def probe() -> list[dict[str, Any]] | None:
        sent = httpx.get(f"{endpoint}/messages", timeout=10).json()
        found = sent["messages"] if isinstance(sent, dict) else sent
        mine = [message for message in found if order["number"] in json.dumps(message)]
        return mine or None

    messages = wait_for("push message", probe, seconds=30)
    check(phone_token(username) in json.dumps(messages), "the message went to another phone")
    world.say("push", f"{order['number']} to the phone of {username}, through FCM HTTP v1")


def phone_token(username: str) -> str:
    """Return the registration token of a technician's phone."""
    return f"token-of-{username}-phone"


def rate(world: World, ticket: dict[str, Any]) -> None:
    """Answer the survey as the customer, once."""
    address = wait_for("survey link", lambda: world.office.get(f"/tickets/{ticket['id']}")["survey_url"], seconds=20)
    path = re.sub(r"^https?://[^/]+", "", address)
    with httpx.Client(base_url=world.base, timeout=10, headers={"Accept-Language": "zh"}) as http:
        page = http.get(path)
        check(page.status_code == httpx.codes.OK and "<script" not in page.text, f"survey page {page.status_code}")
        first = http.post(path, data={"rating": "5", "nps": "10", "text": "很快 / quick"})
        second = http.post(path, data={"rating": "1"})
    check(first.status_code < 400, f"survey answer {first.status_code}")
    check(second.status_code in {409, 410}, f"a second answer got {second.status_code}")
    world.say("survey", f"the link works once: {first.status_code}, then {second.status_code}")
