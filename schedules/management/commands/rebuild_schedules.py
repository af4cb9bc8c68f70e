"""`manage.py rebuild_schedules [--check] [--clinic ID]`: the read model again, or a proof that it is right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from patients.models import Clinic
from schedules.actions.rebuild import differences, rebuild_clinic


class Command(BaseCommand):
    help = "Evaluate every patient and store calendar, forecast and flags; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit with status 1 if anything differs"
        )
        parser.add_argument("--clinic", type=int, help="only this clinic, by its number")

    def handle(self, *, check: bool, clinic: int | None, **_: Any) -> None:
        clinics = Clinic.objects.order_by("pk")
        if clinic is not None:
            clinics = clinics.filter(pk=clinic)
            if not clinics:
                known = ", ".join(map(str, Clinic.objects.values_list("pk", flat=True)))
                raise CommandError(f"--clinic {clinic}: no such clinic; expected one of {known}")
        problems = [
            line for each in clinics for line in (self._check(each) if check else self._rebuild(each))
        ]
        for line in problems:
            self.stderr.write(line)
        if problems:
            raise SystemExit(1)
        self.stdout.write("Nothing differs." if check else "Done.")

    def _check(self, clinic: Clinic) -> list[str]:
        return list(differences(clinic))

    def _rebuild(self, clinic: Clinic) -> list[str]:
        def say(done: int, total: int) -> None:
            self.stdout.write(f"{clinic.name}: {done} of {total}", ending="\r" if done < total else "\n")

        failed = rebuild_clinic(clinic, progress=say)
        return [f"patient {pk} could not be evaluated: {why}" for pk, why in failed.items()]
