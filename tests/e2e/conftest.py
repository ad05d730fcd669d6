"""What all tests with a browser share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DRAWN = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
"""For the map: WebGL on the processor, which costs more than all else a page does."""
PLAIN = ["--disable-gpu"]


def started(path: Path, flags: list[str]) -> Iterator[Browser]:
    """One Chromium, until its user is done."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS + flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser(browser_path: Path) -> Iterator[Browser]:
    """One Chromium for a module; no longer, as no asyncio can run in this thread while Playwright is open."""
    yield from started(browser_path, PLAIN)


@pytest.fixture
def drawing_browser(browser_path: Path) -> Iterator[Browser]:
    """A Chromium of one test that draws the map."""
    yield from started(browser_path, DRAWN)
