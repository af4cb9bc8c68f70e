"""A clinic's settings and closed days. When a change moves dates, the caller has the calendars rebuilt."""

import datetime as dt
from typing import Any

import holidays
from django.db import IntegrityError, transaction

from patients.models import Clinic, ClosedDate

# Settings that dates depend on.
MOVES_DATES = frozenset({"open_weekdays", "time_zone"})


class UnknownHolidaysError(Exception):
    """The library knows no public holidays for the clinic's country or region."""


class AlreadyClosedError(Exception):
    """The clinic is closed on that date already."""


def change_clinic(*, clinic: Clinic, fields: dict[str, Any]) -> bool:
    """Save settings; whether dates may move by it."""
    changed = {name for name, value in fields.items() if getattr(clinic, name) != value}
    for name in changed:
        setattr(clinic, name, fields[name])
    if changed:
        clinic.save(update_fields=sorted(changed))
    return bool(changed & MOVES_DATES)


def public_holidays(clinic: Clinic, year: int) -> dict[dt.date, str]:
    """The public holidays of the clinic's country and region in a year. Raises UnknownHolidaysError."""
    try:
        found = holidays.country_holidays(clinic.country, subdiv=clinic.region or None, years=[year])
    except NotImplementedError as error:
        raise UnknownHolidaysError(f"{clinic.country} {clinic.region}".strip()) from error
    return dict(sorted(found.items()))


def take_public_holidays(*, clinic: Clinic, year: int) -> int:
    """Store the year's public holidays, so that a later version of the library moves nothing; how many were new."""
    known = set(ClosedDate.objects.filter(clinic=clinic, date__year=year).values_list("date", flat=True))
    new = [
        ClosedDate(clinic=clinic, date=day, name=name[:120], source=ClosedDate.Source.PUBLIC)
        for day, name in public_holidays(clinic, year).items()
        if day not in known
    ]
    ClosedDate.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def add_closed_day(*, clinic: Clinic, date: dt.date, name: str) -> ClosedDate:
    """Close the clinic on a date of its own. Raises AlreadyClosedError."""
    try:
        with transaction.atomic():
            return ClosedDate.objects.create(clinic=clinic, date=date, name=name)
    except IntegrityError as error:
        raise AlreadyClosedError(date.isoformat()) from error


def open_again(*, clinic: Clinic, closed: ClosedDate) -> None:
    """The clinic is open on that date after all."""
    ClosedDate.objects.filter(clinic=clinic, pk=closed.pk).delete()
