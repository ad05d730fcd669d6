"""A technician from the first day: skills, shifts, a crew, an absence that somebody has to approve."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from kernel import clock
from tests.e2e.console.conftest import Company, Desk


def test_a_technician_learns_joins_a_crew_and_is_away(desk: Callable[..., Desk], company: Company) -> None:
    here, today = desk("admin"), clock.now().date()
    page = here.open("technicians")
    dialog, panel = page.get_by_role("dialog"), page.locator("#inspector")

    page.get_by_role("button", name="New technician").click()
    dialog.get_by_label("Name").fill("欧阳工")
    dialog.get_by_label("Staff number").fill("E-900")
    dialog.get_by_label("Longitude").fill("121.47")
    dialog.get_by_label("Latitude").fill("31.23")
    dialog.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("No territory")).to_be_visible()

    panel.get_by_role("tab", name="Skills").click()
    panel.get_by_role("button", name="Add a skill").click()
    dialog.get_by_label("Skill", exact=True).fill("lift")
    dialog.get_by_label("Certificate").fill("TS-2041")
    dialog.get_by_label("Valid until").fill(str(today + timedelta(days=5)))
    dialog.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("TS-2041")).to_be_visible()
    panel.get_by_role("tab", name="Shifts").click()
    panel.get_by_role("button", name="Add a shift").click()
    dialog.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Mon 08:30–17:30")).to_be_visible()
    panel.get_by_role("tab", name="Week").click()
    expect(panel.get_by_role("region", name="Timesheet").get_by_role("row")).to_have_count(9)
    assert here.violations() == []

    page.get_by_role("tab", name="Crews").click()
    page.get_by_role("button", name="New crew").click()
    dialog.get_by_label("Name").fill("电梯一班")
    dialog.get_by_role("button", name="Add a member").click()
    dialog.get_by_role("combobox", name="Member 1").fill("欧阳")
    dialog.get_by_role("option", name="欧阳工").click()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="电梯一班").get_by_text("Lift 1")).to_be_visible()

    with company.client("dispatcher") as client:
        (found,) = client.get("/technicians", params={"q": "E-900"}).json()["items"]
        start = f"{today + timedelta(days=2)}T00:00:00Z"
        end = f"{today + timedelta(days=4)}T00:00:00Z"
        body = {"starts_at": start, "ends_at": end, "kind": "vacation", "reason": "回老家"}
        asked = client.post(f"/technicians/{found['id']}/absences", json=body).raise_for_status().json()
    assert asked["state"] == "requested"
    page.get_by_role("tab", name="Absences").click()
    page.get_by_role("button", name="Decide for 欧阳工").click()
    expect(dialog.get_by_text("No visits are planned in that time.")).to_be_visible()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("table", name="Absences").get_by_text("Approved").first).to_be_visible()
    assert here.violations() == []
