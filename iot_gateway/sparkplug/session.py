"""The session of an edge node: born, numbered 0 to 255 without a gap, dead.

Plain functions of what is known and what a message says. A message that the broker delivers again comes with everything
that followed it, in the same order; so a birth always counts, and a number that does not follow says nothing then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from iot_gateway.sparkplug.readings import Named

ROUND = 256
FIRST_BOOT = 1_577_836_800
"""2020-01-01 in epoch seconds, as in the device protocol."""
TOP_BOOT = 2**31 - 1


@dataclass(frozen=True)
class Edge:
    """What is known of an edge node."""

    boot: int = 0
    """Rises with each birth; 0: never born."""
    born: bool = False
    bd_seq: int | None = None
    seq: int | None = None
    """The number of the last message."""
    names: Mapping[int, Named] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """What is known of a device behind an edge node."""

    boot: int = 0
    """The boot of the edge node in which it was born; it counts in that boot only. 0: not born."""
    names: Mapping[int, Named] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def born(
    edge: Edge, *, ts: int, seq: int | None, bd_seq: int | None, names: Mapping[int, Named], texts: Mapping[str, str]
) -> Edge:
    """Return the edge node after its birth at `ts` (epoch ms); its devices have to be born anew."""
    boot = max(edge.boot + 1, min(TOP_BOOT // 2, ts // 1000 - FIRST_BOOT))
    return Edge(min(boot, TOP_BOOT), True, bd_seq, seq, names, texts)


def numbered(edge: Edge, seq: int | None, *, again: bool) -> tuple[Edge, bool]:
    """Return the edge node after a message with this number, and whether one is missing before it.

    With `again` (a redelivery) a number that does not follow is one that was counted before.
    """
    if not edge.born or seq is None:
        return edge, False
    follows = edge.seq is None or seq == (edge.seq + 1) % ROUND
    if again and not follows:
        return edge, False
    return replace(edge, seq=seq), not follows


def died(edge: Edge, bd_seq: int | None) -> Edge | None:
    """Return the edge node after a death; None when the death belongs to an earlier birth."""
    if not edge.born or edge.bd_seq != bd_seq:
        return None
    return replace(edge, born=False, seq=None)


def part_is_born(edge: Edge, part: Part) -> bool:
    """Tell whether a device was born in the present session of its edge node."""
    return edge.born and part.boot == edge.boot
