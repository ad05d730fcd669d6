"""Labels of assets, printed as sheets."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service
from backend.assets.errors import AssetUnknown, NoToken
from backend.assets.labels import LAYOUTS, Label, Size, sheet
from backend.customers import service as customers
from kernel.settings import get_settings


def labels_of(session: Session, asset_ids: Sequence[UUID], *, size: Size, locale: str, skip: int) -> bytes:
    """Return the labels of assets as a PDF, in the order that is asked for.

    Raises:
        AssetUnknown: one of them does not exist.
        NoToken: the code of one of them is revoked.
    """
    assets = service.assets_by_id(session, asset_ids)
    sites = customers.sites_by_id(session, {asset.site_id for asset in assets.values()})
    base = get_settings().public_url.rstrip("/")
    labels = []
    for asset_id in asset_ids:
        asset = assets.get(asset_id)
        if asset is None:
            raise AssetUnknown("No asset has this id.", asset_id=asset_id)
        if asset.qr_token is None:
            raise NoToken(f"The code of {asset.asset_no} is revoked.", asset_id=asset_id, asset_no=asset.asset_no)
        url = f"{base}/a/{asset.qr_token}"
        labels.append(Label(url, asset.asset_no, asset.name, sites[asset.site_id].name))
    return sheet(labels, LAYOUTS[size], locale=locale, skip=skip % LAYOUTS[size].count)
