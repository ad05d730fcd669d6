"""Sparkplug messages on their way into a batch, and the births that have to be asked for again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from iot_gateway import codec, store
from iot_gateway.batch import DeviceEntry
from iot_gateway.codec import Sample, StateMessage
from iot_gateway.fast_mqtt import Message
from iot_gateway.sparkplug import readings, rows, session, wire
from iot_gateway.sparkplug.session import Edge, Part
from iot_gateway.sparkplug.topics import Kind, SparkplugTopic, command_topic, read_topic
from iot_gateway.sparkplug.wire import DataType, Metric, Payload

if TYPE_CHECKING:
    from iot_gateway.sorting import Sorting

ASK_SECONDS, ASK_MOST = 10.0, 300.0
"""A birth is asked for again at once, then after 10 s, 20 s, up to every 5 minutes; never twice in 10 s."""


class Heard(NamedTuple):
    """A message, read, with who sent it and whom it is about."""

    message: Message
    sorting: "Sorting"
    edge: DeviceEntry
    device: DeviceEntry
    payload: Payload


@dataclass
class Wish:
    """A birth that is waited for."""

    device: DeviceEntry
    wanted: bool
    asked_at: float = float("-inf")
    pause: float = ASK_SECONDS
    """How long after the last request the next one may be sent."""
    asked: int = 0
    """Requests since the last birth."""


class Sparkplug:
    """What a gateway knows of edge nodes; what is here is in the database, too."""

    def __init__(self) -> None:
        """Start with nothing; edge nodes are read when first needed."""
        self.edges: dict[int, Edge] = {}
        self.parts: dict[int, Part] = {}
        self.bound: dict[int, rows.Bound] = {}
        self._wishes: dict[int, Wish] = {}

    def clear(self) -> None:
        """Forget what can be read again."""
        self.edges, self.parts, self.bound = {}, {}, {}

    @staticmethod
    def names(topic: str) -> tuple[str, ...]:
        """Return the devices that a topic names."""
        found = read_topic(topic)
        return found.devices() if found is not None else ()

    def turn(
        self,
        connection: store.Connection,
        topics: Iterable[str],
        devices: dict[str, DeviceEntry],
        *,
        replaying: bool = False,
    ) -> "Turn":
        """Return what one batch may change, having read what its topics need."""
        found = [topic for text in topics if text.startswith("spBv1.0/") and (topic := read_topic(text)) is not None]
        missing = {topic.edge for topic in found if self._lacks(topic, devices)}
        if missing:
            edges, parts, bound = rows.load(connection, missing)
            self.edges |= edges
            self.parts |= parts
            self.bound |= bound
            names = {one.name for one in self.bound.values() if one.name not in devices}
            if names:
                devices.update(store.load_devices(connection, names))
        return Turn(self, replaying=replaying)

    def _lacks(self, topic: SparkplugTopic, devices: Mapping[str, DeviceEntry]) -> bool:
        edge = devices.get(topic.edge)
        part = devices.get(topic.device) if topic.device is not None else edge
        if edge is None or part is None:
            return False
        if edge.number not in self.edges or part is edge:
            return edge.number not in self.edges
        return part.number not in self.bound or self.bound[part.number].edge != edge.number

    def keep(self, turn: "Turn") -> None:
        """Take over what a committed batch changed."""
        self.edges |= turn.edges
        self.parts |= turn.parts
        for number in turn.born:
            wish = self._wishes.get(number)
            if wish is not None:
                wish.wanted, wish.pause, wish.asked = False, ASK_SECONDS, 0
        for device in turn.wanting.values():
            wish = self._wishes.setdefault(device.number, Wish(device, True))
            wish.wanted = True

    def due(self, *, now: float, at_ms: int) -> list[tuple[str, bytes]]:
        """Return the requests for births that are to be sent now."""
        outgoing = []
        for wish in self._wishes.values():
            if wish.wanted and now >= wish.asked_at + wish.pause:
                wish.pause = min(ASK_MOST, ASK_SECONDS * 2**wish.asked)
                wish.asked_at, wish.asked = now, min(wish.asked + 1, 10)
                outgoing.append((command_topic(wish.device.tenant_slug, wish.device.name), rebirth(at_ms)))
        return outgoing


class Turn:
    """What the Sparkplug messages of one batch say; nothing of it counts before the commit."""

    def __init__(self, known: Sparkplug, *, replaying: bool = False) -> None:
        """Begin with what is known; a replay of dead letters changes no session."""
        self._known, self._replaying = known, replaying
        self.edges: dict[int, Edge] = {}
        self.parts: dict[int, Part] = {}
        self.born: set[int] = set()
        self.wanting: dict[int, DeviceEntry] = {}

    def write(self, connection: store.Connection) -> None:
        """Write the changed sessions in the transaction of the batch."""
        rows.save(connection, self.edges, self.parts, self._known.edges, self._known.parts)

    def add(self, message: Message, sorting: "Sorting") -> bool:
        """Take in a message; tell whether it was one of Sparkplug's."""
        topic = read_topic(message.topic)
        if topic is None:
            return False
        edge = sorting.sender(message, tenant=topic.group, name=topic.edge)
        if edge is None:
            return True
        device = edge if topic.device is None else sorting.sender(message, tenant=topic.group, name=topic.device)
        if device is None:
            return True
        if edge.number not in self._known.edges:
            sorting.bury(message, edge, "not-sparkplug", "the device is not marked as an edge node")
        elif device is not edge and self._edge_of(device) != edge.number:
            sorting.bury(message, device, "not-sparkplug", f"the device is not behind {edge.name}")
        elif len(message.payload) > codec.MAX_PAYLOAD:
            sorting.bury(message, device, "oversize", f"{len(message.payload)} bytes, {codec.MAX_PAYLOAD} at most")
        else:
            self._read(message, sorting, topic.kind, edge, device)
        return True

    def _read(self, message: Message, sorting: "Sorting", kind: Kind, edge: DeviceEntry, device: DeviceEntry) -> None:
        try:
            heard = Heard(message, sorting, edge, device, wire.decode(message.payload))
        except wire.UnreadableError as error:
            sorting.bury(message, device, "malformed", str(error))
            return
        if not self._replaying:
            self._live(heard, kind)
        if kind not in (Kind.NDEATH, Kind.DDEATH):
            self._store(heard, birth=kind in (Kind.NBIRTH, Kind.DBIRTH))

    def _live(self, heard: Heard, kind: Kind) -> None:
        """Follow the sessions."""
        edge, device, payload = heard.edge, heard.device, heard.payload
        if kind is Kind.NBIRTH:
            self._node_is_born(heard)
        elif kind is Kind.NDEATH:
            self._node_died(heard)
        else:
            self.edges[edge.number], gap = session.numbered(self._edge(edge), _seq(payload), again=heard.message.dup)
            if gap:
                self.wanting[edge.number] = edge
        if kind is Kind.DBIRTH and self._edge(edge).born:
            names = readings.learn(payload)
            texts = readings.read(payload, heard.message.payload, names).texts
            self.parts[device.number] = Part(self._edge(edge).boot, names, texts)
            self._tell(heard, device, online=True)
        elif kind is Kind.DDEATH:
            self.parts[device.number] = replace(self._part(device), boot=0)
            self._tell(heard, device, online=False)

    def _node_is_born(self, heard: Heard) -> None:
        edge, payload = heard.edge, heard.payload
        names = readings.learn(payload)
        texts = readings.read(payload, heard.message.payload, names).texts
        self._lose_parts(heard)
        self.edges[edge.number] = session.born(
            self._edge(edge),
            ts=payload.ts or 0,
            seq=_seq(payload),
            bd_seq=readings.bd_seq_of(payload),
            names=names,
            texts=texts,
        )
        self.born.add(edge.number)
        self.wanting.pop(edge.number, None)
        self._tell(heard, edge, online=True)

    def _node_died(self, heard: Heard) -> None:
        dead = session.died(self._edge(heard.edge), readings.bd_seq_of(heard.payload))
        if dead is not None:
            self._lose_parts(heard)
            self._tell(heard, heard.edge, online=False)
            self.edges[heard.edge.number] = dead

    def _lose_parts(self, heard: Heard) -> None:
        """Say of the devices of an ended session that they are away, until they are born again."""
        edge = self._edge(heard.edge)
        for number, bound in self._known.bound.items():
            part = self.parts.get(number, self._known.parts.get(number, Part()))
            device = heard.sorting.device(bound.name)
            if bound.edge == heard.edge.number and device is not None and session.part_is_born(edge, part):
                self._tell(heard, device, online=False)

    def _store(self, heard: Heard, *, birth: bool) -> None:
        """Store what is measured, all of it or nothing."""
        message, sorting, edge, device, payload = heard
        now = self._edge(edge)
        part = now if device is edge else self._part(device)
        born = now.born if isinstance(part, Edge) else session.part_is_born(now, part)
        alive = born or self._replaying
        found = readings.read(payload, message.payload, readings.learn(payload) if birth else part.names)
        if found.timeless:
            sorting.bury(message, device, "malformed", "a metric without a timestamp")
        elif birth and found.unknown:
            sorting.bury(message, device, "malformed", "a birth with a metric that has no name")
        elif not alive or found.unknown:
            self.wanting[edge.number] = edge
            what = f"aliases {found.unknown[:20]}" if alive else "no birth"
            sorting.bury(message, device, "before-birth", what)
        else:
            _keep(heard, found, texts=birth)

    def _tell(self, heard: Heard, device: DeviceEntry, *, online: bool) -> None:
        state = StateMessage(online, self._edge(heard.edge).boot)
        heard.sorting.batch.states.append((device, state, heard.message.at))

    def _edge(self, edge: DeviceEntry) -> Edge:
        return self.edges.get(edge.number) or self._known.edges[edge.number]

    def _part(self, device: DeviceEntry) -> Part:
        return self.parts.get(device.number) or self._known.parts[device.number]

    def _edge_of(self, device: DeviceEntry) -> int | None:
        bound = self._known.bound.get(device.number)
        return bound.edge if bound is not None else None


def _keep(heard: Heard, found: readings.Found, *, texts: bool) -> None:
    message, sorting, _, device, _ = heard
    for reading in found.readings:
        sorting.store(message, device, Sample(reading.ts, 0, reading.seq, reading.values, False))
    left_out = {name: why for name, why in found.left_out.items() if not (texts and name in found.texts)}
    if left_out:
        reason = "not-finite" if "not finite" in left_out.values() else "not-a-number"
        listed = ", ".join(f"{name} ({why})" for name, why in left_out.items())
        sorting.bury(message, device, reason, f"stored without {listed}")


def rebirth(at_ms: int) -> bytes:
    """Return the command that asks an edge node for its births."""
    metric = Metric(readings.REBIRTH, ts=at_ms, datatype=DataType.BOOLEAN, field="boolean_value", value=True)
    return wire.encode(Payload(at_ms, None, (metric,)))


def _seq(payload: Payload) -> int | None:
    return payload.seq if payload.seq is not None and payload.seq < session.ROUND else None
