"""`manage.py count_indicators [--clinic N]`: the indicators of the last months again, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Clinic
from schedules.actions.count_indicators import count_clinic


class Command(BaseCommand):
    help = "Count the indicators of every clinic's last 13 months and replace what was counted before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", type=int, help="only this clinic, by its number")

    def handle(self, *, clinic: int | None, **_: Any) -> None:
        clinics = Clinic.objects.order_by("pk")
        if clinic is not None:
            clinics = clinics.filter(pk=clinic)
            if not clinics:
                known = ", ".join(map(str, Clinic.objects.values_list("pk", flat=True)))
                raise CommandError(f"--clinic {clinic}: no such clinic; expected one of {known}")
        failed = {pk: why for each in clinics for pk, why in self._count(each).items()}
        for pk, why in failed.items():
            self.stderr.write(f"patient {pk} could not be evaluated: {why}")
        if failed:
            raise SystemExit(1)

    def _count(self, clinic: Clinic) -> dict[int, str]:
        def say(done: int, total: int) -> None:
            self.stdout.write(f"{clinic.name}: {done} of {total}", ending="\r" if done < total else "\n")

        return count_clinic(clinic, today=clinic.today(), now=timezone.now(), progress=say)
