"""Short form of `python -m benchmarks kpi`: figures and recomputation agree to the digit on random histories."""

from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.kpi.histories import FIRST, histories
from benchmarks.kpi.run import a_tenant, differences, exported, write
from tests.conftest import Database

AS_OF = datetime(2026, 1, 9, 3, 17, tzinfo=UTC)


def test_figures_are_equal_to_a_recomputation_from_exported_events(database: Database, tmp_path: Path) -> None:
    tenant_id = a_tenant()
    write(tenant_id, histories(orders=200, days=100, seed=7, first=FIRST))
    exported(tenant_id, tmp_path)

    for first, last in ((date(2025, 10, 1), date(2025, 12, 31)), (date(2025, 12, 20), date(2026, 1, 31))):
        found = differences(tenant_id, tmp_path, first, last, as_of=AS_OF)
        assert {name: what for name, what in found.items() if what} == {}
        assert len(found) > 25
