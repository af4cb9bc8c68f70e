"""Generated passwords and the signing key: made once, kept beside the data in a 0600 file."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "keys.json"


@dataclass(frozen=True)
class Keys:
    """The passwords of one installation, by who signs in with them, and Django's signing key."""

    superuser: str
    owner: str
    app: str
    broker: str
    signing: str


def keys_in(home: Path) -> Keys:
    """The keys kept in `home`, generated on first use. Safe in addresses: letters, digits, `-` and `_`."""
    path = home / FILE_NAME
    if not path.exists():
        passwords = {name: secrets.token_urlsafe(24) for name in ("superuser", "owner", "app", "broker")}
        new = Keys(**passwords, signing=secrets.token_urlsafe(64))
        write_private(path, json.dumps(asdict(new), indent=1))
    return Keys(**json.loads(path.read_text()))


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only we can read it, and whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    half.rename(path)
