"""The console in a real browser, against the real API on a database of its own.

One company and one browser serve all tests of this folder: each makes what it looks for, and finds it by name.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from kernel.processes import database as bootstrap
from tests.conftest import TEMPLATE, SharedCluster, locked, service_folder, wait_for
from tests.e2e.console.company import TENANT

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
START_SECONDS = 120
expect.set_options(timeout=60_000)


@dataclass(frozen=True)
class Company:
    """A running company."""

    url: str
    passwords: dict[str, str]

    def client(self, username: str = "admin") -> httpx.Client:
        """Return a client of the API as one of its people, to prepare what a test looks at."""
        body = {"tenant": TENANT, "username": username, "password": self.passwords[username], "device_id": "test"}
        answer = httpx.post(f"{self.url}/api/v1/auth/login", json=body, timeout=60).raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)


@pytest.fixture(scope="session")
def company(cluster: SharedCluster, run_folder: Path, worker_name: str) -> Iterator[Company]:
    """Start the company of this worker."""
    if not (WEB / "dist" / "console" / "index.html").is_file():
        if shutil.which("npm") is None:
            pytest.skip("the console is not built and there is no npm to build it")
        subprocess.run(["npm", "ci"], cwd=WEB, check=True)
        subprocess.run(["npm", "run", "build"], cwd=WEB, check=True)
    name = f"fieldhand_company_{worker_name}"
    with locked(run_folder / "clone.lock"):
        bootstrap.clone_database(cluster.admin_url, TEMPLATE, name)
    var = service_folder(run_folder, worker_name, "company")
    var.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"FIELDHAND_VAR_DIR": str(var), "FIELDHAND_WEB_DIST": str(WEB / "dist"), "PYTHONPATH": str(ROOT)}
    log = var / "company.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.e2e.console.company", str(port), str(var / "ready")],
            env=os.environ | cluster.logins(name) | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return (var / "ready").exists() and httpx.get(f"{url}/healthz", timeout=5).is_success
        return process.poll() is not None

    wait_for(answers, seconds=START_SECONDS)
    if process.poll() is not None:
        pytest.fail(f"no company: {log.read_text()[-3000:]}")
    lines = (var / "secrets" / "logins.txt").read_text().splitlines()
    yield Company(url, dict(line.split() for line in lines))
    process.terminate()
    process.wait(30)


@dataclass(frozen=True)
class Desk:
    """A page of the console with somebody logged in."""

    page: Page
    company: Company

    def open(self, path: str) -> Page:
        """Go to `/console/<path>` and wait until it is drawn."""
        self.page.goto(f"{self.company.url}/console/{path}")
        self.page.locator("#main").wait_for(state="attached")
        expect(self.page.get_by_role("status").filter(has=self.page.locator("[class*=spinner]"))).to_have_count(0)
        return self.page

    def violations(self) -> list[tuple[str, list[Any]]]:
        """Return what axe finds serious on the page as it is."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            (one["id"], [node["target"] for node in one["nodes"]])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]


@pytest.fixture
def desk(browser: Browser, company: Company) -> Iterator[Callable[..., Desk]]:
    """Return a way to sit down as one of the people: `desk("admin", locale="zh-CN", scheme="dark")`.

    At the end nothing may have gone to another host, broken the content policy or failed.
    """
    faults: list[str] = []
    with contextlib.ExitStack() as stack:

        def sit_down(username: str = "admin", *, locale: str = "en-GB", scheme: str = "light") -> Desk:
            context = browser.new_context(
                locale=locale,
                color_scheme="dark" if scheme == "dark" else "light",
                viewport={"width": 1440, "height": 900},
            )
            stack.callback(context.close)
            context.set_default_timeout(60_000)
            own = (company.url, "data:", "blob:")
            context.on("request", lambda one: None if one.url.startswith(own) else faults.append(one.url))
            context.on("console", lambda one: faults.append(one.text) if "Security Policy" in one.text else None)
            context.on("weberror", lambda one: faults.append(str(one.error)))
            page = context.new_page()
            page.goto(f"{company.url}/console/board")
            page.locator("input[name=tenant]").fill(TENANT)
            page.locator("input[name=username]").fill(username)
            page.locator("input[name=password]").fill(company.passwords[username])
            page.locator("button[type=submit]").click()
            page.locator("#main").wait_for(state="attached")
            return Desk(page, company)

        yield sit_down
    assert faults == []
