"""gunicorn's settings everywhere: `gunicorn -c b12tracker/gunicorn.py b12tracker.wsgi`."""

import os
from typing import Any

from gunicorn.glogging import Logger

# The longest part of an address that is a record's key (UUID); signed and secret links are longer.
_LONGEST_KEY = 36


class KeysOnly(Logger):
    """An access log that anyone may read: no query (searched names), no secret part of a link."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        atoms = super().atoms(resp, req, environ, request_time)
        atoms["U"] = "/".join(
            part if len(part) <= _LONGEST_KEY else "..." for part in str(environ.get("PATH_INFO")).split("/")
        )
        return atoms


bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
# Settings give web processes, and only them, a pool of database connections.
raw_env = ["B12_WEB=1"]
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(L)ss"
logger_class = KeysOnly
# It would be a socket in the home directory of whoever starts it.
control_socket_disable = True
