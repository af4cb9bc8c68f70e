"""A database of its own for a benchmark: made by the owner's role, migrated, dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections

ALIASES = ("default", "owner")


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """Within it both roles speak to a new, migrated, empty database `name`; it is gone afterwards."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    try:
        _on_the_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        _use(dict.fromkeys(ALIASES, name))
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        yield
    finally:
        _on_the_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _use(before)


def _use(names: dict[str, str]) -> None:
    connections.close_all()
    for alias, name in names.items():
        connections[alias].settings_dict["NAME"] = name


def _on_the_server(*statements: str) -> None:
    """As the owner, outside any transaction and any of our databases."""
    _use({"owner": "postgres"})
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
