"""What must be done before the programs start: schema, demonstration data, static files."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import Place, checkout
from b12tracker.embedded.process import spawn

LOG_INS_FILE = "demo_logins.txt"


class Preparation:
    """The steps in order; the static files are compressed (some ten seconds) beside the others."""

    def __init__(self, place: Place, environ: Mapping[str, str]) -> None:
        self.place = place
        self.environ = dict(environ) | {"B12_VAR": str(place.var)}
        self.log = place.logs / "setup.log"
        self._static: subprocess.Popen[bytes] | None = None
        self._digest = static_files_digest()

    def begin_static_files(self) -> None:
        """Start collecting and compressing, only when a static file or a package has changed."""
        record = self._static_record()
        if record.exists() and record.read_text() == self._digest:
            return
        self._static = self._manage("collectstatic", "--noinput", "--clear", "-v0")

    def finish_static_files(self, say: Callable[[str], None]) -> None:
        """Wait for them; raises EmbeddedError when they could not be made."""
        if self._static is None:
            return
        if self._static.poll() is None:
            say("Compressing static files (once, and after each change of them) …")
        self._wait(self._static, "collectstatic")
        self._static_record().write_text(self._digest)

    def prepare_database(self, values: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Migrate as the owner; load the demonstration into an empty database. Raises EmbeddedError."""
        self.environ |= values
        say("Migrating …")
        self._wait(self._manage("migrate", "--database=owner", "--noinput", "-v0"), "migrate")
        if any(checkout().glob("*/management/commands/load_demo.py")):
            say("Demonstration data …")
            self._wait(self._manage("load_demo"), "load_demo")

    def log_ins(self) -> str:
        """The demonstration's log-ins, as load_demo wrote them down."""
        path = self.place.var / LOG_INS_FILE
        return path.read_text().rstrip() if path.exists() else "(no demonstration log-ins in this database)"

    def _static_record(self) -> Path:
        return self.place.records / "static.digest"

    def _manage(self, *command: str) -> subprocess.Popen[bytes]:
        return spawn([sys.executable, "manage.py", *command], log=self.log, cwd=checkout(), env=self.environ)

    def _wait(self, process: subprocess.Popen[bytes], name: str) -> None:
        if process.wait():
            raise EmbeddedError(f"{name} failed: {_last_line(self.log)} (all of it: {self.log})")


def static_files_digest() -> str:
    """Changes when our own static files or any package's version do."""
    digest = hashlib.sha256((checkout() / "requirements.txt").read_bytes())
    for path in sorted((checkout() / "b12tracker" / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
