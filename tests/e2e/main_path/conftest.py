"""One whole Fieldhand, started and put through its main job by the command that people use."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from backend.demo.clients import Caller, read_logins

ROOT = Path(__file__).resolve().parents[3]
DONE = "the main job ran to its end"
SECONDS = 400


@dataclass(frozen=True)
class System:
    """A running Fieldhand after its main job, and what the demo printed."""

    url: str
    logins: dict[str, str]
    printed: str


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run `fieldhand demo --stay` on the simulator alone; it stays up for all tests and leaves nothing behind."""
    var = tmp_path_factory.mktemp("demo") / "var"
    var.parent.chmod(0o711)
    var.parent.parent.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIELDHAND_")}
    command = [sys.executable, "-P", "-m", "backend.cli.main", "demo", "--stay", "--var", str(var), "--port", str(port)]
    log = var.parent / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        _wait(process, log)
        yield System(f"http://127.0.0.1:{port}", read_logins(var / "secrets/logins.txt"), log.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while DONE not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the demo did not get to its end:\n{log.read_text()[-4000:]}")
        time.sleep(0.5)


@pytest.fixture
def office(system: System) -> Iterator[Caller]:
    """The dispatcher at the API."""
    caller = Caller(system.url, "dispatcher", system.logins["dispatcher"])
    yield caller
    caller.close()


@dataclass
class Screen:
    """A page of the console and what it did that it should not."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, url: str) -> None:
        """Note requests to other hosts, policy violations and page errors."""
        own = (url, "data:", "blob:")
        context.on("request", lambda sent: None if sent.url.startswith(own) else self.wrong.append(sent.url))
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on(
            "console", lambda line: self.wrong.append(line.text) if "Content Security Policy" in line.text else None
        )


@pytest.fixture
def screen(browser: Browser, system: System, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """The console, logged in as the dispatcher, in the language of the test's parameter (English by default)."""
    locale = getattr(request, "param", "en-GB")
    context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    shown = Screen(context.new_page())
    shown.watch(context, system.url)
    shown.page.goto(system.url)
    for name, value in {"tenant": "demo", "username": "dispatcher", "password": system.logins["dispatcher"]}.items():
        shown.page.locator(f"input[name={name}]").fill(value)
    shown.page.locator("button[type=submit]").click()
    shown.page.locator("#queue").wait_for()
    yield shown
    context.close()
    assert shown.wrong == []
