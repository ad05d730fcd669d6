"""Topics of Sparkplug B: `spBv1.0/{group}/{kind}/{edge node}` and, for its devices, one level more."""

from enum import StrEnum
from typing import NamedTuple

ROOT = "spBv1.0"


class Kind(StrEnum):
    """What a message says."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"


OF_NODE = (Kind.NBIRTH, Kind.NDEATH, Kind.NDATA)
OF_DEVICE = (Kind.DBIRTH, Kind.DDEATH, Kind.DDATA)
FILTERS = tuple([f"{ROOT}/+/{kind}/+" for kind in OF_NODE] + [f"{ROOT}/+/{kind}/+/+" for kind in OF_DEVICE])
"""What a gateway subscribes to; commands and states of hosts are not among it."""


class SparkplugTopic(NamedTuple):
    """Where a message came from."""

    group: str
    kind: Kind
    edge: str
    device: str | None

    def devices(self) -> tuple[str, ...]:
        """Return the names of the devices in it."""
        return (self.edge,) if self.device is None else (self.edge, self.device)


def read_topic(topic: str) -> SparkplugTopic | None:
    """Return the parts of a topic, None for another one."""
    parts = topic.split("/")
    if len(parts) not in (4, 5) or parts[0] != ROOT or parts[2] not in Kind.__members__:
        return None
    kind = Kind(parts[2])
    if (len(parts) == 5) is not (kind in OF_DEVICE):
        return None
    return SparkplugTopic(parts[1], kind, parts[3], parts[4] if len(parts) == 5 else None)


def command_topic(group: str, edge: str) -> str:
    """Return the topic of the commands of an edge node."""
    return f"{ROOT}/{group}/NCMD/{edge}"
