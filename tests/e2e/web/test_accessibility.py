"""No page breaks a serious rule of axe, in either light."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.web.conftest import AXE, Site, opened
from tests.e2e.web.standin.cases import INCIDENT
from tests.e2e.web.standin.playbooks import FLUSH

pytestmark = pytest.mark.browser


def test_no_page_breaks_a_serious_rule(browser: Browser, site: Site) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run npm ci in web/")
    order = next(one["id"] for one in site.world.orders.values() if one["state"] == "in_progress")
    case, device = list(site.world.orders)[4], next(iter(site.world.devices))
    with opened(browser, site, locale="zh-CN") as console:
        console.open()
        bad = [
            found
            for path in (
                f"orders/{order}?view=watch",
                f"devices/{device}?view=devices",
                f"devices/{device}/commands?view=limits",
                f"devices/{device}/settings?view=claims",
                f"devices/{device}/access?view=firmware",
                f"devices/{device}/limits?view=broker",
                "campaigns/0192aa00-0000-7000-8000-00fc00000001?view=precision",
                "?view=board",
                "?view=letters",
                f"cases/{case}?view=backlog",
                f"playbooks/{FLUSH}?view=ladders",
                "playbooks/new?view=calendars",
                f"incidents/{INCIDENT}?view=policies",
                "policy",
            )
            for found in console.violations_of_access(path)
        ]

    assert bad == []
