"""The console in a real browser, against the stand-in."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.web.standin.app import make_app
from tests.e2e.web.standin.stream import Live
from tests.e2e.web.standin.world import World, make_world

WEB = Path(__file__).resolve().parents[3] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
expect.set_options(timeout=60_000)


@dataclass
class Site:
    """One running stand-in."""

    url: str
    world: World
    live: Live


@dataclass
class Console:
    """A page of the console and everything it did that it should not."""

    page: Page
    site: Site
    outside: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def log_in(self, password: str = "secret") -> None:
        """Fill in and send the log-in form."""
        self.page.goto(self.site.url)
        self.page.locator("input[name=tenant]").fill("demo")
        self.page.locator("input[name=username]").fill("dispatcher")
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit]").click()

    def open(self, path: str = "/console/") -> None:
        """Log in, then go to an address and wait for the page."""
        self.log_in()
        self.page.locator("#queue-list [role=option]").first.wait_for()
        if path != "/console/":
            self.page.goto(self.site.url + path)
            self.page.locator("#main").wait_for(state="attached")

    def violations_of_access(self, path: str) -> list[tuple[str, str, list[object]]]:
        """Go to an address and return what axe finds serious there, first in the light, then in the dark."""
        self.page.goto(f"{self.site.url}/console/{path}")
        self.page.locator("#main").wait_for(state="attached")
        expect(self.page.get_by_role("status").filter(has_text="oading")).to_have_count(0)
        self.page.wait_for_timeout(500)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[tuple[str, str, list[object]]] = []
        for theme, rules in (("light", "null"), ("dark", "['color-contrast']")):
            result = self.page.evaluate(
                f"""() => {{
                    document.documentElement.dataset.theme = "{theme}";
                    const only = {rules};
                    return axe.run(document, {{resultTypes: ["violations"], ...(only ? {{runOnly: only}} : {{}})}});
                }}"""
            )
            found += [
                (f"{path} {theme}", one["id"], [node["target"] for node in one["nodes"]])
                for one in result["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
        return found

    def wait_for_map(self) -> None:
        """Wait until the map has drawn the city and what moves in it."""
        self.page.locator("[data-map=drawn]").wait_for(timeout=60_000)


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built console; built here when it is not."""
    if not (WEB / "dist" / "console" / "index.html").is_file():
        if shutil.which("npm") is None:
            pytest.skip("the console is not built and there is no npm to build it")
        subprocess.run(["npm", "ci"], cwd=WEB, check=True)
        subprocess.run(["npm", "run", "build"], cwd=WEB, check=True)
    return WEB / "dist"


@pytest.fixture
def site(dist: Path) -> Iterator[Site]:
    """A stand-in of its own for each test, whose map stays empty."""
    with served(dist, draws_map=False) as made:
        yield made


@pytest.fixture
def mapped_site(dist: Path) -> Iterator[Site]:
    """A stand-in of its own with the map."""
    with served(dist, draws_map=True) as made:
        yield made


@contextlib.contextmanager
def served(dist: Path, *, draws_map: bool) -> Iterator[Site]:
    """Serve a world of its own."""
    world, live = make_world(), Live()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(
        make_app(world, live, dist, draws_map=draws_map), port=port, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 90
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield Site(f"http://127.0.0.1:{port}", world, live)
    live.cut = True
    server.should_exit = True
    thread.join(5)


def watch(console: Console, context: BrowserContext) -> None:
    """Note requests to other hosts, policy violations and page errors."""
    context.on(
        "request",
        lambda request: (
            console.outside.append(request.url)
            if not request.url.startswith((console.site.url, "data:", "blob:"))
            else None
        ),
    )
    context.on(
        "console",
        lambda message: console.violations.append(message.text) if "Content Security Policy" in message.text else None,
    )
    context.on("weberror", lambda error: console.errors.append(str(error.error)))


@contextlib.contextmanager
def opened(browser: Browser, site: Site, *, locale: str, scheme: str = "light") -> Iterator[Console]:
    """Open a page; at the end nothing may have gone outside, broken the policy or failed."""
    context = browser.new_context(
        locale=locale, color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(60_000)
    console = Console(context.new_page(), site)
    watch(console, context)
    yield console
    context.close()
    assert console.outside == []
    assert console.violations == []
    assert console.errors == []


@pytest.fixture
def console(browser: Browser, site: Site) -> Iterator[Console]:
    """The console in English."""
    with opened(browser, site, locale="en-GB") as made:
        yield made


@pytest.fixture
def chinese_console(browser: Browser, site: Site) -> Iterator[Console]:
    """The console in Chinese."""
    with opened(browser, site, locale="zh-CN") as made:
        yield made
