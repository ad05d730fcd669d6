"""A checklist is written and tried; an order gets a photo and a report, and the report goes out as mail."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import expect

from kernel import clock
from tests.e2e.console.conftest import Company, Desk

STEPS = ("dispatch", "accept", "travel", "arrive", "start", "complete")
FINDING = {"finding": {"result": "confirmed", "failure_mode": "bearing"}}


def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def a_completed_order(company: Company) -> tuple[str, str]:
    """Have an order done at a site of its own, whose customer can be written to; return id and number."""
    with company.client() as api:
        customer = made(api.post("/customers", json={"name": "华东商场", "email": "wang@example.com"}))
        place = {"address": "南京路 1", "lon": 121.47, "lat": 31.23, "customer_id": customer["id"]}
        site = made(api.post("/sites", json={"name": "北门能源站", **place}))
        asked = {"channel": "web", "summary": "阀门渗漏", "site_id": site["id"]}
        ticket = made(api.post("/tickets", json=asked))
        work = {"work_type": "corrective", "skill": "hvac"}
        order = made(api.post(f"/tickets/{ticket['id']}/work-orders", json=work))
        technician = made(api.get("/technicians", params={"limit": 1}))["items"][0]["id"]
        start = clock.now() + timedelta(hours=1)
        window = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        visit = made(api.post(f"/work-orders/{order['id']}/visits", json={"technician_ids": [technician], **window}))
        for action in STEPS:
            body = {"action": action, "payload": FINDING if action == "complete" else None}
            made(api.post(f"/visits/{visit['id']}/actions", json=body))
    return str(order["id"]), str(order["number"])


def a_photo() -> bytes:
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "#336699").save(photo, "JPEG")
    return photo.getvalue()


def test_a_checklist_is_written_tried_and_published(desk: Callable[..., Desk]) -> None:
    here = desk("admin")
    page = here.open("checklists")
    page.get_by_role("button", name="New checklist").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Code").fill("valve")
    form.get_by_label("Name (Chinese)").fill("阀门")
    form.get_by_label("Name (English)").fill("Valve")
    form.get_by_label("Class of assets").fill("valve")
    form.get_by_label("Pass mark").fill("80")
    first = form.get_by_role("group", name="Item 1")
    first.get_by_label("Text (Chinese)").fill("有渗漏")
    first.get_by_label("Text (English)").fill("Is it dry")
    first.get_by_label("Weight").fill("1")
    form.get_by_role("button", name="Add an item").click()
    second = form.get_by_role("group", name="Item 2")
    second.get_by_label("Text (Chinese)").fill("渗漏照片")
    second.get_by_label("Text (English)").fill("Photo of the leak")
    second.get_by_label("Type").select_option("photo")
    second.get_by_label("Shown if").select_option("item1")
    second.get_by_label("Value").select_option("no")

    preview = form.get_by_role("region", name="Preview")
    expect(preview.get_by_role("status")).to_have_text("Missing: item1")
    preview.get_by_label("Is it dry").select_option("no")
    expect(preview.get_by_role("status")).to_have_text("Missing: item2 Score 0.0% · not passed")
    preview.get_by_label("Photo of the leak").check()
    expect(preview.get_by_role("status")).to_contain_text("Nothing is missing.")
    assert here.violations() == []
    form.get_by_role("button", name="Save").click()

    panel = page.get_by_role("article")
    expect(panel.get_by_role("heading", name="Valve")).to_be_visible()
    panel.get_by_role("button", name="Publish").click()
    expect(panel.get_by_role("button", name="Retire")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("button", name="Valve")).to_be_visible()
    assert here.violations() == []


def test_an_order_gets_a_photo_and_its_report_goes_out(desk: Callable[..., Desk]) -> None:
    here = desk("admin")
    order_id, number = a_completed_order(here.company)
    page = here.open(f"orders/{order_id}?view=board")
    panel = page.get_by_role("article")
    panel.get_by_label("Kind").select_option("photo")
    files = {"name": "泵.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    panel.get_by_label("Add files").set_input_files(files)
    expect(panel.get_by_role("link", name="泵.jpg").first).to_be_visible()

    panel.get_by_role("button", name="Make now").click()
    expect(panel.get_by_text("Version 1").first).to_be_visible()
    with page.expect_download() as download:
        panel.get_by_role("link", name="PDF in Chinese").click()
    assert number in download.value.suggested_filename
    panel.get_by_role("button", name="Send", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label("Address").fill("li@example.com")
    form.get_by_role("button", name="Send").click()
    expect(panel.get_by_text("Written as outgoing mail to li@example.com")).to_be_visible()
    assert here.violations() == []

    page = here.open("mails")
    expect(page.get_by_text("li@example.com")).to_be_visible()
    page.get_by_label("State").select_option("off")
    expect(page.get_by_text("wang@example.com")).to_be_visible()
    assert here.violations() == []
