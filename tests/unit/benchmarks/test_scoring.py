"""The measurement of the detectors, on a small fleet."""

from benchmarks import scoring


def test_the_whole_chain_is_measured_and_keeps_its_state_small(capsys) -> None:
    assert scoring.run(["--series", "1300", "--hours", "1"]) == 0

    lines = capsys.readouterr().out.splitlines()
    [size] = [line for line in lines if line.startswith("| state and profile in the arrays")]
    assert float(size.split("|")[2].split()[0]) <= 300
    assert any(line.startswith("| cases opened on these healthy machines | 0 ") for line in lines)
