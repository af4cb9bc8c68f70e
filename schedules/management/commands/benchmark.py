"""`manage.py benchmark --patients N [--rows …]`: speed next to its floor, in a database made and dropped for it."""

import json
import platform
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings
from django.utils import timezone

from schedules.benchmark import engine, nights, pages
from schedules.benchmark.database import own_database
from schedules.benchmark.measuring import Measured, table, timed
from schedules.benchmark.population import MEASURED, Population, populate

ROWS: dict[str, Callable[..., list[Measured]]] = {
    "today": pages.today,
    "patient": pages.patient,
    "log": pages.log,
    "evaluate": engine.evaluation,
    "rebuild": engine.rebuild,
    "sweep": nights.nights,
}


class Command(BaseCommand):
    help = "Measure pages, the engine and the sweep next to their floors, with N synthetic patients."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, default=10_000, help="at least 1000")
        parser.add_argument(
            "--rows", nargs="+", choices=list(ROWS), default=list(ROWS), help="what to measure"
        )
        parser.add_argument("--repeat", type=int, default=30, help="runs of each")
        parser.add_argument(
            "--json", type=Path, help="where to write the figures (default: var/benchmark.json)"
        )

    def handle(self, *, patients: int, rows: list[str], repeat: int, **options: Any) -> None:
        if patients < MEASURED or repeat < 1:
            raise CommandError(f"--patients must be at least {MEASURED}, --repeat at least 1")
        if settings.DATABASES["default"]["USER"] == settings.DATABASES["owner"]["USER"]:
            raise CommandError("DATABASE_ADMIN_URL must name the owner's role, which may create databases.")
        today = timezone.now().date()
        found: list[Population] = []
        with (
            own_database(f"benchmark_{patients}"),
            override_settings(**_settings()),
        ):
            took = timed(lambda: found.append(populate(patients, today=today)))
            self.stdout.write(f"{patients} synthetic patients loaded in {took / 1000:.1f} s")
            measured = [
                line for name in ROWS if name in rows for line in self._measure(name, found[0], repeat)
            ]
        self.stdout.write(table(measured))
        path = options["json"] or settings.VAR_DIR / "benchmark.json"
        path.write_text(json.dumps(_figures(patients, repeat, took, measured), indent=1) + "\n")
        self.stdout.write(f"Figures: {path}")

    def _measure(self, name: str, population: Population, repeat: int) -> list[Measured]:
        self.stdout.write(f"measuring {name} …")
        return ROWS[name](population, repeat=repeat)


def _settings() -> dict[str, Any]:
    """The bare views beside the project's own; static files by their plain names where none were collected yet."""
    changed: dict[str, Any] = {"ROOT_URLCONF": "schedules.benchmark.urls"}
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        changed["STORAGES"] = settings.STORAGES | {"staticfiles": plain}
    return changed


def _figures(patients: int, repeat: int, loading: float, measured: list[Measured]) -> dict[str, Any]:
    return {
        "patients": patients,
        "repeat": repeat,
        "at": timezone.now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "loading_ms": round(loading),
        "rows": [each.as_dict() for each in measured],
    }
