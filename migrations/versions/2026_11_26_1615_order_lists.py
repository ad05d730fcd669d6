"""Lists of a hundred thousand orders: words to search by, indexes for filters, saved views, changes of many at once.

Why: ILIKE over three tables and filters without an index read every order.
Locks: the indexes are built while writers of `work_order` wait, and the words of every order are written in the same
transaction: for a hundred thousand orders about a minute in all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

WORDS = (
    "CREATE INDEX ix_order_words_words ON order_words USING gin (words)",
    r"""
CREATE OR REPLACE FUNCTION search_plain(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT lower(normalize(left(said, 6000), NFKC)) $$
""",
    r"""
CREATE OR REPLACE FUNCTION search_tokens(said text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_catalog AS $$
DECLARE
    plain text := search_plain(said);
    found text[] := '{}';
    one text;
    former text := '';
    point integer;
BEGIN
    FOREACH one IN ARRAY string_to_array(plain, NULL) LOOP
        point := ascii(one);
        IF point BETWEEN 19968 AND 40959 OR point BETWEEN 11904 AND 12255 OR point BETWEEN 12352 AND 12543 OR point BETWEEN 13312 AND 19903 OR point BETWEEN 44032 AND 55215 OR point BETWEEN 63744 AND 64255 THEN
            found := array_append(found, one);
            IF former <> '' THEN
                found := array_append(found, former || one);
            END IF;
            former := one;
        ELSE
            former := '';
        END IF;
    END LOOP;
    FOR one IN SELECT left(run[1], 200) FROM regexp_matches(plain, '[a-z]+-[0-9]{4}-[0-9]+|[a-z0-9\u00df-\u024f\u0370-\u03ff\u0400-\u052f]+', 'g') AS run LOOP
        found := array_append(found, one);
        IF one LIKE '%-%' THEN
            one := substring(one, '[0-9]+$');
            found := array_append(found, one);
        END IF;
        IF one LIKE '0%' AND one ~ '^0+[1-9][0-9]*$' THEN
            found := array_append(found, ltrim(one, '0'));
        END IF;
    END LOOP;
    RETURN found;
END $$
""",
    r"""
CREATE OR REPLACE FUNCTION search_query(said text, labelled text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_catalog AS $$
    SELECT string_agg(DISTINCT word, ' & ')::tsquery FROM (
        SELECT quote_literal(substr(run[1], first, least(length(run[1]), 2))) AS word
            FROM regexp_matches(search_plain(said), '[\u4e00-\u9fff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\uac00-\ud7af\uf900-\ufaff]+', 'g') AS run,
                generate_series(1, greatest(length(run[1]) - 1, 1)) AS first
        UNION ALL SELECT quote_literal(left(run[1], 200)) || CASE WHEN length(run[1]) > 1 THEN ':*' ELSE '' END
            FROM regexp_matches(search_plain(said), '[a-z]+-[0-9]{4}-[0-9]+|[a-z0-9\u00df-\u024f\u0370-\u03ff\u0400-\u052f]+', 'g') AS run
        UNION ALL SELECT '''' || replace(replace('#' || label, '\', '\\'), '''', '''''') || ''''
            FROM unnest(labelled) AS label) AS words
$$
""",
    r"""
CREATE OR REPLACE FUNCTION order_words_write(ids uuid[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog AS $$
    INSERT INTO order_words (id, tenant_id, words)
    SELECT o.id, o.tenant_id, array_to_tsvector(
            search_tokens(concat_ws(' ', o.number, o.summary, o.description, c.name, s.name, a.name, a.asset_no,
                a.serial))
            || ARRAY(SELECT '#' || label FROM jsonb_array_elements_text(o.labels) AS label))
      FROM work_order o
      JOIN customer c ON c.id = o.customer_id
      JOIN site s ON s.id = o.site_id
      LEFT JOIN asset a ON a.id = o.asset_id
     WHERE o.id = ANY(ids)
    ON CONFLICT (id) DO UPDATE SET words = excluded.words WHERE order_words.words <> excluded.words
$$
""",
    r"""
CREATE OR REPLACE FUNCTION order_words_of_new() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
BEGIN
    PERFORM order_words_write(ARRAY(SELECT id FROM made));
    RETURN NULL;
END $$
""",
    r"""
CREATE OR REPLACE FUNCTION order_words_of_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
BEGIN
    PERFORM order_words_write(CASE TG_TABLE_NAME
        WHEN 'work_order' THEN ARRAY[NEW.id]
        WHEN 'customer' THEN ARRAY(SELECT id FROM work_order WHERE tenant_id = NEW.tenant_id AND customer_id = NEW.id)
        WHEN 'site' THEN ARRAY(SELECT id FROM work_order WHERE tenant_id = NEW.tenant_id AND site_id = NEW.id)
        ELSE ARRAY(SELECT id FROM work_order WHERE tenant_id = NEW.tenant_id AND asset_id = NEW.id) END);
    RETURN NULL;
END $$
""",
    r"""
CREATE OR REPLACE FUNCTION order_words_newest(wanted tsquery, tenant uuid, at_most integer)
RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 1000
SET search_path = public, pg_temp SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT w.id FROM order_words w WHERE w.tenant_id = tenant AND w.words @@ wanted ORDER BY w.id DESC LIMIT at_most
$$
""",
    r"""
CREATE OR REPLACE FUNCTION orders_matching(said text, labelled text[], at_most integer)
RETURNS TABLE (work_order_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp AS $$
DECLARE
    wanted tsquery := search_query(said, labelled);
    tenant uuid := NULLIF(current_setting('app.tenant_id', true), '')::uuid;
    hits uuid[] := ARRAY(
        SELECT w.id FROM order_words w WHERE w.words @@ wanted AND w.tenant_id = tenant LIMIT 10001);
BEGIN
    IF cardinality(hits) <= 10000 THEN
        RETURN QUERY SELECT hit FROM unnest(hits) AS hit ORDER BY hit DESC LIMIT at_most;
    ELSE
        RETURN QUERY SELECT * FROM order_words_newest(wanted, tenant, at_most);
    END IF;
END $$
""",
    "CREATE TRIGGER order_words_of_new AFTER INSERT ON work_order REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION order_words_of_new()",
    "CREATE TRIGGER order_words_of_changed AFTER UPDATE OF number, summary, description, labels, customer_id, site_id, asset_id ON work_order FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION order_words_of_changed()",
    "CREATE TRIGGER order_words_of_changed AFTER UPDATE OF name ON customer FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION order_words_of_changed()",
    "CREATE TRIGGER order_words_of_changed AFTER UPDATE OF name ON site FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION order_words_of_changed()",
    "CREATE TRIGGER order_words_of_changed AFTER UPDATE OF name, asset_no, serial ON asset FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION order_words_of_changed()",
    "REVOKE ALL ON FUNCTION orders_matching FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION orders_matching TO fieldhand_app",
)
FUNCTIONS = (
    "orders_matching",
    "order_words_newest",
    "order_words_of_changed",
    "order_words_of_new",
    "order_words_write",
    "search_query",
    "search_tokens",
    "search_plain",
)
TABLES = ("order_words", "saved_view", "order_batch", "order_batch_row")


def tenant_row() -> list[sa.Column]:
    return [
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    ]


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{other}.tenant_id", f"{other}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
        ondelete="CASCADE",
    )


def secure(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(
        f"CREATE POLICY tenant_rows ON \"{table}\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO fieldhand_app')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("queue", "priority", "work_type", "source"):
        op.create_index(f"ix_work_order_{name}", "work_order", ["tenant_id", name, "created_at", "id"])
    op.create_index(
        "ix_work_order_due",
        "work_order",
        ["tenant_id", sa.text("COALESCE(due_at, 'infinity'::timestamp with time zone)"), "id"],
    )
    op.create_index(
        "ix_work_order_substatus",
        "work_order",
        ["tenant_id", "substatus", "created_at", "id"],
        postgresql_where=sa.text("substatus IS NOT NULL"),
    )
    op.create_index(
        "ix_work_order_completed",
        "work_order",
        ["tenant_id", "completed_at", "id"],
        postgresql_where=sa.text("completed_at IS NOT NULL"),
    )
    op.create_table(
        "order_words",
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        *tenant_row(),
        *keys("order_words"),
        refers("order_words", "id", "work_order"),
    )
    op.create_table(
        "saved_view",
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *tenant_row(),
        *keys("saved_view"),
        sa.CheckConstraint("version > 0", name=op.f("ck_saved_view_version")),
    )
    op.create_index(
        "uq_saved_view_name",
        "saved_view",
        ["tenant_id", sa.text("COALESCE(owner_id, '00000000-0000-0000-0000-000000000000'::uuid)"), "name"],
        unique=True,
    )
    op.create_table(
        "order_batch",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *tenant_row(),
        *keys("order_batch"),
    )
    op.create_table(
        "order_batch_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("former", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("undone", sa.Text(), nullable=True),
        *tenant_row(),
        *keys("order_batch_row"),
        refers("order_batch_row", "batch_id", "order_batch"),
        refers("order_batch_row", "work_order_id", "work_order"),
        sa.UniqueConstraint(
            "tenant_id", "batch_id", "work_order_id", name=op.f("uq_order_batch_row_tenant_id_batch_id_work_order_id")
        ),
    )
    for table in TABLES:
        secure(table)
    for statement in WORDS:
        op.execute(statement)
    op.execute("SELECT order_words_write(ARRAY(SELECT id FROM work_order))")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER order_words_of_new ON work_order")
    for table in ("work_order", "customer", "site", "asset"):
        op.execute(f"DROP TRIGGER order_words_of_changed ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in ("queue", "priority", "work_type", "source", "due", "substatus", "completed"):
        op.drop_index(f"ix_work_order_{name}", "work_order")
