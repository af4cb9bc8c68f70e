"""Starting and ending child processes so that none outlives the supervisor."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from b12tracker.embedded.account import Account, identity

_PR_SET_PDEATHSIG = 1
# Loaded here, not between fork and exec, where loading a library may dead-lock.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    when_orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches the supervisor alone.

    On Linux the kernel sends `when_orphaned` to the child if the supervisor dies without a word
    (SIGKILL); call this from the main thread, as the kernel means the thread that started the child.
    Elsewhere the next start ends what was left (`end_leftovers`). Output is appended to `log`.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
            preexec_fn=_die_with_parent(when_orphaned),
            **identity(account),
        )


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What runs in the child after it has taken its account (changing it clears the request) and before
    exec; None where the kernel has no such request."""
    libc = _LIBC
    if libc is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and the request
            os._exit(1)

    return ask


def end(process: subprocess.Popen[bytes], *, polite: signal.Signals, patience: float) -> None:
    """End a child: `polite` first, SIGKILL for its whole session after `patience` seconds."""
    if process.poll() is None:
        _signal(process.pid, polite)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    kill_group(process.pid)
    process.wait()


def kill_group(leader: int) -> None:
    """SIGKILL what is left of the process group that `leader` led (pool processes of a killed worker)."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody left; macOS answers "not permitted" for a group of zombies


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def started_at(pid: int) -> float | None:
    """When the process began (epoch seconds), None when there is no such process. With the pid this
    names a process for good: a pid alone may have been given to a stranger since."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def end_leftovers(recorded: Mapping[str, tuple[int, float]], *, patience: float = 10.0) -> list[str]:
    """End children that an earlier supervisor left behind; returns their names.

    `recorded` maps a child's name to its pid and start time; a pid now held by another process is left
    alone. SIGINT, as PostgreSQL takes it for "disconnect everyone and stop"; then SIGKILL.
    """
    left = {name: pid for name, (pid, began) in recorded.items() if _same(pid, began)}
    for pid in left.values():
        _signal(pid, signal.SIGINT)
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up and any(_same(pid, recorded[name][1]) for name, pid in left.items()):
        time.sleep(0.05)
    for name, pid in left.items():
        if _same(pid, recorded[name][1]):
            kill_group(pid)
    return sorted(left)


def _same(pid: int, began: float) -> bool:
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - began) < 0.5 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
