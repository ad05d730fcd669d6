from collections.abc import Generator

import pytest

from kernel.settings import get_settings


@pytest.fixture
def settings_of_a_test(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Settings that need no service; the ones of the environment come back afterwards."""
    for login in ("DATABASE_URL", "INGEST_DATABASE_URL", "SYSTEM_DATABASE_URL"):
        monkeypatch.setenv(f"FIELDHAND_{login}", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("FIELDHAND_REDIS_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("FIELDHAND_SECRET_KEY", "k" * 64)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
