"""What is remembered of edge nodes and their devices, in the database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from iot_gateway.sparkplug.readings import Named
from iot_gateway.sparkplug.session import Edge, Part
from iot_gateway.store import Connection

EDGES = (
    "SELECT e.device_number, e.boot, e.born, e.bd_seq, e.seq, e.names, e.texts FROM sparkplug_edge e"
    " JOIN device d ON d.number = e.device_number WHERE d.name = ANY(%s)"
)
PARTS = (
    "SELECT p.device_number, d.name, p.edge_number, p.boot, p.names, p.texts FROM sparkplug_part p"
    " JOIN device d ON d.number = p.device_number WHERE p.edge_number = ANY(%s)"
)


@dataclass(frozen=True)
class Bound:
    """A device behind an edge node."""

    name: str
    edge: int


def load(
    connection: Connection, edge_names: Collection[str]
) -> tuple[dict[int, Edge], dict[int, Part], dict[int, Bound]]:
    """Return the edge nodes of these names, the devices behind them, and where those belong; by device number."""
    found = connection.execute(EDGES, [list(edge_names)]).fetchall()
    edges = {
        number: Edge(boot, born, bd_seq, seq, _names(names), texts)
        for number, boot, born, bd_seq, seq, names, texts in found
    }
    behind = connection.execute(PARTS, [list(edges)]).fetchall() if edges else []
    connection.commit()
    parts = {number: Part(boot, _names(names), texts) for number, _, _, boot, names, texts in behind}
    return edges, parts, {number: Bound(name, edge) for number, name, edge, _, _, _ in behind}


def save(
    connection: Connection,
    edges: Mapping[int, Edge],
    parts: Mapping[int, Part],
    known_edges: Mapping[int, Edge],
    known_parts: Mapping[int, Part],
) -> None:
    """Write what changed, in the caller's transaction; names and texts only after a birth."""
    for number, edge in sorted(edges.items()):
        before = known_edges.get(number)
        if before is edge:
            continue
        if before is not None and before.names is edge.names and before.boot == edge.boot:
            connection.execute(
                "UPDATE sparkplug_edge SET born = %s, seq = %s WHERE device_number = %s", [edge.born, edge.seq, number]
            )
            continue
        connection.execute(
            "UPDATE sparkplug_edge SET boot = %s, born = %s, bd_seq = %s, seq = %s, names = %s, texts = %s"
            " WHERE device_number = %s",
            [edge.boot, edge.born, edge.bd_seq, edge.seq, _body(edge.names), Jsonb(dict(edge.texts)), number],
        )
    for number, part in sorted(parts.items()):
        if known_parts.get(number) != part:
            connection.execute(
                "UPDATE sparkplug_part SET boot = %s, names = %s, texts = %s WHERE device_number = %s",
                [part.boot, _body(part.names), Jsonb(dict(part.texts)), number],
            )


def _names(body: dict[str, Any]) -> dict[int, Named]:
    return {int(alias): Named(name, datatype) for alias, (name, datatype) in body.items()}


def _body(names: Mapping[int, Named]) -> Jsonb:
    return Jsonb({str(alias): list(named) for alias, named in names.items()})
