"""Reading a YAML mapping field by field, so that each complaint names its line."""

import math
from collections.abc import Callable, Collection, Iterator
from typing import NoReturn, TypeVar

import yaml

from firmware_sim.errors import ScenarioError
from firmware_sim.spans import parse_offset, parse_span

T = TypeVar("T")


class Fields:
    """One mapping of a scenario file; every field must be known and is read once."""

    def __init__(self, source: str, node: yaml.Node, path: str, known: Collection[str]) -> None:
        """Take the mapping at `path`.

        Raises:
            ScenarioError: no mapping, a field unknown or given twice.
        """
        self.source = source
        self.path = path
        self._line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise ScenarioError(source, self._line, path, "a mapping of fields is needed here")
        self._nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                options = ", ".join(sorted(known))
                self._at(key, name, f"no such field; there are: {options}")
            if name in self._nodes:
                self._at(key, name, "is given twice")
            self._nodes[name] = value

    def has(self, name: str) -> bool:
        """Say whether the field is there."""
        return name in self._nodes

    def fail(self, name: str, problem: str) -> NoReturn:
        """Complain about one field.

        Raises:
            ScenarioError: always.
        """
        node = self._nodes.get(name)
        line = node.start_mark.line + 1 if node is not None else self._line
        raise ScenarioError(self.source, line, self._name(name), problem)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        return self._scalar(name, default, str)

    def choice(self, name: str, options: Collection[str], default: str | None = None) -> str:
        """Return one of the options."""
        value = self.text(name, default)
        if value not in options:
            self.fail(name, f"{value!r} is unknown; choose one of: {', '.join(sorted(options))}")
        return value

    def span(self, name: str, default: float | None = None, *, least: float = 0.0) -> float:
        """Return a length of time in seconds."""
        value = self._scalar(name, default, parse_span)
        if value < least:
            self.fail(name, f"must be at least {least:g} seconds")
        return value

    def offset(self, name: str, default: float | None = None) -> float:
        """Return a signed time in seconds, relative to the end of the history."""
        return self._scalar(name, default, parse_offset)

    def number(self, name: str, default: float | None = None, *, low: float, high: float) -> float:
        """Return a finite number within bounds."""
        value = self._scalar(name, default, _number)
        if not low <= value <= high:
            self.fail(name, f"{value:g} is outside {low:g} to {high:g}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; a single one may stand alone."""
        node = self._node(name)
        if isinstance(node, yaml.ScalarNode):
            return (str(node.value),)
        if not isinstance(node, yaml.SequenceNode):
            self.fail(name, "a list of names is needed here")
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode):
                self.fail(name, "a list of names is needed here")
        return tuple(str(item.value) for item in node.value)

    def each(self, name: str, known: Collection[str]) -> "Iterator[Fields]":
        """Yield the mappings of a list; none when the field is missing."""
        node = self._nodes.get(name)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.fail(name, "a list is needed here")
        for index, item in enumerate(node.value):
            yield Fields(self.source, item, f"{self._name(name)}[{index}]", known)

    def mapping(self, name: str, known: Collection[str]) -> "Fields":
        """Return the mapping under this field."""
        return Fields(self.source, self._node(name), self._name(name), known)

    def _node(self, name: str) -> yaml.Node:
        node = self._nodes.get(name)
        if node is None:
            raise ScenarioError(self.source, self._line, self._name(name), "is missing")
        return node

    def _scalar(self, name: str, default: T | None, read: Callable[[str], T]) -> T:
        if name not in self._nodes and default is not None:
            return default
        node = self._node(name)
        if not isinstance(node, yaml.ScalarNode):
            self.fail(name, "a single value is needed here")
        try:
            return read(str(node.value))
        except ValueError as error:
            self.fail(name, str(error))

    def _name(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _at(self, node: yaml.Node, name: str, problem: str) -> NoReturn:
        raise ScenarioError(self.source, node.start_mark.line + 1, self._name(name), problem)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    return value
