"""A customer from the first call to one of two that were the same."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.console.conftest import Company, Desk


def test_a_customer_is_made_gets_a_site_with_hours_and_takes_a_duplicate_in(
    desk: Callable[..., Desk], company: Company
) -> None:
    with company.client() as client:
        client.post("/customers", json={"name": "东方明珠商场(旧)", "phone": "021-6666 0001", "note": "晚付款"})
    here = desk("admin")
    page = here.open("customers")

    page.get_by_role("button", name="New customer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("东方明珠商场")
    dialog.get_by_label("Tier").fill("gold")
    dialog.get_by_label("Phone").fill("02166660001")
    dialog.get_by_role("button", name="Save").click()
    panel = page.locator("#inspector")
    expect(panel.get_by_role("heading", name="东方明珠商场")).to_be_visible()

    panel.get_by_role("tab", name="Sites").click()
    panel.get_by_role("button", name="New site").click()
    dialog.get_by_label("Name").fill("地下机房")
    dialog.get_by_label("Address").fill("世纪大道 1 号")
    dialog.get_by_label("Access notes").fill("B2 值班室领钥匙")
    dialog.get_by_label("Longitude").fill("121.4998")
    dialog.get_by_label("Latitude").fill("31.2397")
    dialog.get_by_label("Mon", exact=True).fill("9-18")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    for day in ("Mon", "Tue"):
        dialog.get_by_label(day, exact=True).fill("09:00-12:00, 13:00-18:00")
    dialog.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Mon–Tue 09:00-12:00, 13:00-18:00")).to_be_visible()
    assert here.violations() == []

    page.get_by_role("tab", name="Duplicates").click()
    group = page.get_by_role("region", name="2166660001")
    expect(group.get_by_text("Same phone line")).to_be_visible()
    group.get_by_role("button", name="Compare and merge").click()
    dialog.get_by_role("radio", name="Keep 东方明珠商场 (").check()
    expect(dialog.get_by_text("晚付款")).to_be_visible()
    dialog.get_by_role("button", name="Merge the customers").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(group).to_have_count(0)
    panel.get_by_role("tab", name="Overview").click()
    expect(panel.get_by_text("晚付款")).to_be_visible()

    page.get_by_role("tab", name="Customers", exact=True).click()
    page.get_by_role("searchbox", name="Search").fill("东方明珠")
    expect(page.get_by_role("table", name="Customers")).to_have_attribute("aria-rowcount", "2")
    assert here.violations() == []
