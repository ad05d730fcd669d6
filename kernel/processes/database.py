"""Making logins, database and PostGIS with a superuser's help: the same for a private cluster and one elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

APP, INGEST, SYSTEM = "fieldhand_app", "fieldhand_ingest", "fieldhand_system"

ROLE_OPTIONS: Mapping[str, str] = {
    APP: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    INGEST: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    SYSTEM: "NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS",
}


@dataclass(frozen=True)
class Passwords:
    """Passwords of the three logins."""

    app: str
    ingest: str
    system: str

    def of(self, role: str) -> str:
        """Return the password of a role."""
        return {APP: self.app, INGEST: self.ingest, SYSTEM: self.system}[role]


def bootstrap(admin_url: str, database: str, passwords: Passwords) -> None:
    """Make the logins, the database with PostGIS and its owner; a second run mends what is missing."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        make_roles(connection, passwords)
        make_database(connection, database)
    with psycopg.connect(with_database(admin_url, database), autocommit=True) as connection:
        prepare_database(connection, database)


def make_roles(connection: psycopg.Connection, passwords: Passwords) -> None:
    """Make the three login roles or set their passwords."""
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'fieldhand%'")}
    for role, options in ROLE_OPTIONS.items():
        verb = "ALTER" if role in known else "CREATE"
        statement = f"{verb} ROLE {{}} LOGIN {options} PASSWORD {{}}"
        connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(passwords.of(role))))


def make_database(connection: psycopg.Connection, database: str) -> None:
    """Make an empty database owned by the system login."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
    if found is None:
        # A managed server's administrator is no superuser and must belong to the role it gives a database to.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(SYSTEM)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(database), sql.Identifier(SYSTEM)
            )
        )


def prepare_database(connection: psycopg.Connection, database: str) -> None:
    """Install PostGIS and let the logins in, and nobody else."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    name = sql.Identifier(database)
    roles = sql.SQL(", ").join(map(sql.Identifier, ROLE_OPTIONS))
    for statement in (
        sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(SYSTEM)),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, roles),
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(name, roles),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(roles),
    ):
        connection.execute(statement)


def clone_database(admin_url: str, template: str, database: str) -> None:
    """Copy a database that nobody is connected to, with its owner and grants."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(database), sql.Identifier(SYSTEM), sql.Identifier(template)
            )
        )
        roles = sql.SQL(", ").join(map(sql.Identifier, ROLE_OPTIONS))
        rights = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
        connection.execute(rights.format(sql.Identifier(database), roles))


def with_database(url: str, database: str) -> str:
    """Return the same address with another database."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{quote(database)}").geturl()


def database_of(url: str) -> str:
    """Return the database that an address names."""
    return unquote(urlsplit(url).path.lstrip("/"))


def password_of(url: str) -> str:
    """Return the password that an address carries."""
    return unquote(urlsplit(url).password or "")


def login_url(server_url: str, role: str, password: str, database: str) -> str:
    """Return the address of a database on the same server for another login."""
    parts = urlsplit(server_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}", path=f"/{quote(database)}").geturl()
