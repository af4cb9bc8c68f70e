"""A system of its own to break: both embedded servers, a web server, what a test adds to them, and a clinic in it."""

import http.cookiejar
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b12tracker.embedded import programs, valkey
from b12tracker.embedded.child import Child
from b12tracker.embedded.place import checkout, remove_socket_directory, throwaway_place
from b12tracker.embedded.postgres import DATABASE, wheel_directory
from b12tracker.embedded.servers import Servers, servers_in
from tests import databases

# As the tests themselves: static files without their manifest, which only a deployment has.
_WITHOUT_MANIFEST = "import pytest, gunicorn.app.wsgiapp as gunicorn; gunicorn.run()"


@dataclass
class System:
    """Servers, the web server and what `tests.faults.people` made."""

    servers: Servers
    environment: dict[str, str]
    web: Child
    url: str
    people: dict[str, Any]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command in it; its output and status."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=checkout(),
            env=self.environment,
            capture_output=True,
            text=True,
        )


@contextmanager
def running_system(**more: str) -> Iterator[System]:
    """The system for as long as the block lasts; `more` goes into its environment."""
    with tempfile.TemporaryDirectory(prefix="b12tracker-test-", dir=os.environ[databases.DIRECTORY]) as name:
        place = throwaway_place(Path(name))
        (Path(name) / "static").mkdir()
        servers = servers_in(place, durable=False)
        children: list[Child] = []
        try:
            servers.start()
            servers.postgres.ensure_roles()
            _copy_template(servers)
            environment = _plain() | servers.environment() | {"B12_VAR": name, "WEB_CONCURRENCY": "1"} | more
            people = _make_people(environment)
            port = valkey.free_port()
            web = programs.web(place, port, environment)
            web.command = [sys.executable, "-c", _WITHOUT_MANIFEST, *web.command[3:]]
            children.append(web)
            web.start()
            web.wait_ready(60)
            yield System(servers, environment, web, f"http://localhost:{port}", people)
        finally:
            for child in children:
                child.stop()
            servers.stop()
            remove_socket_directory(place)


def _plain() -> dict[str, str]:
    """Nothing of what the tests themselves run with."""
    ours = ("B12_", "DATABASE_", "REDIS_", "EMAIL_", "SECRET_", "PYTEST_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _copy_template(servers: Servers) -> None:
    """The migrated database of the tests, instead of replaying all migrations."""
    template = os.environ["B12_TEST_SUPERUSER_URL"].replace("/postgres?", f"/{databases.make_template()}?")
    programs_of = wheel_directory() / "bin"
    target = servers.postgres.url("postgres", DATABASE)
    with subprocess.Popen(
        [programs_of / "pg_dump", "--clean", "--if-exists", "-d", template], stdout=subprocess.PIPE
    ) as dump:
        subprocess.run(
            [programs_of / "psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", target],
            stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    assert dump.returncode == 0


def _make_people(environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.people"],
        cwd=checkout(), env=environment | {"DJANGO_SETTINGS_MODULE": "b12tracker.settings"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Answer:
    """What a browser gets, as the test client names it."""

    status_code: int
    content: bytes


class Browser:
    """A signed-in nurse over real HTTP, with the test client's `get` and `post`; follows no redirect."""

    def __init__(self, system: System) -> None:
        self.url = system.url
        self.jar = http.cookiejar.CookieJar()
        self.session = system.people["session"]
        self.opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, data: dict[str, str]) -> Answer:
        body = urllib.parse.urlencode(data).encode()
        return self._ask(urllib.request.Request(self.url + path, data=body, headers={"Origin": self.url}))

    def _ask(self, request: urllib.request.Request) -> Answer:
        csrf = "".join(f"; {each.name}={each.value}" for each in self.jar if each.name == "csrftoken")
        request.add_unredirected_header("Cookie", f"sessionid={self.session}{csrf}")
        try:
            with self.opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.read())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
