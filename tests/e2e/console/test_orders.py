"""The list of orders: narrowed, changed many at once, taken back, kept as a view."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.console.conftest import Company, Desk


def make_orders(company: Company, *summaries: str) -> None:
    """Open an order of each summary, for which nobody has the skill, so that no plan changes it meanwhile."""
    with company.client("admin") as admin:
        label = {"name_zh": "大厅", "name_en": "Hall", "colour": "#334155"}
        admin.put("/order-labels/hall", json=label).raise_for_status()
    with company.client("dispatcher") as client:
        asset = client.get("/assets", params={"limit": 1}).raise_for_status().json()["items"][0]
        for summary in summaries:
            body = {"summary": summary, "asset_id": asset["id"], "channel": "phone", "priority": 3}
            ticket = client.post("/tickets", json=body).raise_for_status().json()
            client.post(f"/tickets/{ticket['id']}/work-orders", json={"skill": "glazing"}).raise_for_status()


def test_many_orders_are_found_changed_and_taken_back(desk: Callable[..., Desk], company: Company) -> None:
    make_orders(company, "门厅照明闪烁 1", "门厅照明闪烁 2", "门厅照明闪烁 3")
    here = desk("supervisor")
    page = here.open("orders")

    page.get_by_role("searchbox", name="Search").last.fill("照明闪烁")
    rows = page.get_by_role("row").filter(has_text="门厅照明闪烁")
    expect(rows).to_have_count(3)
    expect(page.get_by_text("3 orders")).to_be_visible()
    page.get_by_role("columnheader").get_by_role("button", name="Number").click()
    assert "sort=number" in page.url
    assert here.violations() == []

    page.get_by_role("checkbox", name="Select all that are loaded").check()
    page.get_by_role("combobox", name="Change…").select_option("add_labels")
    page.get_by_role("dialog").get_by_role("combobox", name="Labels").select_option(label="Hall")
    page.get_by_role("dialog").get_by_role("button", name="Add labels").click()
    expect(page.get_by_text("3 changed, 0 refused.")).to_be_visible()
    expect(rows.filter(has_text="hall")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 taken back, 0 not.")).to_be_visible()
    expect(rows.filter(has_text="hall")).to_have_count(0)
    page.get_by_role("button", name="Row by row").click()
    expect(page.get_by_role("dialog").get_by_text("Taken back")).to_have_count(3)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Save view").click()
    page.get_by_role("textbox", name="Name").fill("Hall lights")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("combobox", name="Views").locator("option:checked")).to_have_text("Hall lights")
    page.get_by_role("combobox", name="Views").select_option("")
    expect(rows).to_have_count(3)
    assert "q=" not in page.url
    page.get_by_role("combobox", name="Views").select_option(label="Hall lights")
    expect(page.get_by_text("3 orders")).to_be_visible()
    assert "sort=number" in page.url

    rows.first.get_by_role("button").click()
    expect(page.locator("#inspector")).to_contain_text("门厅照明闪烁 1")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "门厅照明闪烁 3" in download.value.path().read_text(encoding="utf-8")
