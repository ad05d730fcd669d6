"""Nothing is published, asked for or written that nobody would do."""

import ast
import inspect
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

from backend import subscriptions
from backend.worker.deliveries import LONGEST_WAIT, wait_after
from kernel.outbox import Event

ROOT = Path(__file__).resolve().parents[4]
FLOORS = ("kernel", "inventory", "iot_gateway", "backend", "mobile_api")


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the product with its syntax tree."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def job_kinds() -> dict[str, str]:
    """Return the kinds of the jobs that the code asks for, with the module that does."""
    found = {}
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.request":
                kind = node.args[1]
                value = kind.value if isinstance(kind, ast.Constant) else eval_in(name, kind)
                found[str(value)] = name
    return found


def eval_in(module: str, node: ast.expr) -> object:
    """Return what a name, or an attribute of one, stands for in a module."""
    value: object = import_module(module)
    for part in ast.unparse(node).split("."):
        value = getattr(value, part)
    return value


def public_functions(module: str) -> dict[str, object]:
    """Return the functions that a module defines for others."""
    found = inspect.getmembers(import_module(module), inspect.isfunction)
    return {name: item for name, item in found if item.__module__ == module and not name.startswith("_")}


def test_every_job_that_is_asked_for_has_somebody_to_do_it() -> None:
    kinds = job_kinds()

    assert len(kinds) >= 5
    assert kinds.keys() <= subscriptions.JOBS.keys()


def test_every_job_that_can_be_done_is_asked_for() -> None:
    assert subscriptions.JOBS.keys() <= job_kinds().keys()


def test_every_reaction_is_wired_up() -> None:
    rooms = [name for name, _ in sources() if name.startswith("backend.") and name.endswith(".handlers")]
    wired = {*subscriptions.HANDLERS.values(), *subscriptions.JOBS.values()}

    loose = {name for room in rooms for name, item in public_functions(room).items() if item not in wired}

    assert len(rooms) >= 6
    assert not loose


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, named in subscriptions.SUBSCRIPTIONS.items() for name in named]
)
def test_a_handler_takes_the_event_it_is_given(kind: type[Event], name: str) -> None:
    handler = subscriptions.SUBSCRIPTIONS[kind][name]

    assert get_type_hints(handler)["event"] is kind
    assert name == f"{handler.__module__.split('.')[1]}.{handler.__name__}"


def test_a_name_stands_for_one_handler() -> None:
    names = [name for named in subscriptions.SUBSCRIPTIONS.values() for name in named]

    assert len(names) == len(set(names)) == len(subscriptions.HANDLERS)


def test_the_relay_knows_every_topic() -> None:
    assert subscriptions.handler_names().keys() == subscriptions.EVENTS.keys()


def test_waits_grow_to_ten_minutes() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 9)]

    assert waits[0] == timedelta(seconds=30)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
