"""From a warranty that ended yesterday to an order that the customer pays for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.console.conftest import Company, Desk

ZONE = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Return the day that it is for the company."""
    return datetime.now(ZONE).date()


def an_order(company: Company, summary: str) -> tuple[str, str]:
    """Open an order for an asset whose warranty ended yesterday; return it and its asset."""
    with company.client() as client:

        def uncovered(row: dict[str, Any]) -> bool:
            query = {"site_id": row["site_id"], "asset_id": row["id"]}
            return bool(client.get("/coverage-preview", params=query).json()["basis"] == "none")

        asset = next(row for row in client.get("/assets", params={"limit": 100}).json()["items"] if uncovered(row))
        terms = {
            "starts_on": str(today() - timedelta(days=365)),
            "ends_on": str(today() - timedelta(days=1)),
            "labour": True,
            "parts": True,
            "travel": True,
        }
        client.post(f"/assets/{asset['id']}/warranties", json=terms).raise_for_status()
        body = {"summary": summary, "channel": "phone", "asset_id": asset["id"], "priority": 3}
        ticket = client.post("/tickets", json=body).raise_for_status().json()
        work = {"skill": "balancing", "skill_level": 1, "duration_minutes": 90, "work_type": "corrective"}
        order = client.post(f"/tickets/{ticket['id']}/work-orders", json=work).raise_for_status().json()
        return order["id"], asset["id"]


def test_work_after_the_end_of_a_warranty_is_quoted_accepted_and_open_again(desk: Callable[..., Desk]) -> None:
    here = desk("admin")
    order_id, _ = an_order(here.company, "Fan out of balance")
    page = here.open(f"orders/{order_id}")
    panel = page.get_by_role("article")

    expect(panel.get_by_text("the warranty ended on")).to_be_visible()
    expect(panel.get_by_text("Not covered", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Quote", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("260")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Send and wait for the answer").click()
    expect(panel.get_by_text("Waiting", exact=True)).to_be_visible()
    expect(panel.get_by_text("Pending approval").first).to_be_visible()
    with here.company.client() as client:
        (quote,) = client.get("/quotes", params={"work_order_id": order_id}).json()["items"]
    customer = page.context.new_page()
    customer.goto(f"{here.company.url}/quote/{quote['url'].rpartition('/')[2]}")
    customer.get_by_label("Your name").fill("Ms Li")
    customer.get_by_role("button", name="Accept the quote").click()
    expect(customer.get_by_text("You have accepted this quote.")).to_be_visible()

    page.reload()
    expect(panel.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(panel.get_by_text("Open", exact=True).first).to_be_visible()
    assert here.violations() == []
