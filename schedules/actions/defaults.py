"""Change a clinic's defaults of the guideline: shown first what it would change, kept as a version, then rebuilt."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Max

from patients.models import Clinic, ClinicDefaults, Patient
from schedules.facts import defaults_from, facts_for
from schedules.rules.defaults import Defaults
from schedules.rules.evaluate import evaluate
from schedules.rules.results import Evaluation


class UnchangedError(Exception):
    """The new value is the one in force."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What changing defaults would do in a clinic today: of `patients`, how many calendars and flags would differ."""

    patients: int
    calendars: int
    flags: int


def values_in_force(clinic: Clinic) -> dict[str, str]:
    """The clinic's changed defaults, by field name; empty if all are as specified."""
    newest = ClinicDefaults.objects.filter(clinic=clinic).order_by("-version").first()
    return dict(newest.values) if newest else {}


def effect_of(clinic: Clinic, defaults: Defaults) -> Effect:
    """Evaluate every patient of the clinic with the defaults in force and with `defaults`; writes nothing."""
    patients = list(Patient.objects.filter(clinic=clinic).select_related("clinic"))
    today, calendars, flags = clinic.today(), 0, 0
    for facts in facts_for(patients).values():
        now = evaluate(facts, as_of=today)
        then = evaluate(replace(facts, defaults=defaults), as_of=today)
        calendars += _dates(now) != _dates(then)
        flags += {f.code for f in now.findings} != {f.code for f in then.findings}
    return Effect(len(patients), calendars, flags)


def _dates(found: Evaluation) -> list[tuple[Any, ...]]:
    return [(e.kind, e.earliest_on, e.due_on, e.book_on, e.missed_on, e.contents) for e in found.events]


def change_default(
    *, clinic: Clinic, name: str, value: str, reason: str, agreed_by: Any, by: Any
) -> ClinicDefaults:
    """A new version of the clinic's defaults with one number changed. The caller starts the rebuild after commit.

    Raises UnchangedError if it is in force already.
    """
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        values = values_in_force(clinic)
        changed = values | {name: value}
        if defaults_from(changed) == defaults_from(values):
            raise UnchangedError
        newest = ClinicDefaults.objects.filter(clinic=clinic).aggregate(newest=Max("version"))["newest"] or 0
        return ClinicDefaults.objects.create(
            clinic=clinic,
            version=newest + 1,
            values=changed,
            reason=reason,
            agreed_by=agreed_by,
            changed_by=by,
        )
