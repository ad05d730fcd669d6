"""Assets over HTTP."""

from uuid import UUID

from httpx import Response

from backend.assets import meter_routes, routes
from backend.customers import routes as customers
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.assets.test_assets import an_asset
from tests.integration.backend.callers import a_client


def test_an_asset_from_its_class_to_its_detail(tenant: UUID) -> None:
    with a_client(tenant, Role.ADMIN, routes, customers) as admin:
        customer = admin.post("/customers", json={"name": "华东商场"}).json()["id"]
        place = {"name": "北门", "address": "1", "lon": 121.4, "lat": 31.2}
        site = admin.post("/sites", json=place | {"customer_id": customer}).json()["id"]
        top = admin.post("/locations", json={"name": "北门", "kind": "site", "site_id": site}).json()["id"]
        names = {"name_zh": "水泵", "name_en": "Pump"}
        assert admin.post("/asset-classes", json={"code": "pump"} | names).status_code == 201
        assert admin.post("/asset-classes", json={"code": "pump"} | names).status_code == 409
        body = {"name": "水泵 1", "class_code": "pump", "site_id": site, "location_id": top, "criticality": "A"}

        made = admin.post("/assets", json=body)
        half = admin.post("/assets", json=body | {"lon": 3})
        key = made.json()["id"]
        detail = admin.get(f"/assets/{key}").json()
        token = admin.post(f"/assets/{key}/qr").json()["qr_token"]
        down = admin.put(f"/assets/{key}/state", json={"state": "down"}).json()

        assert (made.status_code, half.status_code) == (201, 422)
        assert detail["path"] == ["北门", "水泵 1"]
        assert detail["class_code"] == "pump"
        assert detail["qr_token"] != token
        assert down["state"] == "down"
        assert [item["id"] for item in admin.get("/assets", params={"q": "水泵"}).json()["items"]] == [key]
        assert admin.get(f"/assets/{key}/components", params={"at": "2026-01-01T00:00:00Z"}).json()["items"] == []
        assert admin.get(f"/sites/{site}/locations").json()["items"][0]["name"] == "北门"
        assert len(admin.get("/asset-classes").json()["items"]) == 1
        assert admin.put(f"/assets/{key}/device", json={"device_id": str(new_id())}).status_code == 404


def test_a_warehouse_reads_and_does_not_write(tenant: UUID) -> None:
    with a_client(tenant, Role.WAREHOUSE, routes) as keeper:
        assert keeper.get("/assets").status_code == 200
        assert keeper.post("/asset-classes", json={"code": "x", "name_zh": "x", "name_en": "x"}).status_code == 403


def test_a_meter_is_read_replaced_and_put_right(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        asset = an_asset(session).id
    with a_client(tenant, Role.ADMIN, meter_routes) as admin:
        body = {"code": "run_hours", "name": "运行小时", "unit": "h", "kind": "cumulative", "rolls_over_at": "10000"}
        meter = admin.post(f"/assets/{asset}/meters", json=body).json()["id"]

        def read(value: str, day: int, to: str = "readings", **more: str) -> Response:
            return admin.post(
                f"/meters/{meter}/{to}", json={"at": f"2026-09-0{day}T00:00:00Z"} | more | {"value": value}
            )

        made, wrong, fell = read("100.5", 1), read("180", 2), read("150", 3)
        voided = admin.post(f"/meter-readings/{wrong.json()['id']}/void", json={"note": "typed wrongly"})
        again = read("150", 3)
        replaced = admin.post(
            f"/meters/{meter}/replacements",
            json={"at": "2026-09-04T00:00:00Z", "old_final": "160.5", "new_first": "3"},
        )
        page = admin.get(f"/meters/{meter}/readings", params={"limit": 2}).json()
        rest = admin.get(f"/meters/{meter}/readings", params={"limit": 2, "cursor": page["next_cursor"]}).json()
        total = admin.get(f"/meters/{meter}/total", params={"at": "2026-09-02T00:00:00Z"}).json()
        shown = admin.get(f"/assets/{asset}/meters").json()["items"][0]

    assert [answer.status_code for answer in (made, wrong, fell, voided, again, replaced)] == [
        201, 201, 409, 200, 201, 201,
    ]  # fmt: skip
    assert fell.json()["type"] == "urn:fieldhand:problem:meter-fell-back"
    assert fell.json()["before"] == "180"
    assert [row["total"] for row in page["items"] + rest["items"]] == ["160.5", "150", None, "100.5"]
    assert rest["items"][0]["fault"] == "voided"
    assert (total["total"], total["reckoned"]) == ("125.25", True)
    assert shown["last"]["new_first"] == "3"
    assert shown["usage"]["per_day"] == "20"
