"""The map, drawn."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.web.conftest import Site, opened

pytestmark = pytest.mark.browser


def test_the_map_is_drawn_from_this_server_alone(drawing_browser: Browser, mapped_site: Site) -> None:
    with opened(drawing_browser, mapped_site, locale="en-GB") as console:
        console.open()
        console.wait_for_map()

        picture = console.page.screenshot(clip={"x": 250, "y": 150, "width": 700, "height": 600})
        assert len(picture) > 25_000, "a blank map compresses to almost nothing"
        expect(console.page.get_by_text("Base map: Natural Earth")).to_be_visible()
        assert console.violations_of_access("") == []
