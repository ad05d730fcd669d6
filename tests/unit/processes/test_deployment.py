"""docker-compose.yml, Dockerfile, locks and examples agree with the code; no engine is needed to know."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.cli.main import COMMANDS
from kernel.processes.binaries import Program
from kernel.processes.broker import private_broker
from kernel.processes.layout import Layout
from kernel.processes.up import app_processes, more_gateways
from kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPS = {name: service for name, service in SERVICES.items() if service.get("image") == "fieldhand"}
SETTINGS = {f"FIELDHAND_{name.upper()}" for name in Settings.model_fields}
MACHINE = {
    *("FIELDHAND_DOMAIN", "FIELDHAND_BIND", "FIELDHAND_PYTHON", "FIELDHAND_NO_PACKAGES"),
    *(f"FIELDHAND_{login}_PASSWORD" for login in ("ADMIN", "APP", "INGEST", "SYSTEM", "REDIS", "MQTT_GATEWAY")),
}
"""Names that `./fieldhand` or docker compose read, and the program does not."""


@pytest.mark.parametrize("name", sorted(APPS))
def test_each_application_service_runs_a_subcommand_of_its_own_name(name: str) -> None:
    assert APPS[name]["command"][0] == name
    assert name in COMMANDS


def test_every_supervised_process_has_a_service() -> None:
    environment = {"FIELDHAND_HOST": "127.0.0.1", "FIELDHAND_PORT": "8000", "FIELDHAND_VAR_DIR": "/var/lib/fieldhand"}
    supervised = {process.name for process in app_processes(environment, simulate=True)}

    assert supervised | {"mobile", "migrate", "seed", "bootstrap", "ca"} == set(APPS)


def test_replicas_beyond_the_wanted_ones_empty_their_sessions() -> None:
    accounts = {f"gateway-{number}": f"secret-{number}" for number in (1, 2, 3)}

    second, third = more_gateways({"A": "b"}, accounts, wanted=2, step="migrate")

    assert (second.name, second.one_shot, second.command[-1]) == ("gateway-2", False, "gateway")
    assert second.environment["FIELDHAND_MQTT_GATEWAY_USER"] == "gateway-2"
    assert (third.name, third.one_shot, third.command[-2:]) == ("gateway-3-drain", True, ("gateway", "--drain"))
    assert third.environment["FIELDHAND_MQTT_GATEWAY_PASSWORD"] == "secret-3"
    assert more_gateways({}, {"gateway-1": "secret"}, wanted=1, step="migrate") == []


@pytest.mark.parametrize("name", sorted(APPS))
def test_services_set_what_settings_read(name: str) -> None:
    unknown = set(APPS[name]["environment"]) - SETTINGS

    assert unknown == set()


def test_required_settings_are_given_to_every_service() -> None:
    required = {f"FIELDHAND_{name.upper()}" for name, field in Settings.model_fields.items() if field.is_required()}

    assert required
    assert all(required <= set(service["environment"]) for service in APPS.values())


def test_only_the_bootstrap_sees_the_superuser() -> None:
    seeing = [name for name, service in APPS.items() if "FIELDHAND_ADMIN_DATABASE_URL" in service["environment"]]

    assert seeing == ["bootstrap"]


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = re.findall(r"\$\{(\w+)([^}]*)\}", text)
    secret = {name: rest for name, rest in used if re.search(r"PASSWORD|KEY|SECRET", name)}

    assert len(secret) >= 7
    assert {name for name, rest in secret.items() if not rest.startswith(":?") and rest != ":-"} == set(), "or none"


def test_generated_secrets_are_exactly_the_required_ones() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    script = (ROOT / "deploy/make-env.sh").read_text()
    listed = re.search(r"for name in ([\w ]+);", script)

    assert listed is not None
    assert {f"FIELDHAND_{name}" for name in listed[1].split()} == required


def test_dependencies_exist_and_can_become_true() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            condition = wait["condition"]
            assert other in SERVICES
            assert condition != "service_healthy" or "healthcheck" in SERVICES[other]
            assert condition != "service_completed_successfully" or SERVICES[other]["restart"] == "no"


def test_ports_are_those_of_the_settings() -> None:
    fields = Settings.model_fields
    environment = SERVICES["api"]["environment"]
    proxied = re.findall(r"reverse_proxy (\w+):(\d+)", (ROOT / "deploy/Caddyfile").read_text())

    assert dict(proxied) == {"mobile": str(fields["mobile_port"].default), "api": str(fields["port"].default)}
    assert environment["FIELDHAND_MQTT_PORT"] == str(fields["mqtt_port"].default)
    assert environment["FIELDHAND_MQTT_TLS_PORT"] == str(fields["mqtt_tls_port"].default)
    assert environment["FIELDHAND_MQTT_CERTIFICATE_PORT"] == str(fields["mqtt_certificate_port"].default)
    assert environment["FIELDHAND_MQTT_GATEWAY_PORT"] == str(fields["mqtt_gateway_port"].default)


def test_volumes_are_declared() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }

    assert used == set(COMPOSE["volumes"])


def test_everything_on_the_outside_is_bound_to_this_host_or_encrypted() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert all(
        port.startswith(("127.0.0.1:", "${FIELDHAND_BIND:-127.0.0.1}:")) or port in {"8883:8883", "8884:8884"}
        for port in published
    )


def directives(text: str) -> list[str]:
    """Return a broker configuration without comments, places and addresses."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    lines = [re.sub(r"^listener .*", "listener", line) for line in lines]
    lines = [re.sub(r"^(\w+) /.*/([\w.-]+)$", r"\1 \2", line) for line in lines]  # the same files elsewhere
    return [line for line in lines if not line.startswith(("persistence_location", "user "))]


def test_both_brokers_follow_the_same_rules(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    broker = private_broker(
        layout,
        Program(Path("/usr/sbin/mosquitto")),
        device_port=1883,
        gateway_port=1884,
        tls_port=8883,
        certificate_port=8884,
    )
    broker.make()

    ours = directives((broker.folder / "mosquitto.conf").read_text())

    assert ours == directives((ROOT / "deploy/mosquitto/mosquitto.conf").read_text())


def test_the_example_names_every_setting_and_nothing_else() -> None:
    named = set(re.findall(r"^#?(FIELDHAND_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    set_by_up = {"FIELDHAND_MOUNT_MOBILE", "FIELDHAND_WEB_DIST", "FIELDHAND_DATABASE_POOL_SIZE"}

    assert named - SETTINGS - MACHINE == set()
    assert SETTINGS - named - set_by_up == set()


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_a_python_lock_pins_by_hash_and_names_no_server(path: Path) -> None:
    text = path.read_text()

    assert "://" not in text
    assert "--hash=sha256:" in text


def test_the_lock_of_the_screens_pins_by_hash_and_names_no_server() -> None:
    packages = yaml.safe_load((ROOT / "web/package-lock.json").read_text())["packages"]
    fetched = [package for name, package in packages.items() if name and not package.get("link")]

    assert fetched
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in fetched)


@pytest.mark.parametrize("script", ["fieldhand", "deploy/mosquitto/entry.sh", "deploy/make-env.sh", ".ci/run"])
def test_scripts_parse_and_may_be_run(script: str) -> None:
    path = ROOT / script

    assert path.stat().st_mode & 0o111
    shell = "bash" if script == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0


def test_ci_runs_the_command_a_person_runs() -> None:
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "exec ./fieldhand test"


def test_the_image_holds_every_package_and_starts_the_program() -> None:
    text = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    packages = ("kernel", "inventory", "dispatch", "iot_gateway", "backend", "mobile_api", "firmware_sim", "migrations")

    assert all(f"COPY {name} {name}\n" in text and f"!{name}" in ignored for name in packages)
    assert '"backend.cli.main"' in text
    assert "USER 10001" in text
