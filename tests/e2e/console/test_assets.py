"""An asset from the list to its label: found, read, put down, printed; many changed at once."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.console.conftest import Desk


def test_an_asset_is_found_read_and_labelled(desk: Callable[..., Desk]) -> None:
    here = desk("admin")
    with here.company.client() as api:
        site = api.get("/sites", params={"limit": 1}).json()["items"][0]["id"]
        kind = api.get("/asset-classes").json()["items"][0]["code"]
        body = {"class_code": kind, "site_id": site}
        one = api.post("/assets", json=body | {"name": "Story press", "asset_no": "STORY-1"}).json()["id"]
        api.post("/assets", json=body | {"name": "Story saw", "asset_no": "STORY-2"})
        meter = {"code": "run_hours", "name": "Hours of running", "unit": "h", "kind": "cumulative"}
        key = api.post(f"/assets/{one}/meters", json=meter).json()["id"]
        for day, value in ((1, 100), (11, 180)):
            at = f"2026-09-{day:02}T00:00:00Z"
            api.post(f"/meters/{key}/readings", json={"value": value, "at": at}).raise_for_status()

    page = here.open("assets?q=STORY-")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    assert here.violations() == []
    for number in ("STORY-1", "STORY-2"):
        page.get_by_role("checkbox", name=number).check()
    page.get_by_role("button", name="Change all").click()
    page.get_by_role("dialog").get_by_label("Criticality").select_option("A")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("2 changed, 0 not.")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()

    page.get_by_role("button", name="STORY-1 Story press").click()
    page.get_by_role("tab", name="Meters").click()
    expect(page.get_by_text("8 h a day")).to_be_visible()
    page.get_by_role("button", name="Enter a reading").click()
    page.get_by_role("dialog").get_by_label("Value (h)").fill("90")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("The counter showed more before")
    page.get_by_role("dialog").get_by_label("Value (h)").fill("200.5")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Readings").get_by_role("listitem")).to_have_count(3)
    assert here.violations() == []

    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("(no failure)")).to_be_visible()
    page.get_by_role("tab", name="Overview").click()
    page.get_by_role("button", name="Change state").click()
    page.get_by_role("dialog").get_by_label("State").select_option("unplanned")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#panel-part").get_by_text("Down, unplanned")).to_be_visible()

    page.get_by_role("tab", name="Label").click()
    page.locator("#panel-part").get_by_role("button", name="Print labels").click()
    page.get_by_role("button", name="Make a PDF").click()
    with page.expect_download() as told:
        page.get_by_role("link", name="Open the labels").click()
    assert told.value.path().read_bytes().startswith(b"%PDF-")
    assert here.violations() == []
