"""What the register does when it hears of devices and customers."""

from sqlalchemy.orm import Session

from backend.assets import repository, service
from backend.assets.errors import AssetUnknown
from backend.customers import changes as customers
from backend.customers.errors import SiteUnknown
from backend.customers.events import CustomerMerged
from iot_gateway.events import DeviceProvisioned
from kernel.log import get_logger

log = get_logger()


def follow_merge(session: Session, event: CustomerMerged) -> None:
    """Give the assets of a merged customer to the one that it is now a part of."""
    into = customers.current_customer(session, event.into_id)
    repository.hand_over(session, event.customer_id, into.id)


def place_on_claim(session: Session, event: DeviceProvisioned) -> None:
    """Link a device with the asset, or place it at the site, that its claim named; a second delivery changes nothing.

    The claim was made by a person who may have named what is gone by now: the device stays without a place then.
    """
    try:
        if event.asset_id is not None and service.asset_of_device(session, event.device_id) is None:
            service.link_device(session, event.asset_id, device_id=event.device_id)
        elif event.site_id is not None:
            service.place_device(session, event.device_id, site_id=event.site_id)
    except (AssetUnknown, SiteUnknown) as error:
        log.warning("claimed_place_unknown", device_id=str(event.device_id), reason=error.slug)
