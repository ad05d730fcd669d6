"""What a process does not need, it does not load."""

import subprocess
import sys

import pytest

HEAVY = {"statsmodels", "pandas", "scipy", "sklearn", "ortools", "numba", "firebase_admin"}


@pytest.mark.parametrize(
    "entry", ["backend.main.app", "mobile_api.app", "iot_gateway.gateway", "iot_gateway.scorer", "kernel.relay"]
)
def test_no_entry_point_loads_a_heavy_library(entry: str) -> None:
    code = f"import sys, {entry}; print(*sorted({HEAVY!r} & {{name.split('.')[0] for name in sys.modules}}))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.split() == []
