"""Scenario files: YAML in, a checked `Scenario` out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from firmware_sim.errors import ScenarioError
from firmware_sim.faults import FAULT_MODES
from firmware_sim.fields import Fields
from firmware_sim.lures import LURES, LureKind
from firmware_sim.machines import MACHINES
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, LureSpec, Scenario, models_of

SHIPPED = Path(__file__).parent / "scenarios"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_RANGE = re.compile(r"(.*)\{(\d{1,5})\.\.(\d{1,5})\}(.*)")
_MOST_DEVICES = 10_000
_FINE = {"sampling", "noise", "missing", "spikes"}
_TOP = {
    "name", "history", "live", "utc_offset_hours", "defaults", "devices", "faults", "lures"
}  # fmt: skip
_FAULT = {"device", "mode", "onset", "failure", "severity", "metric"}
_LURE = {"device", "devices", "kind", "at", "lasts", "size"}


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file; a bare name such as `demo` or `demo.yaml` is one of those shipped.

    Raises:
        ScenarioError: the file cannot be read or is not a scenario.
    """
    if not path.exists() and len(path.parts) == 1:
        shipped = SHIPPED / path.with_suffix(".yaml").name
        path = shipped if shipped.exists() else path
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ScenarioError(str(path), 0, "", reason.lower()) from error
    except UnicodeDecodeError as error:
        raise ScenarioError(str(path), 0, "", "the file is not UTF-8 text") from error
    return parse_scenario(text, path.name)


def parse_scenario(text: str, source: str = "scenario") -> Scenario:
    """Return the scenario written in `text`; `source` names it in complaints.

    Raises:
        ScenarioError: with the line and field at fault.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(source, line, "", f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ScenarioError(source, 1, "", "not YAML: unreadable characters") from error
    if node is None:
        raise ScenarioError(source, 1, "", "the file is empty")
    top = Fields(source, node, "", _TOP)
    defaults = DeviceSpec(name="", model="")
    if top.has("defaults"):
        defaults = _fine(top.mapping("defaults", _FINE), defaults)
    devices = _devices(top, defaults)
    models = {device.name: device.model for device in devices}
    return Scenario(
        name=top.text("name", Path(source).stem),
        devices=devices,
        faults=tuple(_fault(fields, models) for fields in top.each("faults", _FAULT)),
        lures=tuple(_lure(fields, models) for fields in top.each("lures", _LURE)),
        history=top.span("history", 21 * DAY),
        live_seconds=top.span("live", 1.0, least=0.05),
        utc_offset_hours=top.number("utc_offset_hours", 8.0, low=-12, high=14),
        defaults=defaults,
    )


def _fine(fields: Fields, base: DeviceSpec) -> DeviceSpec:
    return replace(
        base,
        sampling_seconds=fields.span("sampling", base.sampling_seconds, least=0.05),
        noise=fields.number("noise", base.noise, low=0, high=100),
        missing=fields.number("missing", base.missing, low=0, high=0.9),
        spikes=fields.number("spikes", base.spikes, low=0, high=0.5),
    )


def _devices(top: Fields, defaults: DeviceSpec) -> tuple[DeviceSpec, ...]:
    found: dict[str, DeviceSpec] = {}
    for fields in top.each("devices", _FINE | {"name", "model"}):
        model = fields.choice("model", MACHINES)
        pattern = fields.text("name")
        for name in _names(fields, pattern):
            if name in found:
                fields.fail("name", f"{name!r} is listed twice")
            found[name] = _fine(fields, replace(defaults, name=name, model=model))
        if len(found) > _MOST_DEVICES:
            fields.fail("name", f"more than {_MOST_DEVICES} devices")
    return tuple(found.values())


def _names(fields: Fields, pattern: str) -> Iterator[str]:
    ranged = _RANGE.fullmatch(pattern)
    if ranged is None:
        names = [pattern]
    else:
        before, first, last, after = ranged.groups()
        if int(first) > int(last):
            fields.fail("name", f"the range {first}..{last} runs backwards")
        names = [f"{before}{n:0{len(first)}d}{after}" for n in range(int(first), int(last) + 1)]
    for name in names:
        if not _NAME.fullmatch(name):
            fields.fail("name", f"{name!r} is no device name (small letters, digits, hyphens)")
        yield name


def _known(fields: Fields, field: str, name: str, models: dict[str, str]) -> str:
    if name not in models:
        fields.fail(field, f"{name!r} is not among the devices of this scenario")
    return models[name]


def _fault(fields: Fields, models: dict[str, str]) -> FaultSpec:
    device = fields.text("device")
    model = _known(fields, "device", device, models)
    mode = fields.choice("mode", FAULT_MODES)
    if model not in models_of(mode):
        able = ", ".join(models_of(mode))
        fields.fail("mode", f"a {model} cannot have {mode}; it happens to: {able}")
    onset, failure = fields.offset("onset"), fields.offset("failure")
    if failure <= onset:
        fields.fail("failure", "must come after the onset")
    metric = fields.text("metric", "")
    if metric and not FAULT_MODES[mode].any_metric:
        able = ", ".join(name for name, known in FAULT_MODES.items() if known.any_metric)
        fields.fail("metric", f"{mode} has metrics of its own; those that take one: {able}")
    if metric and metric not in MACHINES[model].names:
        fields.fail("metric", f"a {model} has no metric {metric!r}")
    severity = fields.number("severity", 6.0, low=0.1, high=100)
    return FaultSpec(device, mode, onset, failure, severity, metric)


def _lure(fields: Fields, models: dict[str, str]) -> LureSpec:
    if fields.has("device") == fields.has("devices"):
        fields.fail("device", "name either one device or a list under devices")
    field = "device" if fields.has("device") else "devices"
    names = fields.texts(field)
    if names == ("all",):
        names = tuple(models)
    for name in names:
        _known(fields, field, name, models)
    kind = LureKind(fields.choice("kind", [kind.value for kind in LureKind]))
    lasts = fields.span("lasts", LURES[kind].lasts_seconds, least=1.0)
    size = fields.number("size", 1.0, low=-10, high=10)
    return LureSpec(names, kind, fields.offset("at"), lasts, size)
