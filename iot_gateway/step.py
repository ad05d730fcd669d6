"""What one step of the scorer knows of its devices, beside their samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from iot_gateway.detect.learning import Allowance
from iot_gateway.follow import FollowedDevice
from iot_gateway.forecasts import Forecasts
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.thresholds import Threshold
from iot_gateway.purpose import Purpose


@dataclass(frozen=True)
class Step:
    """The rows of a step, read once for all its devices."""

    session: Session
    devices: Mapping[int, FollowedDevice]
    cases: Mapping[UUID, Sequence[DeviceCase]]
    raised: Mapping[UUID, Mapping[str, float]]
    """device -> metric -> factor on its limit"""
    purposes: Mapping[int, Sequence[Purpose]]
    thresholds: Mapping[UUID, Sequence[Threshold]]
    """device -> limits that people have set"""
    forecasts: Forecasts
    fits: Allowance
    """How many cold starts may end in this step"""


def muted(device: FollowedDevice, ts: int) -> bool:
    """Tell whether no cases of a device are opened at an instant in epoch milliseconds."""
    if device.mute_from is None:
        return False
    at = datetime.fromtimestamp(ts / 1000, tz=UTC)
    return at >= device.mute_from and (device.mute_to is None or at < device.mute_to)
