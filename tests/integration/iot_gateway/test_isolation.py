"""Nobody reads or writes what is not theirs: generated over devices, tenants, listeners and verbs, on a real broker."""

import ssl
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from iot_gateway.broker_files import READS, WRITES, BrokerFiles
from iot_gateway.client import LEAVES, TOPICS
from iot_gateway.secret import share_group
from iot_gateway.service import devices
from kernel import clock, pki
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from kernel.settings import get_settings
from tests.integration.iot_gateway.probe import DEVICES, Entrance, Probe, a_certificate, connect, settle
from tests.integration.iot_gateway.world import wait_until

ALL = tuple(dict.fromkeys((*WRITES, *READS)))
NOSY = (
    "#", "+", "+/#", "fieldhand/#", "fieldhand/v1/#", "fieldhand/v1/+/+/telemetry", "fieldhand/+/+/+/cmd", "+/+/+/+/+",
    "$SYS/#", "$SYS/broker/clients/total", "$CONTROL/#", "$share/mine/#", "$share/mine/fieldhand/#",
    "$share/ingest/fieldhand/v1/+/+/telemetry", "$share/mine/$SYS/#",
)  # fmt: skip
UNCLOSED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""paho leaves the socket of a failed handshake to the garbage collector."""


@dataclass(frozen=True)
class Known:
    """A device that the broker lets in."""

    name: str
    slug: str
    secret: str
    certificate: tuple[Path, Path]

    def topic(self, leaf: str) -> str:
        return f"fieldhand/v1/{self.slug}/{self.name}/{leaf}"


@pytest.fixture(scope="module")
def fleet(database, broker, tmp_path_factory) -> list[Known]:
    """Two devices of each of two tenants, known to the broker through its files."""
    folder = tmp_path_factory.mktemp("certificates")
    found = []
    for _ in range(2):
        tenant_id = new_id()
        slug = f"t{tenant_id.hex[-12:]}"
        with transaction(Login.SYSTEM) as session:
            session.add(Tenant(id=tenant_id, slug=slug, name="Test"))
        with transaction(tenant_id=tenant_id) as session:
            for _ in range(2):
                name = f"iso-{new_id().hex[-12:]}"
                _, secret = devices.provision_device(session, name=name, model="pump", sampling_seconds=60)
                certificate, key, _ = a_certificate(folder, broker.authority, name)
                found.append(Known(name, slug, secret, (certificate, key)))
    assert BrokerFiles().refresh()
    wait_until(lambda: enter(broker, found[-1], Entrance.PLAIN).answer == 0)
    return found


def enter(broker, device: Known, entrance: Entrance, **more) -> Probe:
    if entrance is Entrance.CERTIFICATE:
        return connect(broker, entrance, certificate=device.certificate, **more)
    return connect(broker, entrance, user=device.name, password=device.secret, **more)


def gateway(broker, client_id: str = "observer") -> Probe:
    found = connect(
        broker, Entrance.GATEWAY, user=broker.gateway_user, password=broker.gateway_password, client_id=client_id
    )
    assert found.answer == 0
    return found


def forget_retained(observer: Probe, fleet: list[Known]) -> None:
    for device, leaf in product(fleet, ALL):
        observer.publish(device.topic(leaf), "", retain=True)


@pytest.mark.parametrize("entrance", DEVICES)
def test_a_device_writes_nothing_but_its_own(broker, fleet, entrance) -> None:
    observer = gateway(broker)
    observer.listen()
    allowed, tried = set(), 0

    for attacker, victim in product(fleet, fleet):
        probe = enter(broker, attacker, entrance)
        wrong_tenant = f"fieldhand/v1/{victim.slug}/{attacker.name}"
        wrong_name = f"fieldhand/v1/{attacker.slug}/{victim.name}"
        for leaf, retain in product(ALL, (False, True)):
            for topic in {victim.topic(leaf), f"{wrong_tenant}/{leaf}", f"{wrong_name}/{leaf}"}:
                mark = f"{attacker.name} {topic} {retain}"
                own = topic == attacker.topic(leaf) and leaf in WRITES
                tried += 1
                if own:
                    allowed.add((topic, mark))
                while not probe.alive or (not probe.offer(topic, mark, retain=retain) and own):
                    probe.close()  # a refused publication may end the connection
                    probe = enter(broker, attacker, entrance)
        probe.close()

    wait_until(lambda: {(t, p.decode()) for t, p in observer.received} >= allowed)
    settle()
    assert {(t, p.decode()) for t, p in observer.received} == allowed
    assert tried > 250
    assert len(allowed) == len(fleet) * len(WRITES) * 2
    forget_retained(observer, fleet)
    observer.close()


@pytest.mark.parametrize("entrance", DEVICES)
def test_a_device_reads_nothing_but_its_own(broker, fleet, entrance) -> None:
    observer = gateway(broker)
    probes = [enter(broker, device, entrance) for device in fleet]
    for device, leaf in product(fleet, ALL):
        observer.publish(device.topic(leaf), f"retained {device.topic(leaf)}", retain=True)

    for probe in probes:
        probe.subscribe(*NOSY, *(device.topic(leaf) for device, leaf in product(fleet, ALL)))
        probe.subscribe(*(f"$share/mine/{device.topic(leaf)}" for device, leaf in product(fleet, ALL)))
    for device, leaf in product(fleet, ALL):
        observer.publish(device.topic(leaf), f"live {device.topic(leaf)}")

    for device, probe in zip(fleet, probes, strict=True):
        own = {device.topic(leaf) for leaf in READS}
        wait_until(lambda probe=probe, own=own: {f"live {t}" for t in own} <= {p.decode() for _, p in probe.received})
    settle()
    for device, probe in zip(fleet, probes, strict=True):
        assert {topic for topic, _ in probe.received} == {device.topic(leaf) for leaf in READS}
        probe.close()
    forget_retained(observer, fleet)
    observer.close()


@pytest.mark.parametrize("entrance", DEVICES)
def test_a_will_on_somebody_elses_topic_is_not_published(broker, fleet, entrance) -> None:
    observer = gateway(broker)
    observer.listen()
    mine, other_tenant = fleet[0], fleet[-1]
    foreign = [
        other_tenant.topic("state"),
        fleet[1].topic("state"),
        f"fieldhand/v1/{other_tenant.slug}/{mine.name}/state",
    ]

    for topic, retained in product(foreign, (False, True)):
        enter(broker, mine, entrance, will=(topic, f"will of {topic}"), will_retained=retained).drop()
    enter(broker, mine, entrance, will=(mine.topic("state"), "own")).drop()

    wait_until(lambda: (mine.topic("state"), b"own") in observer.received)
    settle()
    assert {topic for topic, _ in observer.received} == {mine.topic("state")}
    observer.close()


@pytest.mark.parametrize("entrance", DEVICES)
@pytest.mark.parametrize("topic", ["fieldhand/v1/+/x/telemetry", "#", "fieldhand/#"])
def test_a_wildcard_cannot_be_published_to(broker, fleet, entrance, topic) -> None:
    observer = gateway(broker)
    observer.listen()
    probe = enter(broker, fleet[0], entrance)

    raw = probe.client
    raw._send_publish(7, topic.encode(), b"everywhere", 1)  # paho itself would refuse

    wait_until(probe.ended.is_set)
    settle(0.2)
    assert observer.received == []
    observer.close()


@pytest.mark.parametrize("entrance", DEVICES)
def test_a_client_id_cannot_be_chosen(broker, fleet, entrance) -> None:
    victims = {name: gateway(broker, name) for name in ("gateway-1", "observer")}
    others = [enter(broker, device, kind) for device, kind in zip(fleet[1:4], DEVICES, strict=True)]

    for stolen in [*victims, *(device.name for device in fleet[1:4]), ""]:
        thief = enter(broker, fleet[0], entrance, client_id=stolen)
        assert thief.answer == 0
        thief.close()

    settle(0.2)
    assert all(probe.alive for probe in [*victims.values(), *others])
    for probe in [*victims.values(), *others]:
        probe.close()


def test_a_device_cannot_join_the_gateways_share_group(broker, fleet) -> None:
    """What a joining device would be handed would be refused to it, and be gone for everybody."""
    group = share_group(get_settings().secret_key.get_secret_value())
    observer, thief, sender = gateway(broker), *(enter(broker, device, Entrance.PLAIN) for device in fleet[:2])
    observer.subscribe(f"$share/{group}/{TOPICS}telemetry")

    for guess in ("ingest", "gateway", "ingest-", "gateway-1", "fieldhand", "telemetry"):
        thief.client.subscribe([(f"$share/{guess}/{TOPICS}{leaf}", 1) for leaf in LEAVES])
    settle(0.2)
    for number in range(40):
        sender.publish(fleet[1].topic("telemetry"), str(number))

    wait_until(lambda: len(observer.received) >= 40)
    assert sorted(int(payload) for _, payload in observer.received) == list(range(40))
    for probe in (observer, thief, sender):
        probe.close()


def test_each_listener_takes_its_own_kind_only(broker, fleet) -> None:
    device, stranger = fleet[0], {"user": "nobody", "password": "nothing"}
    account = {"user": broker.gateway_user, "password": broker.gateway_password}
    own = {"user": device.name, "password": device.secret}
    tried = {
        (entrance, kind): connect(broker, entrance, **who).answer
        for entrance, (kind, who) in product(
            Entrance,
            {
                "anonymous": {},
                "stranger": stranger,
                "device": own,
                "gateway": account,
                "wrong secret": {**own, "password": "x" * 43},
                "no secret": {**own, "password": ""},
                "as gateway": {**own, "client_id": broker.gateway_user},
                "certificate": {"certificate": device.certificate},
                "certificate of another, as gateway": {**account, "certificate": device.certificate},
            }.items(),
        )
    }

    assert {key for key, answer in tried.items() if answer == 0} == {
        (Entrance.PLAIN, "device"),
        (Entrance.PLAIN, "as gateway"),  # the client id is the device's all the same
        (Entrance.TLS, "device"),
        (Entrance.TLS, "as gateway"),
        (Entrance.CERTIFICATE, "certificate"),
        (Entrance.CERTIFICATE, "certificate of another, as gateway"),  # it is the certificate's device all the same
        (Entrance.GATEWAY, "gateway"),
        (Entrance.GATEWAY, "certificate of another, as gateway"),  # no TLS there: the certificate is not asked for
    }


@UNCLOSED
def test_a_certificate_of_another_authority_opens_nothing(broker, fleet, tmp_path) -> None:
    foreign = pki.make_authority(tmp_path / "ca", name="Fieldhand devices", at=clock.now())
    certificate, key, _ = a_certificate(tmp_path, foreign, fleet[0].name)

    assert connect(broker, Entrance.CERTIFICATE, certificate=(certificate, key)).answer is None


@pytest.mark.parametrize("entrance", [Entrance.TLS, Entrance.CERTIFICATE])
@UNCLOSED
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_is_1_2_at_least(broker, fleet, entrance) -> None:
    assert enter(broker, fleet[0], entrance, tls_version=ssl.TLSVersion.TLSv1_1).answer is None
    assert enter(broker, fleet[0], entrance, tls_version=ssl.TLSVersion.TLSv1_2).answer == 0
    assert enter(broker, fleet[0], entrance, tls_version=ssl.TLSVersion.TLSv1_3).answer == 0
