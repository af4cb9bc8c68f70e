"""`manage.py up`: what `make run` runs, for those who look for it among the commands."""

import os
import sys

from django.core.management.base import BaseCommand

from b12tracker.embedded import up
from b12tracker.embedded.place import var_directory
from b12tracker.embedded.servers import read_environment


class Command(BaseCommand):
    help = "Starts the whole system on this machine with embedded servers, and stops it on Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        # Settings have read `embedded.env` of the last start into the environment; the person set none of it.
        stale = read_environment(var_directory())
        sys.exit(up.main({name: value for name, value in os.environ.items() if stale.get(name) != value}))
