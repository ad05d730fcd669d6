"""Row-level security and grants, derived from the metadata: one rule for every table."""

from collections.abc import Iterator

from sqlalchemy import Table

from kernel.db import CURRENT_TENANT, Base, Login

LOGIN_ROLES = {login: f"fieldhand_{login.value}" for login in Login}
ALL = "SELECT, INSERT, UPDATE, DELETE"


def security_ddl(table: Table) -> Iterator[str]:
    """Yield the statements that put a table behind its tenant's wall and grant it to the logins."""
    app, ingest = LOGIN_ROLES[Login.APP], LOGIN_ROLES[Login.INGEST]
    own = "id" if table.name == "tenant" else "tenant_id"
    if own in table.columns:
        yield f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table.name}" FORCE ROW LEVEL SECURITY'
        yield f'CREATE POLICY tenant_rows ON "{table.name}" USING ({own} = {CURRENT_TENANT})'
        if "ingest" in table.info:
            yield f'CREATE POLICY ingest_rows ON "{table.name}" TO {ingest} USING (true) WITH CHECK (true)'
    granted = app_grants(table)
    if granted:
        yield f'GRANT {granted} ON "{table.name}" TO {app}'
    if "ingest" in table.info:
        yield f'GRANT {table.info["ingest"]} ON "{table.name}" TO {ingest}'


def app_grants(table: Table) -> str:
    """Return what the `app` login may do with a table."""
    if table.name == "tenant":
        return "SELECT"
    if table.info.get("append_only"):
        return "SELECT, INSERT"
    return str(table.info.get("app", ALL))


def tenant_tables() -> list[Table]:
    """Return every table whose rows belong to a tenant."""
    return [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
