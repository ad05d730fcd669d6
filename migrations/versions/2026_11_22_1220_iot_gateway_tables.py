"""Devices, telemetry, cases.

Why: the first tables of this floor.
Locks: none that matter; every table is new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.db import Xid8

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "scorer_checkpoint",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scorer_checkpoint")),
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "scorer_checkpoint" TO fieldhand_ingest')
    op.create_table(
        "telemetry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("boot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("vals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("device_number", "ts", "boot", "seq", name=op.f("pk_telemetry")),
        postgresql_partition_by="RANGE (ts)",
    )
    op.execute('ALTER TABLE "telemetry" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "telemetry" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"telemetry\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "telemetry" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "telemetry" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT ON "telemetry" TO fieldhand_ingest')
    op.create_index(
        "ix_telemetry_batch",
        "telemetry",
        ["batch_id"],
        unique=False,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 8},
    )
    op.create_table(
        "telemetry_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("min_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_batch")),
    )
    op.execute('GRANT SELECT, INSERT, DELETE ON "telemetry_batch" TO fieldhand_ingest')
    op.create_index("ix_telemetry_batch_order", "telemetry_batch", ["xid", "id"], unique=False)
    op.create_table(
        "device",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tenant_slug", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("sampling_seconds", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("access_changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_age_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("max_ahead_seconds", sa.Integer(), server_default="600", nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("number", name=op.f("uq_device_number")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_device_tenant_id_number")),
    )
    op.execute('ALTER TABLE "device" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "device" TO fieldhand_app')
    op.execute('GRANT SELECT ON "device" TO fieldhand_ingest')
    op.create_index("ix_device_tenant_name", "device", ["tenant_id", "name"], unique=False)
    op.create_index("uq_device_name", "device", ["name"], unique=True)
    op.create_table(
        "telemetry_dead_letter",
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_telemetry_dead_letter_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_dead_letter")),
    )
    op.execute('ALTER TABLE "telemetry_dead_letter" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "telemetry_dead_letter" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"telemetry_dead_letter\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute(
        'CREATE POLICY ingest_rows ON "telemetry_dead_letter" TO fieldhand_ingest USING (true) WITH CHECK (true)'
    )
    op.execute('GRANT SELECT ON "telemetry_dead_letter" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT ON "telemetry_dead_letter" TO fieldhand_ingest')
    op.create_index(
        "ix_telemetry_dead_letter_list", "telemetry_dead_letter", ["tenant_id", "received_at", "id"], unique=False
    )
    op.create_table(
        "detector_profile",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_detector_profile_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_detector_profile_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detector_profile")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_detector_profile_tenant_id_id")),
    )
    op.execute('ALTER TABLE "detector_profile" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "detector_profile" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"detector_profile\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "detector_profile" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "detector_profile" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "detector_profile" TO fieldhand_ingest')
    op.create_index("uq_detector_profile", "detector_profile", ["device_id", "metric"], unique=True)
    op.create_table(
        "device_case",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "verifying",
                "recovered",
                "closed",
                name="casestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("p10_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("p50_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("p90_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("low_confidence", sa.Boolean(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verify_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verify_samples", sa.Integer(), server_default="120", nullable=False),
        sa.Column("verify_seconds", sa.Integer(), server_default="3600", nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recovery", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "finding",
            sa.Enum(
                "confirmed",
                "no_fault_found",
                "other",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("finding_note", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_device_case_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_case_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_case")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_case_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_case" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_case" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_case\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_case" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "device_case" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "device_case" TO fieldhand_ingest')
    op.create_index("ix_device_case_list", "device_case", ["tenant_id", "opened_at", "id"], unique=False)
    op.create_index(
        "uq_device_case_active",
        "device_case",
        ["device_id", "failure_group"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'verifying')"),
    )
    op.create_table(
        "device_command",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "acked",
                "failed",
                "expired",
                name="commandstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_device_command_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_command_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_command")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_command_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_command" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_command" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_command\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_command" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "device_command" TO fieldhand_app')
    op.execute('GRANT SELECT, UPDATE ON "device_command" TO fieldhand_ingest')
    op.create_index(
        "ix_device_command_waiting",
        "device_command",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sent')"),
    )
    op.create_table(
        "device_context",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("site_key", sa.Text(), nullable=True),
        sa.Column("group_path", sa.Text(), nullable=True),
        sa.Column("asset_name", sa.Text(), nullable=True),
        sa.Column("site_name", sa.Text(), nullable=True),
        sa.Column("criticality", sa.Text(), nullable=True),
        sa.Column("mute_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mute_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_device_context_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_context_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_context")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_context_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_context" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_context" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_context\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_context" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "device_context" TO fieldhand_app')
    op.execute('GRANT SELECT ON "device_context" TO fieldhand_ingest')
    op.create_index("uq_device_context", "device_context", ["device_id"], unique=True)
    op.create_table(
        "device_event",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("boot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_device_event_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", "ts", "boot", "seq", name=op.f("pk_device_event")),
    )
    op.execute('ALTER TABLE "device_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_event\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_event" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "device_event" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT ON "device_event" TO fieldhand_ingest')
    op.create_table(
        "scorer_state",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_scorer_state_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", name=op.f("pk_scorer_state")),
    )
    op.execute('ALTER TABLE "scorer_state" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "scorer_state" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"scorer_state\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "scorer_state" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "scorer_state" TO fieldhand_ingest')
    op.create_table(
        "telemetry_hour",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sample_count", sa.Integer(), nullable=False),
        sa.Column("means", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "expected", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "alarms", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_telemetry_hour_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", "hour", name=op.f("pk_telemetry_hour")),
    )
    op.execute('ALTER TABLE "telemetry_hour" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "telemetry_hour" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"telemetry_hour\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "telemetry_hour" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "telemetry_hour" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "telemetry_hour" TO fieldhand_ingest')
    op.create_table(
        "telemetry_last",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "vals", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("boot", sa.Integer(), nullable=True),
        sa.Column("firmware", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_telemetry_last_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", name=op.f("pk_telemetry_last")),
        postgresql_with={"fillfactor": 50},
    )
    op.execute('ALTER TABLE "telemetry_last" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "telemetry_last" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"telemetry_last\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "telemetry_last" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "telemetry_last" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "telemetry_last" TO fieldhand_ingest')
    op.create_index(
        "ix_telemetry_last_seen",
        "telemetry_last",
        ["last_seen_at"],
        unique=False,
        postgresql_where=sa.text("silent_at IS NULL"),
    )
    op.create_table(
        "telemetry_mark",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ts", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_telemetry_mark_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", "boot", name=op.f("pk_telemetry_mark")),
    )
    op.execute('ALTER TABLE "telemetry_mark" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "telemetry_mark" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"telemetry_mark\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "telemetry_mark" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "telemetry_mark" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "telemetry_mark" TO fieldhand_ingest')
    op.create_table(
        "case_evidence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["device_case.tenant_id", "device_case.id"],
            name=op.f("fk_case_evidence_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_evidence_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_evidence")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_case_evidence_tenant_id_id")),
    )
    op.execute('ALTER TABLE "case_evidence" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "case_evidence" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"case_evidence\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "case_evidence" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT ON "case_evidence" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT ON "case_evidence" TO fieldhand_ingest')
    op.create_index("uq_case_evidence", "case_evidence", ["case_id", "at", "metric"], unique=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_case_evidence", table_name="case_evidence")
    op.drop_table("case_evidence")
    op.drop_table("telemetry_mark")
    op.drop_index("ix_telemetry_last_seen", table_name="telemetry_last", postgresql_where=sa.text("silent_at IS NULL"))
    op.drop_table("telemetry_last")
    op.drop_table("telemetry_hour")
    op.drop_table("scorer_state")
    op.drop_table("device_event")
    op.drop_index("uq_device_context", table_name="device_context")
    op.drop_table("device_context")
    op.drop_index(
        "ix_device_command_waiting",
        table_name="device_command",
        postgresql_where=sa.text("state IN ('queued', 'sent')"),
    )
    op.drop_table("device_command")
    op.drop_index(
        "uq_device_case_active", table_name="device_case", postgresql_where=sa.text("state IN ('open', 'verifying')")
    )
    op.drop_index("ix_device_case_list", table_name="device_case")
    op.drop_table("device_case")
    op.drop_index("uq_detector_profile", table_name="detector_profile")
    op.drop_table("detector_profile")
    op.drop_index("ix_telemetry_dead_letter_list", table_name="telemetry_dead_letter")
    op.drop_table("telemetry_dead_letter")
    op.drop_index("uq_device_name", table_name="device")
    op.drop_index("ix_device_tenant_name", table_name="device")
    op.drop_table("device")
    op.drop_index("ix_telemetry_batch_order", table_name="telemetry_batch")
    op.drop_table("telemetry_batch")
    op.drop_index(
        "ix_telemetry_batch", table_name="telemetry", postgresql_using="brin", postgresql_with={"pages_per_range": 8}
    )
    op.drop_table("telemetry")
    op.drop_table("scorer_checkpoint")
