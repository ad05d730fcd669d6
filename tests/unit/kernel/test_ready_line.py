import json

import pytest
import structlog

from kernel.log import announce, configure_logging


def test_the_ready_line_is_written_whatever_the_log_level(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="CRITICAL")
    announce("worker_started")
    structlog.reset_defaults()

    assert json.loads(capfd.readouterr().err)["event"] == "worker_started"
