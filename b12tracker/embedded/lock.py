"""One `up` at a time for each `var/`: a lock that the kernel drops when its holder dies.

So a stale pid file cannot exist; what the file says is for people only.
"""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

FILE_NAME = "up.lock"


@dataclass(frozen=True)
class Running:
    """What the holder says of itself. doing: in words that complete "already running: …"."""

    pid: int
    doing: str
    since: str


class AlreadyRunning(Exception):
    """Another process holds the lock; `running` is what it says, or None in its first moments."""

    def __init__(self, running: Running | None) -> None:
        super().__init__(running)
        self.running = running


def take(var: Path, running: Running) -> IO[str]:
    """Take the lock and say who we are. Keep the file open for as long as we run: closing it lets go.

    Raises AlreadyRunning.
    """
    path = var / FILE_NAME
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(_read(path)) from None
    file.truncate(0)
    file.write(json.dumps(asdict(running)))
    file.flush()
    return file


def _read(path: Path) -> Running | None:
    text = path.read_text()
    return Running(**json.loads(text)) if text else None
