"""The processes and devices of the gateway's tests, here too."""

from tests.integration.iot_gateway.conftest import gateway, make_device, partitions, scorer

__all__ = ["gateway", "make_device", "partitions", "scorer"]
