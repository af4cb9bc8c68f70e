"""The account the servers run as. PostgreSQL refuses root, and nothing here needs it."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b12tracker.embedded.errors import EmbeddedError

# Accounts that systems have anyway; none is ever added. A packaged PostgreSQL's own comes first: it is
# meant to own database files, while many unrelated programs may run as nobody.
EXISTING_ACCOUNTS = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A low-privilege account that root starts the servers as."""

    name: str
    uid: int
    gid: int

    def can_enter(self, directory: Path) -> bool:
        """Whether this account may change into `directory`: tried for real, as modes are not the whole
        truth (access lists, namespaces, read-only mounts)."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])

    def can_run(self, binary: Path) -> bool:
        """Whether this account may run `binary` and finds its libraries (it is asked for its version)."""
        return self._succeeds([str(binary), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, **identity(self)
            )
        except PermissionError:
            return False
        return done.returncode == 0


def identity(account: Account | None) -> dict[str, Any]:
    """What subprocess needs to run a program as `account`, without any group of ours."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def service_account(data: Path | None = None) -> Account | None:
    """The account the servers run as, or None for "whoever started this" (everyone but root).

    Started as root, the owner of an existing `data` directory wins, so data made under one account stay
    readable when another becomes available later. Raises EmbeddedError when no account will do.
    """
    if os.geteuid() != 0:
        return None
    if data is not None and data.exists():
        owner = data.stat().st_uid
        if owner != 0:
            return _account(pwd.getpwuid(owner))
    for name in EXISTING_ACCOUNTS:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and none of the accounts {', '.join(EXISTING_ACCOUNTS)} exists. "
        "Start this as another user."
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; nothing to do when the servers run as ourselves."""
    if account is not None:
        os.chown(path, account.uid, account.gid)
