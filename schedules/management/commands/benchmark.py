"""`manage.py benchmark --patients N`: each piece of work next to its floor, in a database of its own."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from schedules.benchmark import population, work
from schedules.benchmark.measuring import table

SMALLEST = 1_000


class Command(BaseCommand):
    help = "Load N synthetic patients into a throw-away database and measure, each row beside its floor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, default=10_000)
        parser.add_argument("--json", type=Path, help="also write the rows to this file")

    def handle(self, *, patients: int, json: Path | None, **_: Any) -> None:
        if patients < SMALLEST:
            raise CommandError(f"--patients {patients}: expected at least {SMALLEST}")
        name = f"b12_benchmark_{os.getpid()}"
        home = connections["owner"].settings_dict["NAME"]
        with connections["owner"].cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            _use(name)
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            self._measure(patients, json)
        finally:
            _use(home)
            with connections["owner"].cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _measure(self, patients: int, path: Path | None) -> None:
        self.stdout.write(f"Loading {patients} synthetic patients …")
        clinics, user = population.people_and_clinics(patients)
        made = population.make_prototypes(clinics[0], user)
        population.copy_prototypes(made, clinics, patients)
        rows = [
            *work.pages(clinics[0], user),
            work.log_injection(clinics[0], user),
            work.evaluate_one(),
            *work.nightly_sweep(clinics, patients),
        ]
        self.stdout.write(table(rows))
        self.stdout.write(work.rebuild(clinics[0], min(patients, population.SMALL_CLINIC)))
        if path:
            path.write_text(json.dumps([row.as_json() for row in rows], indent=1))


def _use(name: str) -> None:
    """Let both aliases speak to database `name`."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
