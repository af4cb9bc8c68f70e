"""`manage.py load_demo [--fresh] [--today DATE] [--print-logins]`: the demonstration, in an embedded database only."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from schedules.demo.clinics import CLINICS, DOMAIN, PASSWORD, STAFF
from schedules.demo.load import empty, is_empty, is_loaded, load

LOG_INS_FILE = "demo_logins.txt"


class Command(BaseCommand):
    help = "Load two invented clinics with about sixty invented patients into an empty embedded database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="remove everything first, then load")
        parser.add_argument("--today", type=_date, help="the day on which it should stand (default: today)")
        parser.add_argument("--print-logins", action="store_true", help="only say how to sign in")

    def handle(self, *, fresh: bool, today: dt.date | None, print_logins: bool, **_: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "load_demo works in the embedded database of `make run` only; this one may hold real people."
            )
        if print_logins:
            self.stdout.write(log_ins())
            return
        if fresh:
            empty()
        if is_loaded():
            self.stdout.write("The demonstration is already there. `make demo-fresh` dates it from today.")
        elif not is_empty():
            self.stdout.write("The database is not empty: no demonstration loaded.")
            return
        else:
            for clinic, patients in load(today=today).items():
                self.stdout.write(f"{clinic}: {patients} invented patients")
        self._write_log_ins()

    def _write_log_ins(self) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        (settings.VAR_DIR / LOG_INS_FILE).write_text(log_ins() + "\n")
        self.stdout.write(log_ins())


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def log_ins() -> str:
    """How to sign in, one line for each person."""
    names = {clinic.key: clinic.name for clinic in CLINICS}
    lines = [f'Demonstration log-ins (password for all: "{PASSWORD}")']
    for person in STAFF:
        where = "; ".join(f"{', '.join(roles)} at {names[key]}" for key, roles in person.roles.items())
        lines.append(f"  {person.login + '@' + DOMAIN:<36} {person.name}, {where}")
    return "\n".join(lines)
