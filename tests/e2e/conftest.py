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
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@pytest.fixture(scope="module")
def browser(browser_path: Path) -> Iterator[Browser]:
    """One Chromium for a module; no longer, as no asyncio can run in this thread while Playwright is open."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path, headless=True, args=FLAGS)
        yield started
        started.close()
