"""Cases, incidents, the case policy and playbooks: seen, narrowed, decided about, written."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console
from tests.e2e.web.standin.playbooks import FLUSH

pytestmark = pytest.mark.browser


def test_cases_are_narrowed_by_the_address_and_one_is_opened(console: Console) -> None:
    console.open("/console/cases?state=closed")
    page = console.page
    table = page.get_by_role("table", name="Cases")
    expect(table.get_by_text("No fault found").first).to_be_visible()

    page.get_by_role("combobox", name="State").select_option("open")
    expect(table.get_by_text("No fault found")).to_have_count(0)
    assert "state=open" in page.url
    page.go_back()
    expect(table.get_by_text("No fault found").first).to_be_visible()

    table.get_by_role("button", name=re.compile("^Open the case")).first.click()
    panel = page.get_by_role("article")
    for title in ("Observed against expected", "Ticket and work order", "Decisions of the case policy", "Finding"):
        expect(panel.get_by_role("heading", name=title)).to_be_visible()
    expect(panel.get_by_text("budget of the site's day spent · 10/10")).to_be_visible()
    expect(panel.get_by_text("let go by hand · by 刘调度")).to_be_visible()
    expect(panel.get_by_text("<b>fan</b> was covered").first).to_be_visible()
    expect(panel.get_by_role("list", name="Similar past cases").get_by_role("listitem")).to_have_count(2)
    assert re.search(r"/console/cases/[0-9a-f-]+\?state=closed$", page.url)

    chart = panel.get_by_role("img", name=re.compile("points, from"))
    before = chart.get_attribute("aria-label")
    panel.get_by_role("group", name="Metric shown").get_by_role("button").nth(1).click()
    expect(chart).not_to_have_attribute("aria-label", before or "")
    panel.get_by_role("button", name=re.compile("hall")).click()
    expect(page.get_by_role("heading", name="<b>North</b> hall: several devices at once")).to_be_visible()


def test_an_incident_gives_a_case_back(console: Console) -> None:
    console.open()
    page = console.page
    page.keyboard.press("i")
    page.get_by_role("button", name="Site <b>North</b> hall").click()
    members = page.get_by_role("list", name="Cases of the incident")
    expect(members.get_by_role("listitem")).to_have_count(4)

    members.get_by_role("button", name=re.compile("^Take out")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Take out").click()

    expect(members.get_by_role("listitem")).to_have_count(3)


def test_a_waiting_case_is_called_off_with_a_reason(console: Console) -> None:
    console.open("/console/fleet?view=backlog")
    table = console.page.get_by_role("table", name="Waiting cases")

    table.get_by_role("button", name="Call off: <b>Pump</b> 7, Filter").click()
    dialog = console.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Call off")).to_be_disabled()
    dialog.get_by_role("textbox").fill("taken out of service")
    dialog.get_by_role("button", name="Call off").click()

    expect(table).to_have_attribute("aria-rowcount", "2")


def test_the_policy_is_changed_by_version(console: Console) -> None:
    console.open()
    page = console.page
    page.keyboard.press("o")
    form = page.get_by_role("form", name="Case policy")
    expect(form.get_by_label("Of each site a week")).to_have_value("")

    form.get_by_label("Tickets a day").fill("20")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_have_text("Saved as version 4.")
    expect(page.get_by_text("Version 4.", exact=False).first).to_be_visible()
    expect(form.get_by_label("Tickets a day")).to_have_value("20")


def test_a_playbook_is_tried_on_past_cases_changed_and_withdrawn(console: Console) -> None:
    console.open(f"/console/playbooks/{FLUSH}")
    page = console.page
    panel = page.get_by_role("article")
    expect(panel.get_by_text("120 samples over 1 h", exact=False)).to_be_visible()
    runs = panel.get_by_role("list", name="Runs")
    expect(runs.get_by_text("Succeeded · telemetry proves the cure")).to_be_visible()
    panel.get_by_role("button", name="Try it").click()
    expect(panel.get_by_text("4 of 6 cases would have been tried.")).to_be_visible()
    runs.get_by_role("button", name=re.compile("^Withdraw")).click()
    expect(runs.get_by_text("Withdrawn")).to_be_visible()

    panel.get_by_role("button", name="Edit").click()
    form = panel.get_by_role("form", name="Edit")
    form.get_by_label("Arguments").fill("[1]")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("JSON object")
    form.get_by_label("Arguments").fill('{"seconds": 90}')
    form.get_by_label("Severity at most").select_option("1")
    panel.get_by_role("button", name="Try it").click()
    expect(panel.get_by_text("1 of 6 cases would have been tried.")).to_be_visible()
    form.get_by_role("button", name="Save").click()

    expect(panel.get_by_text("Saved as version 3.")).to_be_visible()
    versions = panel.get_by_role("list", name="Versions")
    expect(versions.get_by_text("Severity at most: 2 → 1")).to_be_visible()


def test_a_playbook_is_written(console: Console) -> None:
    console.open()
    page = console.page
    page.keyboard.press("p")
    page.get_by_role("button", name="New playbook").click()
    form = page.get_by_role("form", name="New playbook")
    for label, value in (("Name", "Reset"), ("Model", "pump"), ("Failure group", "bearing")):
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_label("Name of the command").fill("reset")
    form.get_by_role("button", name="Create").click()

    expect(page.get_by_role("heading", name="Playbook Reset")).to_be_visible()
    expect(page.get_by_role("table", name="Playbooks")).to_have_attribute("aria-rowcount", "3")
