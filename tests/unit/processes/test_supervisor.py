"""Order, readiness, restart, reverse stop; nothing outlives its supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.processes import supervisor as supervision
from kernel.processes.children import process_identity, sweep, write_record
from kernel.processes.layout import Layout
from kernel.processes.refusals import AlreadyRunning, ProcessFailed
from kernel.processes.supervisor import Process, State, Supervisor

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "var with a space")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


SLEEPS = python("import time; time.sleep(60)")


def writes(path: Path, word: str) -> str:
    return f"open({str(path)!r}, 'a').write({word + chr(10)!r});"


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    return process_identity(pid) is not None


def test_a_process_starts_only_after_those_it_names(layout: Layout, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    first = Process(
        name="first", command=python(f"import time; time.sleep(0.3); {writes(diary, 'first')}"), one_shot=True
    )
    second = Process(name="second", command=python(writes(diary, "second")), one_shot=True, after=("first",))

    with Supervisor(layout) as running:
        running.add(second, first)
        running.wait(timeout=60)

    assert diary.read_text().split() == ["first", "second"]


def test_processes_stop_in_reverse_order(layout: Layout, tmp_path: Path) -> None:
    diary = tmp_path / "diary"

    def noted(name: str) -> tuple[str, ...]:
        return python(
            "import signal, time\n"
            f"def end(*_):\n  {writes(diary, name)} raise SystemExit\n"
            f"signal.signal(signal.SIGTERM, end)\nopen({str(tmp_path / name)!r}, 'w')\ntime.sleep(60)"
        )

    with Supervisor(layout) as running:
        running.add(
            Process(name="base", command=noted("base"), ready=(tmp_path / "base").exists),
            Process(name="top", command=noted("top"), ready=(tmp_path / "top").exists, after=("base",)),
        )
        running.wait(timeout=60)

    assert diary.read_text().split() == ["top", "base"]


def test_a_process_that_dies_is_started_again(layout: Layout) -> None:
    with Supervisor(layout) as running:
        running.add(Process(name="worker", command=SLEEPS, ready=lambda: True))
        running.wait(timeout=60)
        before = running.pid("worker")

        running.signal("worker", signal.SIGKILL)

        assert eventually(lambda: running.pid("worker") not in {None, before})
        assert running.restarts("worker") == 1


@pytest.mark.parametrize(("forgiven_after", "failures"), [(0.0, [1, 1]), (1000.0, [1, 2])])
def test_only_a_process_that_was_ready_for_a_while_is_started_as_quickly_as_the_first_time(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, forgiven_after: float, failures: list[int]
) -> None:
    monkeypatch.setattr(supervision, "FORGIVEN_AFTER_SECONDS", forgiven_after)
    monkeypatch.setattr(supervision, "FIRST_BACKOFF_SECONDS", 0.01)
    counted = []
    with Supervisor(layout) as running:
        running.add(Process(name="worker", command=SLEEPS, ready=lambda: True))
        for kill in (1, 2):
            running.wait(timeout=60)
            running.signal("worker", signal.SIGKILL)
            assert eventually(lambda wanted=kill: running.restarts("worker") == wanted)
            counted.append(running._entries["worker"].failures)

    assert counted == failures


def test_a_process_that_never_gets_ready_is_given_up_with_the_end_of_its_log(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_BACKOFF_SECONDS", 0.01)
    with Supervisor(layout) as running:
        running.add(Process(name="broken", command=python("raise SystemExit('no such setting')")))

        with pytest.raises(ProcessFailed, match="no such setting"):
            running.wait(timeout=60)

        assert running.states() == {"broken": State.FAILED}


def test_a_process_nobody_can_ask_is_ready_when_its_log_says_so(layout: Layout) -> None:
    layout.make()
    (layout.log / "gateway.log").write_text("connected, but long ago\n")
    slow = python("import time; time.sleep(0.4); print('connected', flush=True); time.sleep(60)")
    with Supervisor(layout) as running:
        running.add(Process(name="gateway", command=slow, ready_line="connected"))
        assert eventually(lambda: running.states()["gateway"] is State.STARTING)

        running.wait(timeout=60)

    assert (layout.log / "gateway.log").read_text().endswith("start\nconnected\n")


def test_a_process_stopped_on_purpose_is_in_the_way_only_of_those_that_need_it(layout: Layout) -> None:
    still = python("import time; time.sleep(60)")
    with Supervisor(layout) as running:
        running.add(Process(name="a", command=still), Process(name="b", command=still))
        running.wait(timeout=60)
        running.stop_process("a")

        running.wait("b", timeout=60)
        running.add(Process(name="c", command=still, after=("a",)))

        with pytest.raises(ProcessFailed, match="a is stopped"):
            running.wait("c", timeout=60)


def test_a_failed_step_keeps_back_what_waits_for_it(layout: Layout, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    with Supervisor(layout) as running:
        running.add(
            Process(name="migrate", command=python("raise SystemExit(1)"), one_shot=True),
            Process(name="api", command=python(writes(mark, "api")), after=("migrate",)),
        )

        with pytest.raises(ProcessFailed):
            running.wait(timeout=60)

    assert not mark.exists()


def test_a_missing_program_is_a_failure_and_no_crash(layout: Layout) -> None:
    with Supervisor(layout) as running:
        running.add(Process(name="ghost", command=("/nonexistent/program",)))

        with pytest.raises(ProcessFailed, match="cannot start"):
            running.wait(timeout=60)


def test_a_process_that_will_not_listen_is_killed_with_its_children(layout: Layout, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    stubborn = python(
        "import signal, subprocess, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import signal, time;"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    with Supervisor(layout) as running:
        running.add(Process(name="stubborn", command=stubborn, ready=note.exists, stop_seconds=0.3))
        running.wait(timeout=60)
        time.sleep(0.2)
        pids = [running.pid("stubborn") or 0, int(note.read_text())]

    assert eventually(lambda: not any(map(is_running, pids)))


def test_a_second_supervisor_is_refused_the_same_folder(layout: Layout) -> None:
    with Supervisor(layout), pytest.raises(AlreadyRunning, match=str(os.getpid())), Supervisor(layout):
        pass


STARTS_TWO = """
import sys, time
from pathlib import Path
from kernel.processes.layout import Layout
from kernel.processes.supervisor import Process, Supervisor
sleeps = (sys.executable, "-S", "-c", "import time; time.sleep(60)")
with Supervisor(Layout(Path(sys.argv[1]))) as running:
    running.add(*(Process(name=name, command=sleeps, ready=lambda: True) for name in "ab"))
    running.wait()
    print(running.pid("a"), running.pid("b"), flush=True)
    time.sleep(60)
"""


def test_children_die_with_a_supervisor_that_is_killed(layout: Layout) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS_TWO, str(layout.var)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    children = [int(part) for part in parent.stdout.readline().split()]
    assert len(children) == 2
    assert all(map(is_running, children))

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert eventually(lambda: not any(map(is_running, children)))


def test_what_an_earlier_supervisor_left_is_ended_at_the_next_start(layout: Layout) -> None:
    layout.make()
    orphan = subprocess.Popen(SLEEPS, start_new_session=True)
    write_record(layout.run / "orphan.process.json", orphan.pid, signal.SIGTERM)

    ended = sweep(layout.run)

    assert ended == ["orphan"]
    assert orphan.wait(timeout=60) == -signal.SIGTERM


def test_another_process_that_got_the_same_number_is_left_alone(layout: Layout) -> None:
    layout.make()
    stranger = subprocess.Popen(SLEEPS, start_new_session=True)
    record = layout.run / "worker.process.json"
    write_record(record, stranger.pid, signal.SIGTERM)
    record.write_text(record.read_text().replace('"started": "', '"started": "9'))

    assert sweep(layout.run) == []
    assert is_running(stranger.pid)

    stranger.kill()
    stranger.wait()
