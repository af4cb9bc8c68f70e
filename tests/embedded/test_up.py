"""`make run`, really run: refusals, a killed child, a killed supervisor, the next start."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from b12tracker.embedded.place import checkout
from b12tracker.embedded.valkey import free_port
from tests.embedded.processes import gone, wait_for

COMMAND = [sys.executable, "-m", "b12tracker.embedded.up"]
# What the tests themselves run with must not reach the program under test.
PLAIN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("B12_", "DATABASE_", "REDIS_", "EMAIL_", "SECRET_", "PYTEST_"))
}


def up(var: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `up` where it should refuse; its whole output and status."""
    return subprocess.run(
        COMMAND,
        cwd=checkout(),
        env=PLAIN | {"B12_VAR": str(var)} | environ,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.fixture
def reachable_var() -> Iterator[Path]:
    """A `var/` that an account of root's servers can enter, so that nothing is put under /var/lib."""
    with tempfile.TemporaryDirectory(prefix="b12tracker-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name) / "var"


def test_with_a_database_of_ones_own_it_names_the_production_commands(tmp_path: Path) -> None:
    done = up(tmp_path / "var", DATABASE_URL="postgres://someone@db.example/real")
    assert done.returncode == 1
    for command in ("migrate --database=owner", "collectstatic", "gunicorn -c", "worker", "beat"):
        assert command in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_busy_port_is_named_and_another_suggested(reachable_var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = up(reachable_var, PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    done = up(tmp_path / "var", PORT=port)
    assert done.returncode == 1
    assert done.stderr == f"PORT={port} is no port: give a number from 1 to 65535.\n"


class Running:
    """An `up` in the background and what it says."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.said = var.with_suffix(".said")
        with self.said.open("ab") as output:
            self.process = subprocess.Popen(
                COMMAND,
                cwd=checkout(),
                env=PLAIN | {"B12_VAR": str(var), "PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        self.wait_for(lambda: f"Ready: http://localhost:{self.port}" in self.said.read_text(), 180)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        give_up = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < give_up, self.said.read_text()
            time.sleep(0.1)

    def pids(self) -> dict[str, int]:
        recorded = json.loads((self.var / "run" / "children.json").read_text())
        return {name: pid for name, (pid, _) in recorded.items()}

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


@pytest.fixture
def running(reachable_var: Path) -> Iterator[Running]:
    system = Running(reachable_var, free_port())
    try:
        system.wait_until_ready()
        yield system
    finally:
        system.end()


def all_gone(pids: list[int]) -> bool:
    return all(gone(pid) for pid in pids)


@pytest.mark.slow
def test_the_whole_system_survives_kills_and_stops_without_a_trace(running: Running) -> None:
    second = up(running.var, PORT=str(free_port()))
    assert second.returncode == 1
    assert f"Already running: http://localhost:{running.port} (process {running.process.pid}" in second.stderr

    for name in ("worker", "scheduler", "Valkey", "PostgreSQL", "web server"):
        killed = running.pids()[name]
        os.kill(killed, signal.SIGKILL)
        running.wait_for(lambda name=name, killed=killed: running.pids()[name] != killed)
    running.wait_for(running.healthy)

    children = [
        child.pid for pid in running.pids().values() for child in psutil.Process(pid).children(recursive=True)
    ]
    everyone = [*running.pids().values(), *children]
    running.process.kill()
    running.process.wait()
    wait_for(lambda: all_gone(everyone), 30)

    running.said.unlink()
    again = Running(running.var, running.port)
    try:
        again.wait_until_ready()
        assert running.healthy()
        everyone = list(again.pids().values())
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(timeout=60) == 0
    finally:
        again.end()
    assert again.said.read_text().endswith("Stopped.\n")
    assert all_gone(everyone)
    assert not (running.var / "run" / "children.json").exists()
    assert not (running.var / "run" / "sockets").exists()
