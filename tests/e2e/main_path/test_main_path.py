"""From the sample to the closed order on the real thing, and what the dispatcher sees of it."""

import re

import pytest
from playwright.sync_api import expect

from backend.demo import story
from backend.demo.clients import Caller
from tests.e2e.main_path.conftest import DONE, Screen, System


def the_order(office: Caller) -> dict[str, str]:
    """Return the order that the predicted fault has made."""
    return next(item for item in office.get("/work-orders", state="closed")["items"] if item["skill"] == "rotating")


def test_the_main_job_runs_to_its_end(system: System) -> None:
    assert DONE in system.printed
    for said in ("each committed and acknowledged", "one case for demo-pump-01", "because", "all duplicates",
                 "verified and closed", "healthy devices raised no case"):  # fmt: skip
        assert said in system.printed


def test_the_ledger_agrees_with_itself_afterwards(system: System) -> None:
    keeper = Caller(system.url, "warehouse", system.logins["warehouse"])

    wrong = keeper.get("/stock/check")["items"]

    keeper.close()
    assert wrong == []


def test_a_proof_tells_what_it_has_seen(office: Caller) -> None:
    order = office.get(f"/work-orders/{the_order(office)['id']}")
    case = office.get(f"/cases/{order['case_id']}")

    told = story.how_far(office, order, case)

    assert "'verdict': 'proven'" in told
    assert "command reset_after_repair: acked" in told


@pytest.mark.browser
def test_the_order_is_explained_in_english(screen: Screen, office: Caller, system: System) -> None:
    order = the_order(office)

    screen.page.goto(f"{system.url}/console/orders/{order['id']}")

    panel = screen.page.get_by_role("article")
    for title in ("Service levels", "Predictive evidence", "Why this plan", "Technicians not chosen", "Timeline"):
        expect(panel.get_by_role("heading", name=title)).to_be_visible(timeout=90_000)
    expect(panel.get_by_text("has skill rotating equipment level")).to_be_visible()
    expect(panel.get_by_text("skill level 1 of 2 (rotating equipment)").first).to_be_visible()
    expect(panel.get_by_role("img", name=re.compile("points, from"))).to_be_visible(timeout=90_000)


@pytest.mark.browser
@pytest.mark.parametrize("screen", ["zh-CN"], indirect=True)
def test_the_order_is_explained_in_chinese(screen: Screen, office: Caller, system: System) -> None:
    order = the_order(office)

    screen.page.goto(f"{system.url}/console/orders/{order['id']}")

    panel = screen.page.get_by_role("article")
    for title in ("服务时限", "预测证据", "派工理由", "上门", "时间线"):
        expect(panel.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=90_000)
    expect(panel.get_by_text("技能等级 1，需要 2（旋转设备）").first).to_be_visible()


@pytest.mark.browser
def test_a_new_order_appears_without_a_reload(screen: Screen, office: Caller) -> None:
    screen.page.get_by_role("tab", name="Scheduled").click()
    asset = next(item for item in office.get("/assets", limit=100)["items"] if "客梯" in item["name"])
    ticket = office.post(
        "/tickets",
        {"summary": "电梯门关不上", "description": "door does not close", "asset_id": asset["id"], "channel": "phone"},
        expect=201,
        key="e2e-live-ticket",
    )

    made = office.post(f"/tickets/{ticket['id']}/work-orders", {"skill": "lift"}, expect=201, key="e2e-live-order")

    expect(screen.page.get_by_role("option", name=made["number"])).to_be_visible(timeout=90_000)


@pytest.mark.browser
def test_a_device_shows_its_life(screen: Screen, office: Caller, system: System) -> None:
    pump = next(item for item in office.get("/devices")["items"] if item["name"] == "demo-pump-01")

    screen.page.goto(f"{system.url}/console/devices/{pump['id']}")

    expect(screen.page.get_by_role("img", name=re.compile("points, from"))).to_be_visible(timeout=90_000)
    expect(screen.page.get_by_text("demo-pump-01").first).to_be_visible()
