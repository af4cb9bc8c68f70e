"""`manage.py create_manager --email … --name … --clinic …`: the first person who can sign in and invite others."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from b12tracker.accounts.actions import make_manager
from patients.models import Clinic
from patients.scope import clinic_scope


class Command(BaseCommand):
    help = "Make a manager of a clinic, and the clinic if there is none of that name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="what they sign in with")
        parser.add_argument("--name", required=True, help="what others read")
        parser.add_argument("--clinic", required=True, help="the clinic's name; made if it does not exist")
        parser.add_argument("--time-zone", default="Europe/London", help="of a clinic that is made")
        parser.add_argument(
            "--no-password", action="store_true", help="do not ask for a password: print a link that sets one"
        )

    def handle(self, *, email: str, name: str, clinic: str, no_password: bool, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"--email {email}: not an e-mail address") from error
        if not name.strip() or not clinic.strip():
            raise CommandError("--name and --clinic must not be empty")
        password = None if no_password else _ask_password()
        where = self._clinic(clinic.strip(), options["time_zone"])
        try:
            with clinic_scope([where.pk]):
                made = make_manager(clinic=where, email=email, name=name.strip(), password=password)
        except ValidationError as error:
            raise CommandError("The password is too weak. " + " ".join(error.messages)) from error
        self.stdout.write(f"{made.user.email} is a manager of {where.name}.")
        if made.link:
            self.stdout.write(f"To set the password, within three days:\n{made.link}")

    def _clinic(self, name: str, time_zone: str) -> Clinic:
        found = Clinic.objects.filter(name__iexact=name).first()
        if found is not None:
            return found
        if time_zone not in available_timezones():
            raise CommandError(f"--time-zone {time_zone}: not known; expected a name such as Europe/London")
        self.stdout.write(f"New clinic: {name} ({time_zone}). Its open days can be set on the clinic page.")
        return Clinic.objects.create(name=name, time_zone=time_zone)


def _ask_password() -> str | None:
    """Typed twice at a terminal; none when there is nobody to type."""
    if not sys.stdin.isatty():
        return None
    first = getpass.getpass("Password (empty: print a link that sets one): ")
    if not first:
        return None
    if getpass.getpass("The same again: ") != first:
        raise CommandError("The two passwords differ. Nothing was made.")
    return first
