"""How a device speaks Sparkplug B, as HTTP shows it."""

from typing import Any
from uuid import UUID

from kernel.fields import Body, Out


class SparkplugIn(Body):
    """The edge node that speaks for a device; none: the device is an edge node itself."""

    edge_id: UUID | None = None


class SparkplugOut(Out):
    """How a device speaks Sparkplug; `metric_count` are those with an alias, `texts` are what its birth said of it."""

    device_id: UUID
    edge_id: UUID | None
    born: bool
    metric_count: int
    texts: dict[str, Any]
