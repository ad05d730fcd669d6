"""Which devices speak Sparkplug B, and through which edge node."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.errors import DeviceNotFound, EdgeNodeInUse, NotSparkplug
from iot_gateway.models.devices import Device
from iot_gateway.models.sparkplug import SparkplugEdge, SparkplugPart


@dataclass(frozen=True)
class SparkplugView:
    """How a device speaks Sparkplug; an edge node has no edge node."""

    device_id: UUID
    edge_id: UUID | None
    born: bool
    metric_count: int
    texts: dict[str, Any]


def mark_edge(session: Session, device_id: UUID) -> None:
    """Say that a device is an edge node; a second time changes nothing.

    Raises:
        DeviceNotFound: there is none.
    """
    device = _locked(session, device_id)
    session.execute(delete(SparkplugPart).where(SparkplugPart.device_number == device.number))
    session.execute(
        insert(SparkplugEdge)
        .values(device_number=device.number, tenant_id=device.tenant_id)
        .on_conflict_do_nothing(index_elements=["device_number"])
    )


def bind_part(session: Session, device_id: UUID, *, edge_id: UUID) -> None:
    """Say that a device is spoken for by an edge node; the same again changes nothing.

    Raises:
        DeviceNotFound: there is none, or no such edge node.
        NotSparkplug: the other device is no edge node.
        EdgeNodeInUse: the device is an edge node that speaks for others.
    """
    device, edge = _locked(session, device_id), _locked(session, edge_id)
    if device.number == edge.number or session.get(SparkplugEdge, edge.number) is None:
        raise NotSparkplug("Mark the other device as an edge node first.", device_id=edge_id)
    _drop_edge(session, device)
    session.execute(
        insert(SparkplugPart)
        .values(device_number=device.number, tenant_id=device.tenant_id, edge_number=edge.number)
        .on_conflict_do_update(index_elements=["device_number"], set_={"edge_number": edge.number, "boot": 0})
    )


def unmark(session: Session, device_id: UUID) -> None:
    """Say that a device speaks no Sparkplug; one that never did is left as it is.

    Raises:
        DeviceNotFound: there is none.
        EdgeNodeInUse: it is an edge node that speaks for others.
    """
    device = _locked(session, device_id)
    session.execute(delete(SparkplugPart).where(SparkplugPart.device_number == device.number))
    _drop_edge(session, device)


def view(session: Session, device_id: UUID) -> SparkplugView:
    """Return how a device speaks Sparkplug.

    Raises:
        DeviceNotFound: there is none.
        NotSparkplug: it does not.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    edge = session.get(SparkplugEdge, device.number)
    if edge is not None:
        return SparkplugView(device_id, None, edge.born, len(edge.names), edge.texts)
    part = session.get(SparkplugPart, device.number)
    if part is None:
        raise NotSparkplug("The device speaks no Sparkplug.", device_id=device_id)
    edge = session.get_one(SparkplugEdge, part.edge_number)
    edge_id = session.scalars(select(Device.id).where(Device.number == edge.device_number)).one()
    born = edge.born and part.boot == edge.boot
    return SparkplugView(device_id, edge_id, born, len(part.names), part.texts)


def _drop_edge(session: Session, device: Device) -> None:
    spoken_for = select(SparkplugPart.device_number).where(SparkplugPart.edge_number == device.number).limit(1)
    if session.scalar(spoken_for) is not None:
        raise EdgeNodeInUse("Other devices are behind this edge node.", device_id=device.id)
    session.execute(delete(SparkplugEdge).where(SparkplugEdge.device_number == device.number))


def _locked(session: Session, device_id: UUID) -> Device:
    device = session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return device
