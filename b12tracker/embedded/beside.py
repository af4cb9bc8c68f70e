"""One command beside the embedded servers: `python -m b12tracker.embedded.beside -- COMMAND …`.

Beside a running `up` it just runs; else the servers are started for it, and stopped after it.
"""

import os
import subprocess
import sys

from b12tracker.embedded import lock
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import Place, open_place, remove_socket_directory, var_directory
from b12tracker.embedded.servers import servers_in, write_environment
from b12tracker.embedded.supervisor import end_recorded
from b12tracker.embedded.up import PRODUCTION, ourselves


def main(arguments: list[str]) -> int:
    """Run the command after `--`; returns its exit status."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("usage: python -m b12tracker.embedded.beside -- COMMAND …", file=sys.stderr)
        return 2
    if "DATABASE_URL" in os.environ:
        print(PRODUCTION, file=sys.stderr)
        return 1
    try:
        place = open_place(var_directory())
        with lock.take(place.var, ourselves(f"the servers, for `{' '.join(command)}`")):
            return _beside_own_servers(place, command)
    except lock.AlreadyRunning:
        return subprocess.run(command).returncode
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def _beside_own_servers(place: Place, command: list[str]) -> int:
    end_recorded(place.records / "children.json")
    servers = servers_in(place)
    try:
        servers.start()
        servers.postgres.ensure_roles()
        write_environment(place.var, servers.environment())
        return subprocess.run(command).returncode
    finally:
        servers.stop()
        remove_socket_directory(place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
