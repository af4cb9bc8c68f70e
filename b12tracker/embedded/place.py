"""Where the servers' files live.

`var/` is the record of everything. Data and binaries stand in it too, unless the servers must run as an
account that cannot get there (root's clone under a 0700 directory): then they stand in a directory of
their own under /var/lib, and `var/home` says which. No directory that was there before changes its mode.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from b12tracker.embedded.account import Account, give, service_account
from b12tracker.embedded.errors import EmbeddedError

OUTSIDE = Path("/var/lib")
# A socket's path may have 107 bytes on Linux and 103 on macOS; ours ends in "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_DIRECTORY = 80
SOCKET_PREFIX = "b12tracker-"


@dataclass(frozen=True)
class Place:
    """The directories of one embedded installation and the account its servers run as.

    var: records, logs, `embedded.env`; ours. home: secrets and what the account must reach; `var` itself
    where possible. account: None when the servers run as whoever started them. throwaway: for tests, all
    of it goes when they end.
    """

    var: Path
    home: Path
    account: Account | None
    throwaway: bool = False

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def records(self) -> Path:
        """What is true only while the servers run: pids, ports, the socket directory."""
        return self.var / "run"


def checkout() -> Path:
    """The directory that holds manage.py."""
    return Path(__file__).resolve().parents[2]


def var_directory() -> Path:
    """`var/` of this checkout, or B12_VAR."""
    return Path(os.environ.get("B12_VAR") or checkout() / "var").absolute()


def open_place(var: Path, *, outside: Path = OUTSIDE) -> Place:
    """Find the installation recorded in `var`, or make its directories.

    Raises EmbeddedError when `var` belongs to someone else or cannot be written.
    """
    _make(var, 0o700)
    if not os.access(var, os.W_OK | os.X_OK):
        raise EmbeddedError(f"{var} belongs to another user. Run as that user, or set B12_VAR.")
    recorded = _recorded_home(var)
    account = service_account((recorded or var) / "postgres")
    home = recorded or _choose_home(var, account, outside)
    place = Place(var=var, home=home, account=account)
    _make(home, 0o711)
    for directory in (place.logs, place.records):
        _make(directory, 0o700)
    return place


def throwaway_place(directory: Path) -> Place:
    """A place for test servers inside `directory`, which must be reachable by everyone's account."""
    place = Place(var=directory, home=directory, account=service_account(), throwaway=True)
    directory.chmod(0o711)
    for part in (place.logs, place.records):
        _make(part, 0o700)
    return place


def _recorded_home(var: Path) -> Path | None:
    record = var / "home"
    if not record.exists():
        return None
    home = Path(record.read_text().strip())
    if not home.is_dir():
        raise EmbeddedError(
            f"The data should be in {home} (says {record}), which does not exist. Restore it, or delete "
            f"{record} to begin with empty data."
        )
    return home


def _choose_home(var: Path, account: Account | None, outside: Path) -> Path:
    if account is None:
        return var
    var.chmod(0o711)  # ours, and made above: the account passes through, and lists nothing
    if account.can_enter(var):
        return var
    home = outside / f"b12tracker-{hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]}"
    _make(home, 0o711)
    (var / "home").write_text(f"{home}\n")
    return home


def _make(directory: Path, mode: int) -> None:
    if directory.is_dir():
        return
    try:
        directory.mkdir(mode=mode, parents=True)
    except OSError as error:
        raise EmbeddedError(f"Cannot make {directory}: {error.strerror}.") from error
    directory.chmod(mode)  # mkdir's mode passes through the umask


def make_socket_directory(place: Place) -> Path:
    """A new 0700 directory with a short path for PostgreSQL's socket, recorded in `run/sockets`.

    The one an interrupted run recorded is removed. Raises EmbeddedError when no temporary directory will do.
    """
    remove_socket_directory(place)
    usual = [tempfile.gettempdir(), "/tmp", "/var/tmp"]
    for parent in [str(place.home), *usual] if place.throwaway else usual:
        if len(os.fsencode(parent)) + 20 > LONGEST_SOCKET_DIRECTORY or not os.access(parent, os.W_OK):
            continue
        if place.account is not None and not place.account.can_enter(Path(parent)):
            continue
        directory = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
        give(directory, place.account)
        (place.records / "sockets").write_text(f"{directory}\n")
        return directory
    raise EmbeddedError("No temporary directory with a short path can be written; set TMPDIR to one.")


def remove_socket_directory(place: Place) -> None:
    """Remove the recorded socket directory, if it still looks like one of ours."""
    record = place.records / "sockets"
    if not record.exists():
        return
    directory = Path(record.read_text().strip())
    if directory.name.startswith(SOCKET_PREFIX) and not directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)
    record.unlink()
