"""Alembic's entry: the system login, one transaction per migration, security statements in every draft."""

import re
from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.autogenerate import rewriter
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.pool import NullPool

from kernel.db import Login, Xid8, database_url
from kernel.schema import security_ddl
from kernel.settings import get_settings
from mobile_api.tables import METADATA

drafts = rewriter.Rewriter()


@drafts.rewrites(ops.CreateTableOp)
def add_security(
    migration: MigrationContext, revision: Iterable[str | None], op: ops.CreateTableOp
) -> list[MigrateOperation]:
    """Put a new table behind its tenant's wall, grant it, and run its extra statements."""
    del migration, revision
    table = METADATA.tables[op.table_name]
    statements = [*table.info.get("extra_ddl", ()), *security_ddl(table)]
    return [op, *(ops.ExecuteSQLOp(statement) for statement in statements)]


BY_HAND = "\n".join(statement for table in METADATA.tables.values() for statement in table.info.get("extra_ddl", ()))
PARTITION = re.compile(r"(telemetry|rollup_minute|rollup_hour)_p\d")
ischema_names["xid8"] = Xid8


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave PostGIS's own tables, partitions of the telemetry and its roll-ups, and indexes made by extra statements alone."""
    if name is None:
        return True
    if kind == "index":
        return name not in BY_HAND
    return kind != "table" or (name != "spatial_ref_sys" and PARTITION.match(name) is None)


def run() -> None:
    """Run the migrations with the system login."""
    engine = create_engine(database_url(get_settings(), Login.SYSTEM), poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            include_name=ours,
            transaction_per_migration=True,
            process_revision_directives=drafts,
            user_module_prefix=None,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
