"""Keeps children running: starts one again that ended, waiting longer each time it ends young."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from b12tracker.embedded.child import Child
from b12tracker.embedded.keys import write_private
from b12tracker.embedded.process import end_leftovers, kill_group

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_GROWN_UP = 60.0  # seconds of life after which an end counts as the first again
_TICK = 0.2


@dataclass
class _Watch:
    """One supervised child: when it started, and when it may start again if it ended."""

    child: Child
    started: float
    pause: float = _FIRST_PAUSE
    again_at: float | None = None


@dataclass
class Supervisor:
    """Looks after children until `stop`. `record` is the file of pids that the next start reads to end
    what a killed supervisor left. `say` prints one line; `clock` is monotonic seconds."""

    record: Path
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _watches: list[_Watch] = field(default_factory=list)

    def adopt(self, child: Child) -> None:
        """Look after a child that has been started."""
        self._watches.append(_Watch(child, started=self.clock()))
        self._write_record()

    def run(self, until: Callable[[], bool]) -> None:
        """Look after the children until `until` says so."""
        while not until():
            self.look()
            time.sleep(_TICK)

    def look(self) -> None:
        """One round: notice who ended, start again who has waited long enough."""
        for watch in self._watches:
            if watch.again_at is None:
                self._notice(watch)
            elif self.clock() >= watch.again_at:
                self._start_again(watch)

    def _notice(self, watch: _Watch) -> None:
        status = watch.child.ended()
        if status is None:
            return
        if watch.child.process is not None:
            kill_group(watch.child.process.pid)
        now = self.clock()
        if now - watch.started > _GROWN_UP:
            watch.pause = _FIRST_PAUSE
        watch.again_at = now + watch.pause
        self.say(
            f"{watch.child.name} ended ({_reason(status)}); starting it again in {watch.pause:.0f} s "
            f"(log: {watch.child.log})"
        )
        watch.pause = min(watch.pause * 2, _LONGEST_PAUSE)

    def _start_again(self, watch: _Watch) -> None:
        watch.again_at = None
        watch.started = self.clock()
        watch.child.start()
        self._write_record()
        self.say(f"{watch.child.name} started again")

    def stop(self) -> None:
        """End all, the last adopted first: nobody loses the server under his feet."""
        for watch in reversed(self._watches):
            watch.child.stop()
        self._watches.clear()
        self.record.unlink(missing_ok=True)

    def _write_record(self) -> None:
        pids = {watch.child.name: watch.child.identity() for watch in self._watches}
        alive = {name: identity for name, identity in pids.items() if identity}
        write_private(self.record, json.dumps(alive))


def _reason(status: int) -> str:
    return f"killed by signal {-status}" if status < 0 else f"status {status}"


def end_recorded(record: Path) -> Sequence[str]:
    """End the children of a supervisor that was killed; returns their names."""
    if not record.exists():
        return []
    recorded = {
        name: (int(pid), float(began)) for name, (pid, began) in json.loads(record.read_text()).items()
    }
    names = end_leftovers(recorded)
    record.unlink()
    return names
