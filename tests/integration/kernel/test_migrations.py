"""The schema has one way up, and going it again changes nothing."""

from sqlalchemy import text

from kernel import migrate
from kernel.db import Login, transaction
from tests.conftest import Database

PICTURE = text(
    "SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM ("
    " SELECT format('%s.%s %s %s', table_name, column_name, data_type, column_default) AS line"
    " FROM information_schema.columns WHERE table_schema = 'public'"
    " UNION ALL SELECT format('%s %s %s', tablename, policyname, qual) FROM pg_policies"
    " UNION ALL SELECT format('%s %s %s', grantee, table_name, privilege_type)"
    " FROM information_schema.role_table_grants WHERE table_schema = 'public') AS lines"
)


def picture() -> str:
    with transaction(Login.SYSTEM) as session:
        return str(session.scalar(PICTURE))


def test_a_second_upgrade_changes_nothing(fresh_database: Database) -> None:
    del fresh_database
    before = picture()

    migrate.upgrade()

    assert picture() == before
    assert migrate.differences() is None


def test_a_step_down_and_up_again_leads_to_the_same_schema(fresh_database: Database) -> None:
    del fresh_database
    before = picture()

    migrate.downgrade("-1")
    without = picture()
    migrate.upgrade()

    assert without != before
    assert picture() == before
