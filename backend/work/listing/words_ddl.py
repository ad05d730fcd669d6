"""SQL that keeps the words of each order and looks them up.

Chinese is cut into characters and pairs of characters, so that no dictionary is needed; everything else into runs of
letters and digits. A number such as WO-2026-00042 is one word, and so are its digits. Labels are words behind a `#`.
Row-level security would keep a full-text index from being used, since its operators are not leakproof: looking up is
left to a function that runs as its owner and names the tenant itself.
"""

_RANGES = ((0x4E00, 0x9FFF), (0x2E80, 0x2FDF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
_HAN = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in _RANGES)
_IS_HAN = " OR ".join(f"point BETWEEN {first} AND {last}" for first, last in _RANGES)
_LETTERS = r"a-z0-9\u00df-\u024f\u0370-\u03ff\u0400-\u052f"
_NUMBER = "[a-z]+-[0-9]{4}-[0-9]+"
MOST_CHARACTERS = 6000
MOST_GATHERED = 10_000
"""So many orders with the words are fetched by their index; of more, the newest are met soon on the way back."""

PLAIN = f"""
CREATE OR REPLACE FUNCTION search_plain(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT lower(normalize(left(said, {MOST_CHARACTERS}), NFKC)) $$
"""

TOKENS = f"""
CREATE OR REPLACE FUNCTION search_tokens(said text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_catalog AS $$
DECLARE
    plain text := search_plain(said);
    found text[] := '{{}}';
    one text;
    former text := '';
    point integer;
BEGIN
    FOREACH one IN ARRAY string_to_array(plain, NULL) LOOP
        point := ascii(one);
        IF {_IS_HAN} THEN
            found := array_append(found, one);
            IF former <> '' THEN
                found := array_append(found, former || one);
            END IF;
            former := one;
        ELSE
            former := '';
        END IF;
    END LOOP;
    FOR one IN SELECT left(run[1], 200) FROM regexp_matches(plain, '{_NUMBER}|[{_LETTERS}]+', 'g') AS run LOOP
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
"""

QUERY = f"""
CREATE OR REPLACE FUNCTION search_query(said text, labelled text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_catalog AS $$
    SELECT string_agg(DISTINCT word, ' & ')::tsquery FROM (
        SELECT quote_literal(substr(run[1], first, least(length(run[1]), 2))) AS word
            FROM regexp_matches(search_plain(said), '[{_HAN}]+', 'g') AS run,
                generate_series(1, greatest(length(run[1]) - 1, 1)) AS first
        UNION ALL SELECT quote_literal(left(run[1], 200)) || CASE WHEN length(run[1]) > 1 THEN ':*' ELSE '' END
            FROM regexp_matches(search_plain(said), '{_NUMBER}|[{_LETTERS}]+', 'g') AS run
        UNION ALL SELECT '''' || replace(replace('#' || label, '\\', '\\\\'), '''', '''''') || ''''
            FROM unnest(labelled) AS label) AS words
$$
"""

WRITE = """
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
"""

OF_NEW = """
CREATE OR REPLACE FUNCTION order_words_of_new() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
BEGIN
    PERFORM order_words_write(ARRAY(SELECT id FROM made));
    RETURN NULL;
END $$
"""

OF_CHANGED = """
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
"""

NEWEST = """
CREATE OR REPLACE FUNCTION order_words_newest(wanted tsquery, tenant uuid, at_most integer)
RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 1000
SET search_path = public, pg_temp SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT w.id FROM order_words w WHERE w.tenant_id = tenant AND w.words @@ wanted ORDER BY w.id DESC LIMIT at_most
$$
"""

MATCHING = f"""
CREATE OR REPLACE FUNCTION orders_matching(said text, labelled text[], at_most integer)
RETURNS TABLE (work_order_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp AS $$
DECLARE
    wanted tsquery := search_query(said, labelled);
    tenant uuid := NULLIF(current_setting('app.tenant_id', true), '')::uuid;
    hits uuid[] := ARRAY(
        SELECT w.id FROM order_words w WHERE w.words @@ wanted AND w.tenant_id = tenant LIMIT {MOST_GATHERED + 1});
BEGIN
    IF cardinality(hits) <= {MOST_GATHERED} THEN
        RETURN QUERY SELECT hit FROM unnest(hits) AS hit ORDER BY hit DESC LIMIT at_most;
    ELSE
        RETURN QUERY SELECT * FROM order_words_newest(wanted, tenant, at_most);
    END IF;
END $$
"""

_WATCHED = {
    "work_order": "number, summary, description, labels, customer_id, site_id, asset_id",
    "customer": "name",
    "site": "name",
    "asset": "name, asset_no, serial",
}
TRIGGERS = (
    (
        "CREATE TRIGGER order_words_of_new AFTER INSERT ON work_order REFERENCING NEW TABLE AS made"
        " FOR EACH STATEMENT EXECUTE FUNCTION order_words_of_new()"
    ),
    *(
        f"CREATE TRIGGER order_words_of_changed AFTER UPDATE OF {columns} ON {table}"
        " FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION order_words_of_changed()"
        for table, columns in _WATCHED.items()
    ),
)

STATEMENTS = (
    "CREATE INDEX ix_order_words_words ON order_words USING gin (words)",
    PLAIN,
    TOKENS,
    QUERY,
    WRITE,
    OF_NEW,
    OF_CHANGED,
    NEWEST,
    MATCHING,
    *TRIGGERS,
    "REVOKE ALL ON FUNCTION orders_matching FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION orders_matching TO fieldhand_app",
)
