"""Structured logs: an event name and fields."""

import logging
import sys
from json import dumps

import structlog
from structlog.typing import FilteringBoundLogger


def configure_logging(*, level: str = "INFO", json: bool = True) -> None:
    """Send one line per event to standard error, JSON or for people."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def get_logger() -> FilteringBoundLogger:
    """Return the process's logger."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def announce(event: str) -> None:
    """Write a process's ready line whatever the log level is: its supervisor waits for it."""
    print(dumps({"event": event, "level": "info"}), file=sys.stderr, flush=True)  # noqa: T201 - a line for a machine
