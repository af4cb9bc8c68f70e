"""One program the supervisor looks after: how it starts, when it is ready, how it ends."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from b12tracker.embedded.account import Account
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.process import end, spawn, started_at

_LARGEST_LOG = 10 * 1024**2  # bytes


@dataclass
class Child:
    """A program and its process, if it runs.

    answers: whether it does its work, asked after a start. stop_signal: what makes it finish cleanly;
    `patience` seconds later it is killed.
    """

    name: str
    command: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    answers: Callable[[], bool] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it. A log that grew large is put aside first, as `.1`; the one before goes."""
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.rename(self.log.with_name(self.log.name + ".1"))
        self.process = spawn(
            self.command,
            log=self.log,
            cwd=self.cwd,
            env=self.env,
            account=self.account,
            when_orphaned=self.stop_signal,
        )

    def wait_ready(self, seconds: float) -> None:
        """Wait until it answers; raises EmbeddedError when it ends or is silent for `seconds`."""
        give_up = time.monotonic() + seconds
        while self.answers is not None and not self.answers():
            if self.ended() is not None:
                raise EmbeddedError(f"{self.name} ended at once (status {self.ended()}); see {self.log}.")
            if time.monotonic() > give_up:
                raise EmbeddedError(f"{self.name} did not answer within {seconds:.0f} s; see {self.log}.")
            time.sleep(0.05)

    def ended(self) -> int | None:
        """The exit status (negative: the signal) of a process that ended; None while it runs."""
        return None if self.process is None else self.process.poll()

    def stop(self) -> None:
        """End it, politely first; nothing to do when it does not run."""
        if self.process is not None:
            end(self.process, polite=self.stop_signal, patience=self.patience)
            self.process = None

    def identity(self) -> tuple[int, float] | None:
        """Pid and start time: what names this process even after the pid went to another."""
        if self.process is None:
            return None
        began = started_at(self.process.pid)
        return None if began is None else (self.process.pid, began)
