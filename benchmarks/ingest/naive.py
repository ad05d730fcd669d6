"""The script that most people write first: paho-mqtt in, SQLAlchemy out, one insert and one commit per message.

A peer of the benchmark, with the same topics, payload and key as the gateway; a fair one: the session is durable, and
the acknowledgement leaves after the commit, since the callback has returned by then.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """Root of the one table."""


class Reading(Base):
    """One message of one device."""

    __tablename__ = "naive_reading"

    device: Mapped[str] = mapped_column(primary_key=True)
    ts: Mapped[datetime] = mapped_column(primary_key=True)
    boot: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    vals: Mapped[dict[str, Any]] = mapped_column(JSONB)


engine = create_engine(os.environ["NAIVE_DATABASE_URL"])


def on_connect(client: mqtt.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
    """Subscribe at QoS 1."""
    client.subscribe("fieldhand/v1/+/+/telemetry", qos=1)


def on_subscribe(_client: mqtt.Client, _data: Any, _mid: Any, _reasons: Any, _properties: Any) -> None:
    """Say that it works."""
    print("naive_subscribed", flush=True)


def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
    """Insert one message and commit."""
    body = json.loads(message.payload)
    device = message.topic.split("/")[3]
    ts = datetime.fromtimestamp(body["ts"] / 1000, tz=UTC)
    with Session(engine) as session:
        session.add(Reading(device=device, ts=ts, boot=body["boot"], seq=body["seq"], vals=body["values"]))
        session.commit()


def main() -> None:
    """Receive and store until killed."""
    Base.metadata.create_all(engine)
    user = os.environ["NAIVE_USER"]
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
    client.username_pw_set(user, os.environ["NAIVE_PASSWORD"])
    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    client.connect("127.0.0.1", int(os.environ["NAIVE_PORT"]))
    client.loop_forever()


if __name__ == "__main__":
    main()
