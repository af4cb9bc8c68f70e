"""The embedded servers, really started, where they are hard to start."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import Place, open_place, remove_socket_directory
from b12tracker.embedded.servers import Servers, read_environment, servers_in, write_environment


@pytest.fixture
def reachable(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A directory every account can enter, as /var/lib is."""
    with tempfile.TemporaryDirectory(prefix="b12tracker-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def place_in_private_long_directory(tmp_path: Path, reachable: Path) -> Place:
    """`var/` below a 0700 directory and in a path of more than 120 characters."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    return open_place(private / ("long" * 15) / ("long" * 15) / "var", outside=reachable)


@pytest.fixture
def servers(place_in_private_long_directory: Place) -> Iterator[Servers]:
    servers = servers_in(place_in_private_long_directory, durable=False)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
        remove_socket_directory(place_in_private_long_directory)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_servers_start_below_a_private_directory_and_a_long_path(
    servers: Servers, place_in_private_long_directory: Place, tmp_path: Path, reachable: Path
) -> None:
    place = place_in_private_long_directory
    assert len(str(place.var)) > 120
    # Root's servers run as an account that cannot come here, anybody else's as himself.
    assert place.home == (next(reachable.iterdir()) if os.geteuid() == 0 else place.var)
    assert mode(tmp_path / "private") == 0o700
    assert mode(place.data) == 0o700
    assert mode(servers.postgres.sockets) == 0o700
    assert mode(place.home / "keys.json") == 0o600
    for child in servers.children:
        assert child.process is not None
        assert psutil.Process(child.process.pid).uids().effective != 0
    assert servers.postgres.answers()
    assert servers.valkey.answers()


def test_both_roles_sign_in_and_only_with_what_they_need(servers: Servers) -> None:
    servers.postgres.ensure_roles()
    servers.postgres.ensure_roles()  # each start does it again
    with psycopg.connect(servers.postgres.url("b12_owner")) as owner:
        owner.execute("CREATE TABLE made_by_owner (id integer)")
    with psycopg.connect(servers.postgres.url("b12_app"), autocommit=True) as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE made_by_app (id integer)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM made_by_owner")
        roles = app.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname LIKE 'b12%' ORDER BY rolname"
        ).fetchall()
    assert roles == [("b12_app", False, False, False), ("b12_owner", False, True, False)]


def test_the_log_holds_no_row_and_no_statement(servers: Servers) -> None:
    with psycopg.connect(servers.postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE names (name text PRIMARY KEY)")
        connection.execute("INSERT INTO names VALUES ('Invented Person')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO names VALUES ('Invented Person')")
    text = servers.postgres_child.log.read_text()
    assert "duplicate key" in text
    assert "Invented" not in text


def test_the_data_are_there_the_next_time(tmp_path: Path, reachable: Path) -> None:
    for time in ("first", "second"):
        place = open_place(tmp_path / "var", outside=reachable)
        servers = servers_in(place, durable=False)
        try:
            servers.start()
            servers.postgres.ensure_roles()
            with psycopg.connect(servers.postgres.url("b12_owner")) as connection:
                if time == "first":
                    connection.execute("CREATE TABLE kept AS SELECT 'there' AS word")
                assert connection.execute("SELECT word FROM kept").fetchone() == ("there",)
        finally:
            servers.stop()
            remove_socket_directory(place)
        assert not servers.postgres.sockets.exists()


def test_data_that_moved_away_are_asked_for_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "home").write_text(f"{tmp_path / 'nowhere'}\n")
    with pytest.raises(EmbeddedError, match="The data should be in .*nowhere"):
        open_place(tmp_path)


def test_data_of_another_major_version_are_refused(tmp_path: Path, reachable: Path) -> None:
    place = open_place(tmp_path / "var", outside=reachable)
    place.data.mkdir()
    (place.data / "PG_VERSION").write_text("12\n")
    try:
        with pytest.raises(EmbeddedError, match="holds data of PostgreSQL 12"):
            servers_in(place)
    finally:
        remove_socket_directory(place)


def test_settings_read_what_the_servers_wrote(tmp_path: Path) -> None:
    assert read_environment(tmp_path) == {}
    values = {"DATABASE_URL": "postgresql://a:b@/c?host=/d", "B12_EMBEDDED": "1"}
    write_environment(tmp_path, values)
    assert read_environment(tmp_path) == values
    assert mode(tmp_path / "embedded.env") == 0o600
