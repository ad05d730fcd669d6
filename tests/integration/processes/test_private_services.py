"""Private services keep what they were given, and give each login what it needs and no more."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from kernel.processes import database as bootstrap
from kernel.processes.cli import app
from kernel.processes.resolve import Service
from kernel.processes.services import PrivateServices


@pytest.fixture
def server(cluster, run_folder: Path) -> Iterator[str]:
    """Return the administrator's address of the run's cluster; databases made by the test are dropped."""
    before = databases(cluster.admin_url)
    yield cluster.admin_url
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        for name in databases(cluster.admin_url) - before:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'own_%'")}


def passwords(cluster) -> bootstrap.Passwords:
    names = ("FIELDHAND_DATABASE_URL", "FIELDHAND_INGEST_DATABASE_URL", "FIELDHAND_SYSTEM_DATABASE_URL")
    app_login, ingest, system = (bootstrap.password_of(cluster.environment[name]) for name in names)
    return bootstrap.Passwords(app=app_login, ingest=ingest, system=system)


def test_a_database_elsewhere_is_made_ready_by_one_command(
    cluster, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"own_{secrets.token_hex(4)}"
    urls = {key: bootstrap.with_database(url, name) for key, url in cluster.environment.items() if "DATABASE" in key}
    for key, url in (urls | {"FIELDHAND_ADMIN_DATABASE_URL": server}).items():
        monkeypatch.setenv(key, url)

    answers = [CliRunner().invoke(app, ["bootstrap"]) for _ in range(2)]

    assert [answer.exit_code for answer in answers] == [0, 0], answers[0].output
    with psycopg.connect(urls["FIELDHAND_SYSTEM_DATABASE_URL"]) as system:
        system.execute("CREATE TABLE place (at geography)")
        assert system.execute("SELECT count(*) FROM place").fetchone() == (0,)


def test_logins_have_what_they_need_and_no_more(cluster, server: str) -> None:
    name = f"own_{secrets.token_hex(4)}"
    bootstrap.bootstrap(server, name, passwords(cluster))
    app_url = bootstrap.with_database(cluster.environment["FIELDHAND_DATABASE_URL"], name)

    with psycopg.connect(app_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE fieldhand_system")
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles"
            " WHERE rolname IN ('fieldhand_app', 'fieldhand_ingest', 'fieldhand_system') ORDER BY 1"
        ).fetchall()

    assert roles == [
        ("fieldhand_app", False, False),
        ("fieldhand_ingest", False, False),
        ("fieldhand_system", False, True),
    ]


def test_a_wrong_password_is_refused_on_loopback_too(cluster) -> None:
    url = cluster.environment["FIELDHAND_DATABASE_URL"]
    wrong = url.replace(bootstrap.password_of(url), "wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_data_ports_and_secrets_outlive_a_stop(run_folder: Path, worker_name: str) -> None:
    var = run_folder / f"{worker_name} kept"
    wanted = (Service.POSTGRES, Service.REDIS)
    with PrivateServices(var, wanted, ephemeral_ports=True) as services:
        first = dict(services.environment)
        with psycopg.connect(first["FIELDHAND_SYSTEM_DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE note (word text)")
            connection.execute("INSERT INTO note VALUES ('kept')")

    with PrivateServices(var, wanted, ephemeral_ports=True) as services:
        with psycopg.connect(services.environment["FIELDHAND_SYSTEM_DATABASE_URL"]) as connection:
            found = connection.execute("SELECT word FROM note").fetchall()

        assert dict(services.environment) == first
    assert found == [("kept",)]


def test_no_process_is_told_the_superusers_password(cluster) -> None:
    secret = bootstrap.password_of(cluster.admin_url)

    assert secret
    assert not any(secret in value for value in cluster.environment.values())


def test_a_killed_database_comes_back_by_itself(run_folder: Path, worker_name: str) -> None:
    with PrivateServices(run_folder / f"{worker_name} killed", (Service.POSTGRES,), ephemeral_ports=True) as services:
        url = services.environment["FIELDHAND_SYSTEM_DATABASE_URL"]
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS n")

        services.supervisor.signal("postgres", 9)
        while services.supervisor.restarts("postgres") == 0:
            time.sleep(0.02)
        services.supervisor.wait("postgres", timeout=30)

        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT n FROM note").fetchone() == (1,)
