"""The fixtures give what they promise."""

import uuid

import paho.mqtt.client as mqtt
from sqlalchemy import text
from sqlalchemy.orm import Session


def test_a_session_sees_its_own_tenant_and_no_other(
    session: Session, tenant: uuid.UUID, other_tenant: uuid.UUID
) -> None:
    seen = session.execute(text("SELECT id FROM tenant")).scalars().all()

    assert seen == [tenant]


def test_the_app_login_is_no_superuser_and_cannot_bypass_row_level_security(session: Session) -> None:
    row = session.execute(text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")).one()

    assert tuple(row) == (False, False)


def test_postgis_is_there(session: Session) -> None:
    metres = session.execute(
        text("SELECT ST_Distance('POINT(121.47 31.23)'::geography, 'POINT(121.48 31.23)'::geography)")
    ).scalar_one()

    assert 900 < metres < 1000


def connect(port: int, user: str, password: str, client_id: str = "") -> int:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
    client.username_pw_set(user, password)
    answers: list[int] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.append(reason.value)
    client.connect("127.0.0.1", port)
    for _ in range(50):
        client.loop(0.1)
        if answers:
            break
    client.disconnect()
    return answers[0]


def test_a_device_is_let_in_by_its_own_password_only(broker) -> None:
    password = broker.add_device("demo-pump-01")

    assert connect(broker.port, "demo-pump-01", password) == 0
    assert connect(broker.port, "demo-pump-01", "wrong") != 0
    assert connect(broker.gateway_port, broker.gateway_user, broker.gateway_password, "gateway-1") == 0


def test_a_killed_broker_comes_back_with_its_devices(broker) -> None:
    password = broker.add_device("demo-lift-01")

    broker.kill()
    broker.start()

    assert connect(broker.port, "demo-lift-01", password) == 0


def test_redis_takes_its_password(redis: str) -> None:
    import redis as client

    with client.Redis.from_url(redis) as connection:
        assert connection.ping()
