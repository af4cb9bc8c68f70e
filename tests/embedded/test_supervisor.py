"""The supervisor with real processes: what it starts again, when, and what it leaves behind (nothing)."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from b12tracker.embedded import lock
from b12tracker.embedded.child import Child
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.process import started_at
from b12tracker.embedded.supervisor import Supervisor, end_recorded
from tests.embedded.processes import gone, wait_for

FOR_A_MINUTE = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(60)",
]


def child(directory: Path, command: list[str], **more: object) -> Child:
    return Child("sleeper", command, log=directory / "log", cwd=directory, **more)


def pid_of(sleeper: Child) -> int:
    assert sleeper.process is not None
    return sleeper.process.pid


def test_a_killed_child_is_started_again_after_a_longer_pause_each_time(tmp_path: Path) -> None:
    now, said = [1000.0], []
    supervisor = Supervisor(tmp_path / "children.json", said.append, clock=lambda: now[0])
    sleeper = child(tmp_path, FOR_A_MINUTE)
    sleeper.start()
    supervisor.adopt(sleeper)
    try:
        for pause in (1, 2, 4):
            killed = pid_of(sleeper)
            os.kill(killed, signal.SIGKILL)
            wait_for(lambda: sleeper.ended() is not None)
            supervisor.look()
            assert f"killed by signal 9); starting it again in {pause} s" in said[-1]
            now[0] += pause - 0.1
            supervisor.look()
            assert pid_of(sleeper) == killed
            now[0] += 0.1
            supervisor.look()
            assert said[-1] == "sleeper started again"
            assert pid_of(sleeper) != killed
            recorded = json.loads((tmp_path / "children.json").read_text())
            assert recorded["sleeper"][0] == pid_of(sleeper)
    finally:
        supervisor.stop()
    assert not (tmp_path / "children.json").exists()


def test_a_child_that_lived_long_is_started_again_soon(tmp_path: Path) -> None:
    now, said = [0.0], []
    supervisor = Supervisor(tmp_path / "children.json", said.append, clock=lambda: now[0])
    sleeper = child(tmp_path, FOR_A_MINUTE)
    sleeper.start()
    supervisor.adopt(sleeper)
    try:
        for _ in range(3):
            now[0] += 61
            os.kill(pid_of(sleeper), signal.SIGKILL)
            wait_for(lambda: sleeper.ended() is not None)
            supervisor.look()
            assert "starting it again in 1 s" in said[-1]
            now[0] += 1
            supervisor.look()
    finally:
        supervisor.stop()


def test_stop_kills_a_child_that_does_not_listen(tmp_path: Path) -> None:
    deaf = child(tmp_path, DEAF, patience=0.3)
    deaf.start()
    pid = pid_of(deaf)
    wait_for(lambda: "deaf" in (tmp_path / "log").read_text())
    deaf.stop()
    assert gone(pid)


def test_a_child_that_ends_at_once_says_where_to_look(tmp_path: Path) -> None:
    broken = child(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"], answers=lambda: False)
    broken.start()
    with pytest.raises(EmbeddedError, match=r"sleeper ended at once \(status 3\); see .*log"):
        broken.wait_ready(10)
    broken.stop()


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (10 * 1024**2 + 1))
    speaker = child(tmp_path, [sys.executable, "-c", "print('new')"])
    speaker.start()
    wait_for(lambda: speaker.ended() == 0)
    assert (tmp_path / "log").read_text() == "new\n"
    assert (tmp_path / "log.1").stat().st_size > 10 * 1024**2
    speaker.stop()


def test_what_a_killed_supervisor_left_is_ended_and_strangers_are_not(tmp_path: Path) -> None:
    left = subprocess.Popen(FOR_A_MINUTE, start_new_session=True)
    stranger = subprocess.Popen(FOR_A_MINUTE, start_new_session=True)
    record = tmp_path / "children.json"
    began = started_at(left.pid)
    # The stranger holds a pid that belonged to one of ours before: the start time gives it away.
    record.write_text(json.dumps({"worker": [left.pid, began], "web": [stranger.pid, began - 3600]}))
    try:
        assert end_recorded(record) == ["worker"]
        assert left.wait(timeout=5) != 0
        assert stranger.poll() is None
        assert not record.exists()
    finally:
        stranger.kill()
        stranger.wait()


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from b12tracker.embedded.child import Child
from b12tracker.embedded.supervisor import Supervisor
here = Path({str(tmp_path)!r})
sleeper = Child("sleeper", {FOR_A_MINUTE!r}, log=here / "log", cwd=here)
sleeper.start()
Supervisor(here / "children.json", print).adopt(sleeper)
print(sleeper.process.pid, flush=True)
time.sleep(60)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    assert not gone(pid)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    if sys.platform != "linux":  # elsewhere nobody tells them that their parent died: the next start does
        end_recorded(tmp_path / "children.json")
    wait_for(lambda: gone(pid))


def test_the_second_start_learns_what_runs_and_a_stale_file_is_no_lock(tmp_path: Path) -> None:
    first = lock.Running(pid=1, doing="http://localhost:8000", since="2026-03-02 09:00+00:00")
    with lock.take(tmp_path, first), pytest.raises(lock.AlreadyRunning) as refused:
        lock.take(tmp_path, first)
    assert refused.value.running == first
    assert (tmp_path / lock.FILE_NAME).read_text() != ""
    second = lock.Running(pid=2, doing="http://localhost:8001", since="2026-03-03 09:00+00:00")
    with lock.take(tmp_path, second), pytest.raises(lock.AlreadyRunning) as refused:
        lock.take(tmp_path, first)
    assert refused.value.running == second
